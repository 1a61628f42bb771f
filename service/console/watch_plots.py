"""The plots of live traffic. Pure: values in, geometry out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.console.plots import QUARTERS, Line, Plot, Scale, Tick, round_up
from service.console.rule_words import share


def confidence(tenths: Mapping[str, Sequence[float]]) -> Plot:
    """How sure the model is of live requests, beside those that they are compared with; shares by tenths."""
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


def course(history: Sequence[Mapping[str, Any]]) -> Plot | None:
    """The live error look by look, with its interval and what is promised; None before two looks know it."""
    known = [each["live_error"] for each in history if each["live_error"] is not None]
    if len(known) < 2:
        return None
    most = round_up(max(max(each["high"], each["alpha"]) for each in known))
    scale = Scale(float(len(known) - 1), most)

    def drawn(name: str, kind: str) -> Line:
        return scale.line([(float(place), each[name]) for place, each in enumerate(known)], kind)

    return Plot(
        title="The live error, look by look",
        words="Middle line: wrong automatic decisions by blind checks. Outer lines: their interval. "
        "Straight line: what is promised.",
        below="Looks, the newest on the right",
        beside="Wrong",
        lines=(drawn("low", "other"), drawn("high", "other"), drawn("alpha", "limit"), drawn("rate", "main")),
        bars=(),
        marks=(),
        ticks_below=(Tick(scale.x(0.0), "1"), Tick(scale.x(scale.most_x), str(len(known)))),
        ticks_beside=scale.ticks_y((0.0, most / 2, most)),
    )
