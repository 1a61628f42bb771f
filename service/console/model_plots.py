"""The plots of one model, and the figures they are drawn from. Pure: values in, geometry out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.console import words
from service.console.plots import QUARTERS, Mark, Plot, Scale, percent, round_up


def reliability(held: Mapping[str, Any]) -> Plot:
    """How often it was right, by how sure it was."""
    scale = Scale()
    return Plot(
        title="Does its confidence mean what it says?",
        words="Share that was right for each band of confidence; on the diagonal the two agree.",
        below="Confidence",
        beside="Right",
        lines=(scale.line(((0, 0), (1, 1)), "ideal"),),
        bars=tuple(
            scale.bar(
                each["lower"],
                each["upper"],
                each["accuracy"],
                f"{words.plural(each['count'], 'example')}: sure of {percent(each['confidence'])}, "
                f"right in {percent(each['accuracy'])}",
            )
            for each in held["bins"]
        ),
        marks=(),
        ticks_below=scale.ticks_x(QUARTERS),
        ticks_beside=scale.ticks_y(QUARTERS),
    )


def risk_coverage(curve: Mapping[str, Any], certified: Mapping[str, Any]) -> Plot:
    """How much is wrong of what it decides alone, by how much that is; `certified` is a certificate or a refusal."""
    points = [(each["coverage"], each["risk"]) for each in curve["points"]]
    alpha = certified["alpha"]
    most = round_up(max([alpha * 1.25, *(risk for _, risk in points)]))
    scale = Scale(most_y=most)
    granted = certified if certified.get("threshold") is not None else None
    marks: tuple[Mark, ...] = ()
    if granted and granted["accepted"]:
        share, wrong = granted["accepted"] / granted["cases"], granted["errors"] / granted["accepted"]
        said = f"certified: {percent(round(share, 4))} decided automatically, {percent(round(wrong, 4))} of these wrong"
        marks = (scale.mark(share, wrong, said),)
    return Plot(
        title="How much may it decide alone?",
        words="Share of the calibration cases that is decided automatically, and how much of that is wrong, at every "
        "threshold; the level line is what may be wrong at most.",
        below="Decided automatically",
        beside="Wrong of these",
        lines=(scale.line(points, "main"), scale.line(((0, alpha), (1, alpha)), "limit")),
        bars=(),
        marks=marks,
        ticks_below=scale.ticks_x(QUARTERS),
        ticks_beside=scale.ticks_y([most * part for part in (0, 0.5, 1)]),
    )


def curve_rows(curve: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Of the curve's points the nearest to each tenth that it reaches: threshold, decided automatically, wrong."""
    points = [each for each in curve["points"] if each["coverage"] > 0]
    most = max((each["coverage"] for each in points), default=0.0)
    wanted = [tenth / 10 for tenth in range(1, 11) if tenth / 10 < most] + ([most] if points else [])
    nearest = (min(points, key=lambda each: abs(each["coverage"] - share)) for share in wanted)
    return tuple(
        dict.fromkeys(
            (f"{each['threshold']:.4g}", words.percent(each["coverage"]), percent(round(each["risk"], 4)))
            for each in nearest
        )
    )
