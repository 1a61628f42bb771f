"""What the threshold simulator shows: other promises, and what each would mean a day. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.console import words
from service.console.plots import QUARTERS, Plot, Scale, percent


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One alpha of the simulator."""

    alpha: str
    threshold: str
    automation: str
    share: float
    errors: str
    reviews: str
    why: str
    chosen: bool
    policy: bool  #: it is what the policy promises


@dataclass(frozen=True, slots=True)
class SimulatorView:
    """The threshold simulator."""

    alpha: str
    per_day: str
    cases: int
    delta: str
    rows: tuple[PromiseRow, ...]
    plot: Plot


def simulator_view(found: Mapping[str, Any], chosen: float) -> SimulatorView:
    """`found`: what was simulated, the chosen alpha among it."""
    rows = found["rows"]
    most = max([each["alpha"] for each in rows], default=1.0)
    scale = Scale(most_x=most)
    here = next(each for each in rows if each["alpha"] == chosen)
    return SimulatorView(
        alpha=f"{100 * chosen:g}",
        per_day=f"{round(found['per_day'], 1):.12g}",
        cases=found["cases"],
        delta=percent(found["delta"]),
        rows=tuple(_promise(each, chosen, found["alpha"]) for each in rows),
        plot=Plot(
            title="Automation by what may be wrong",
            words="Share decided automatically for each share that may be wrong.",
            below="May be wrong",
            beside="Automatic",
            lines=(scale.line([(each["alpha"], each["automation"]) for each in rows], "main"),),
            bars=(),
            marks=(scale.mark(chosen, here["automation"], f"at {percent(chosen)}: {percent(here['automation'])}"),),
            ticks_below=scale.ticks_x([most * part for part in (0, 0.5, 1)]),
            ticks_beside=scale.ticks_y(QUARTERS),
        ),
    )


def _promise(each: Mapping[str, Any], chosen: float, policy: float) -> PromiseRow:
    return PromiseRow(
        alpha=percent(each["alpha"]),
        threshold=words.NOTHING if each["threshold"] is None else f"{each['threshold']:.4g}",
        automation=words.percent(each["automation"]),
        share=each["automation"],
        errors=f"{each['errors_per_day']:.1f}",
        reviews=f"{each['reviews_per_day']:,.0f}",
        why=each["why"] or "",
        chosen=each["alpha"] == chosen,
        policy=each["alpha"] == policy,
    )


def alphas(chosen: float, usual: Sequence[float]) -> list[float]:
    """What is simulated: the usual ones, the policy's and the chosen one, rising."""
    return sorted({*usual, chosen})
