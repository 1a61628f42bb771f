"""Try one way after the other until the time is over, and keep what was found of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from rules.errors import RuleErrors
from service.errors import ServiceError
from service.learn.pilot.apart import attempt_apart
from service.learn.pilot.attempt import Lesson, attempt
from service.learn.pilot.curve import Measured
from service.learn.pilot.division import Division, some_of_each
from service.learn.pilot.figures import assess, correct
from service.learn.pilot.owner import Owner
from service.learn.pilot.plan import Step
from service.learn.pilot.results import Attempt, LeftOut, Point, Tried
from service.learn.pilot.ways import Fewer, Progress

Clock: TypeAlias = Callable[[], float]

_LONG = 20.0  # seconds
_RESERVE = 10.0  # seconds for what comes after: figures, forecasts, the report


@dataclass(slots=True)
class Found:
    """What was found so far."""

    ways: list[Tried] = field(default_factory=list)
    points: dict[tuple[str, int], Tried] = field(default_factory=dict)  #: by way and examples a label
    left_out: list[LeftOut] = field(default_factory=list)


def conduct(
    steps: Iterable[Step],
    lesson: Lesson,
    owner: Owner,
    *,
    until: float,
    threads: int,
    tell: Progress,
    apart: bool = True,
    clock: Clock = time.monotonic,
) -> Found:
    """Every step that fits before `until`, a time of `clock`. A way that fails or takes too long is told, not fatal."""
    found, planned = Found(), list(steps)
    labels = [lesson.labels[place] for place in lesson.division.held.tolist()]
    for number, step in enumerate(planned):
        tell("trying ways of deciding", number, len(planned))
        name = step.way.name
        left = until - clock() - _RESERVE
        if left < step.least:
            why = f"the time was over: {max(0, left):.0f} s were left, it is not begun with less than {step.least:.0f}"
            found.left_out.append(LeftOut(name, why))
            continue
        seconds = max(step.least, step.share * left)
        try:
            heard = tell if step.least >= _LONG else _nobody  # seconds are not worth a bar of their own
            made = _made(step, lesson, seconds, threads, heard, apart=apart)
        except ServiceError as error:
            found.left_out.append(LeftOut(name, f"{error.detail}{f' ({error.remedy})' if error.remedy else ''}"))
            continue
        except RuleErrors as errors:
            found.left_out.append(LeftOut(name, f"its rules do not load: {errors}"))
            continue
        figures = assess(labels, made.answers, owner.alphas, owner.delta)
        tried = Tried(name, step.way.kind, step.what, made, figures, correct(labels, made.answers))
        if isinstance(step.way, Fewer):
            made = replace(made, known=_known(step.way, lesson))
            found.points[step.way.way.name, step.way.each] = replace(tried, attempt=made)
        else:
            found.ways.append(tried)
    tell("trying ways of deciding", len(planned), len(planned))
    return found


def _made(step: Step, lesson: Lesson, seconds: float, threads: int, tell: Progress, *, apart: bool) -> Attempt:
    if step.apart and apart:
        return attempt_apart(step.way, lesson, seconds, threads, tell)
    made = attempt(step.way, lesson, seconds, tell)
    return replace(made, spent=replace(made.spent, peak_mb=None))  # this process held more than the way needed


def _nobody(what: str, done: int, total: int) -> None:
    """Hears nothing."""


def _known(way: Fewer, lesson: Lesson) -> int:
    division: Division = lesson.division
    sizes = [
        len(some_of_each([lesson.labels[place] for place in part.known.tolist()], way.each, way.seed))
        for part in division.parts
    ]
    return round(sum(sizes) / len(sizes))


def curve_of(found: Found, alpha: float) -> tuple[Point, ...]:
    """The learning curves: every way that was given some of the examples, and the same with all of them."""
    whole: Mapping[str, Tried] = {way.name: way for way in found.ways}
    points = [_point(name, each, tried, alpha) for (name, each), tried in found.points.items()]
    points += [_point(name, None, whole[name], alpha) for name in {name for name, _ in found.points} & whole.keys()]
    return tuple(sorted(points, key=lambda point: (point.way, point.examples)))


def _point(name: str, each: int | None, tried: Tried, alpha: float) -> Point:
    share = tried.figures.at(alpha)
    return Point(name, each, tried.attempt.known, tried.figures.accuracy.value, share.certified, share.possible)


def measured(found: Found, name: str) -> Sequence[Measured]:
    """The points of one way's curve, for a forecast."""
    tried = [each for (way, _), each in found.points.items() if way == name]
    tried += [way for way in found.ways if way.name == name]
    return [Measured(each.attempt.known, *each.side) for each in tried]
