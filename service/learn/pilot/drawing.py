"""The report's plots as plain geometry, in pixels of their own coordinates: the template only sets them down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 16, 48

#: Of bars, which have their names on the left and their values on the right.
BARS_WIDTH: Final = 720
BAR_LEFT: Final = 290
BAR_RIGHT: Final = 84
ROW: Final = 20
GAP: Final = 10

STYLES: Final = 6  #: lines that can be told apart


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart: parts from left to right, and an outline that may reach further."""

    name: str
    y: float
    parts: tuple[tuple[float, float], ...]  #: x and width of each
    outline: float | None  #: x of its right end
    value: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows under each other."""

    bars: tuple[Bar, ...]
    height: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through points, and the points themselves where they are few."""

    name: str
    style: int  #: 0 to STYLES - 1
    path: str
    dots: tuple[tuple[float, float], ...] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves over two axes."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Row:
    """What a bar shows."""

    name: str
    parts: tuple[float, ...]
    value: str
    outline: float | None = None
    marked: bool = False


def bars(rows: Sequence[Row], most: float | None = None, *, percent: bool = False) -> Bars:
    """Rows to one scale, which begins at 0; `most` is its end, else the longest row."""
    longest = most or max((max(sum(row.parts), row.outline or 0.0) for row in rows), default=0.0) or 1.0
    room = BARS_WIDTH - BAR_LEFT - BAR_RIGHT

    def x(value: float) -> float:
        return BAR_LEFT + room * min(value / longest, 1.0)

    drawn = []
    for place, row in enumerate(rows):
        ends = [0.0]
        for part in row.parts:
            ends.append(ends[-1] + part)
        parts = tuple((x(begin), x(end) - x(begin)) for begin, end in pairwise(ends))
        outline = None if row.outline is None else x(row.outline)
        drawn.append(Bar(row.name, GAP + place * (ROW + GAP), parts, outline, row.value, row.marked))
    ticks = tuple(Tick(x(value), _said(value, percent=percent)) for value in round_steps(0.0, longest))
    return Bars(tuple(drawn), len(rows) * (ROW + GAP) + GAP, ticks)


@dataclass(frozen=True, slots=True)
class Series:
    """Points of a curve in the units of its axes."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    dots: bool = False
    dashed: bool = False
    style: int | None = None  #: of another line that it belongs to; None: the next one


def plot(
    series: Sequence[Series],
    *,
    across: tuple[float, float],
    up: tuple[float, float],
    logarithmic: bool = False,
    percent_across: bool = True,
) -> Plot:
    """Curves within the axes given; points beyond them are cut off at the edge."""
    scale = math.log if logarithmic else float
    (low, high), (bottom, top) = across, up

    def x(value: float) -> float:
        share = (scale(value) - scale(low)) / ((scale(high) - scale(low)) or 1.0)
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * min(max(share, 0.0), 1.0)

    def y(value: float) -> float:
        share = (value - bottom) / ((top - bottom) or 1.0)
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(max(share, 0.0), 1.0)

    lines, style = [], 0
    for each in series:
        points = [(x(a), y(b)) for a, b in zip(each.xs, each.ys, strict=True)]
        path = " ".join(f"{'L' if place else 'M'}{a:.1f} {b:.1f}" for place, (a, b) in enumerate(points))
        chosen = style if each.style is None else each.style
        lines.append(Line(each.name, chosen % STYLES, path, tuple(points) if each.dots else (), each.dashed))
        style += each.style is None
    steps = _decades(low, high) if logarithmic else round_steps(low, high)
    return Plot(
        lines=tuple(lines),
        across=tuple(Tick(x(value), _said(value, percent=percent_across)) for value in steps),
        up=tuple(Tick(y(value), _said(value, percent=True)) for value in round_steps(bottom, top)),
    )


def round_steps(low: float, high: float, about: int = 5) -> list[float]:
    """Round values from low to high, about so many."""
    if high <= low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(step * place, 10) for place in range(first, math.floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each power of ten between low and high."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [each * 10.0**power for power in powers for each in (1, 2, 5) if low <= each * 10.0**power <= high]


def _said(value: float, *, percent: bool) -> str:
    if percent:
        return f"{100 * value:.4g}%"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.3g}"
