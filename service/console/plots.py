"""Plots as plain geometry: what a template draws as SVG, in units of a fixed frame. Pure.

Every plot says in words what it shows, and the page has its figures as a table beside it: nobody has to see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 60.0, 22.0, 10.0, 38.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in their order."""

    points: str  #: as SVG takes them
    kind: str  #: `main`, `other`, `ideal` or `limit`: how it is drawn


@dataclass(frozen=True, slots=True)
class Bar:
    """A standing bar."""

    x: float
    y: float
    width: float
    height: float
    words: str  #: what it stands for


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float  #: x of one below, y of one beside
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One point that matters more than its line."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything to draw."""

    title: str
    words: str  #: what it shows, for who does not see it
    below: str  #: what the axis below measures
    beside: str
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks_below: tuple[Tick, ...]
    ticks_beside: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Scale:
    """From figures to places in the frame; both begin at 0."""

    most_x: float = 1.0
    most_y: float = 1.0

    def x(self, value: float) -> float:
        share = min(1.0, max(0.0, value / self.most_x))
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = min(1.0, max(0.0, value / self.most_y))
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    def line(self, points: Iterable[Point], kind: str) -> Line:
        return Line(" ".join(f"{self.x(x)},{self.y(y)}" for x, y in points), kind)

    def mark(self, x: float, y: float, words: str) -> Mark:
        return Mark(self.x(x), self.y(y), words)

    def bar(self, low: float, high: float, value: float, words: str) -> Bar:
        left, top = self.x(low), self.y(value)
        return Bar(left + 1, top, max(0.5, round(self.x(high) - left - 2, 1)), round(self.y(0) - top, 1), words)

    def ticks_x(self, values: Sequence[float]) -> tuple[Tick, ...]:
        return tuple(Tick(self.x(value), percent(value)) for value in values)

    def ticks_y(self, values: Sequence[float]) -> tuple[Tick, ...]:
        return tuple(Tick(self.y(value), percent(value)) for value in values)


QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def percent(share: float) -> str:
    """With as many digits as it needs: 5 %, 0.5 %."""
    return f"{100 * share:.4g} %"


def round_up(value: float) -> float:
    """The next 1, 2 or 5 of a power of ten: where an axis may end; at most 1."""
    step = 0.001
    while True:
        for factor in (1, 2, 5):
            if value <= step * factor * (1 + 1e-9):
                return min(1.0, step * factor)
        step *= 10
