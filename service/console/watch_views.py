"""What the page of a workflow's live traffic shows. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service.console import words
from service.console.plots import QUARTERS, Line, Plot, Scale, Tick, percent, round_up
from service.console.rule_views import Moment, moment
from service.console.rule_words import share

NAMES: Mapping[str, str] = {
    "confidence": "Confidence",
    "energy": "Energy: how like the examples",
    "similarity": "Similarity of the best document",
    "labels": "Shares of labels",
    "requests": "Meaning of requests",
}
MEASURES: Mapping[str, str] = {
    "psi": "stability index",
    "ks": "largest gap between distributions",
    "mix": "share that went to other labels",
    "two_sample": "how well a classifier tells them apart (0.5: not at all)",
    "mmd": "mean discrepancy",
}
RULES = "rules"


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One comparison."""

    name: str
    measure: str
    value: str
    limit: str
    chance: str
    alarming: bool


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One promise beside what blind checks found."""

    name: str
    promised: str
    found: str
    between: str
    checked: str
    waiting: int
    broken: bool


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One kind of request."""

    name: str
    cases: int
    share: str
    between: str
    worse: bool


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look among those before."""

    at: Moment
    decisions: int
    psi: str
    live: str
    automation: str
    alarming: bool


@dataclass(frozen=True, slots=True)
class WatchView:
    """The newest look."""

    at: Moment
    since: Moment
    decisions: int
    compared_with: str
    enough: bool
    needed: int
    alarming: bool
    alarms: tuple[str, ...]
    signals: tuple[SignalRow, ...]
    labels: tuple[tuple[str, str, str], ...]
    unlike: tuple[str, ...]
    figures: tuple[tuple[str, str, str], ...]  #: what, before, now
    live: tuple[ErrorRow, ...]
    errors: tuple[SliceRow, ...]
    reviews: tuple[SliceRow, ...]
    confidence: Plot
    course: Plot | None
    looks: tuple[LookRow, ...]


def watch_address(workflow: str) -> str:
    return f"/console/watch/{quote(workflow, safe='')}"


def watch_view(found: Mapping[str, Any], titles: Mapping[str, str], now: datetime) -> WatchView:
    """`titles` are those of the labels."""
    history = found["history"]
    return WatchView(
        at=moment(found["at"], now),
        since=moment(found["since"], now),
        decisions=found["decisions"],
        compared_with=found["compared_with"]["words"],
        enough=found["enough"],
        needed=found["needed"],
        alarming=found["alarming"],
        alarms=tuple(each["says"] for each in found["alarms"]),
        signals=tuple(_signal(each) for each in found["signals"]),
        labels=tuple(
            (titles.get(each["label"], each["label"]), share(each["before"]), share(each["now"]))
            for each in found["labels"]
        ),
        unlike=tuple(found["unlike"]),
        figures=_figures(found),
        live=tuple(_error(each) for each in found["live_error"]),
        errors=tuple(_slice(each) for each in found["slices"]["errors"]),
        reviews=tuple(_slice(each) for each in found["slices"]["reviews"]),
        confidence=_confidence(found["confidence"]),
        course=_course(history),
        looks=tuple(_look(each, now) for each in reversed(history)),
    )


def _signal(each: Mapping[str, Any]) -> SignalRow:
    return SignalRow(
        name=NAMES.get(each["name"], each["name"]),
        measure=MEASURES.get(each["measure"], each["measure"]),
        value=f"{each['value']:.3f}",
        limit="" if each["limit"] is None else f"{each['limit']:g}",
        chance="< 0.001" if each["p"] < 0.001 else f"{each['p']:.3f}",
        alarming=each["alarming"],
    )


def _error(each: Mapping[str, Any]) -> ErrorRow:
    rules = each["alpha"] is None
    name = "Rule blocks that people would let through" if rules else "Wrong automatic decisions"
    if each["group"] and not rules:
        name += f", group {each['group']}"
    checked = bool(each["checked"])
    return ErrorRow(
        name=name,
        promised="" if rules else f"at most {percent(each['alpha'])}",
        found=share(each["rate"]) if checked else "",
        between=f"{share(each['low'])} and {share(each['high'])}" if checked else "",
        checked=f"{each['wrong']} of {each['checked']}",
        waiting=each["waiting"],
        broken=each["broken"],
    )


def _slice(each: Mapping[str, Any]) -> SliceRow:
    return SliceRow(
        name=f"{each['attribute']} {each['value']}",
        cases=each["cases"],
        share=share(each["hits"] / each["cases"]),
        between=f"{share(each['low'])} and {share(each['high'])}",
        worse=each["worse"],
    )


def _figures(found: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    automation, expected = found["automation"], found["expected_error"]

    def error(side: Mapping[str, Any] | None) -> str:
        return "" if side is None else f"{share(side['rate'])} ({share(side['low'])} to {share(side['high'])})"

    def automatic(value: float | None) -> str:
        return "" if value is None else words.percent(value)

    return (
        ("Decided automatically", automatic(automation["before"]), automatic(automation["now"])),
        ("Wrong among these, by their confidences", error(expected["before"]), error(expected["now"])),
    )


def _look(each: Mapping[str, Any], now: datetime) -> LookRow:
    live = each["live_error"]
    return LookRow(
        at=moment(each["at"], now),
        decisions=each["decisions"],
        psi="" if each["psi"] is None else f"{each['psi']:.2f}",
        live="" if live is None else f"{share(live['rate'])} ({share(live['low'])} to {share(live['high'])})",
        automation="" if each["automation"] is None else words.percent(each["automation"]),
        alarming=each["alarming"],
    )


def _confidence(tenths: Mapping[str, Sequence[float]]) -> Plot:
    before, now = tenths["before"], tenths["now"]
    scale = Scale(1.0, round_up(max(*before, *now, 0.001)))
    bars = tuple(
        scale.bar(
            place / 10,
            (place + 1) / 10,
            value,
            f"{share(value)} of live requests: {place * 10} to {place * 10 + 10} % sure",
        )
        for place, value in enumerate(now)
    )
    steps = [(x / 10, value) for place, value in enumerate(before) for x in (place, place + 1)]
    top = scale.most_y
    return Plot(
        title="How sure the model is",
        words="Bars: live requests by confidence. Line: the requests that they are compared with.",
        below="Confidence",
        beside="Share of requests",
        lines=(scale.line(steps, "main"),),
        bars=bars,
        marks=(),
        ticks_below=scale.ticks_x(QUARTERS),
        ticks_beside=scale.ticks_y((0.0, top / 2, top)),
    )


def _course(history: Sequence[Mapping[str, Any]]) -> Plot | None:
    """The live error look by look, with its interval and what is promised; None before two looks know it."""
    known = [each["live_error"] for each in history if each["live_error"] is not None]
    if len(known) < 2:
        return None
    most = round_up(max(max(each["high"], each["alpha"]) for each in known))
    scale = Scale(float(len(known) - 1), most)

    def course(name: str, kind: str) -> Line:
        return scale.line([(float(place), each[name]) for place, each in enumerate(known)], kind)

    return Plot(
        title="The live error, look by look",
        words="Middle line: wrong automatic decisions by blind checks. Outer lines: their interval. "
        "Straight line: what is promised.",
        below="Looks, the newest on the right",
        beside="Wrong",
        lines=(course("low", "other"), course("high", "other"), course("alpha", "limit"), course("rate", "main")),
        bars=(),
        marks=(),
        ticks_below=(Tick(scale.x(0.0), "1"), Tick(scale.x(scale.most_x), str(len(known)))),
        ticks_beside=scale.ticks_y((0.0, most / 2, most)),
    )
