"""One way after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.learn.pilot.apart import OutOfTime, TryFailed, attempt_apart
from service.learn.pilot.attempt import Lesson, attempt
from service.learn.pilot.conduct import conduct, curve_of, measured
from service.learn.pilot.division import divide
from service.learn.pilot.owner import Owner
from service.learn.pilot.phrases import PhraseRules
from service.learn.pilot.plan import Step
from service.learn.pilot.ways import Fewer, Kind
from tests.unit.service.learn.pilot.world import Guess, requests


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    examples = requests(60)
    return Lesson(
        texts=tuple(each.text for each in examples),
        labels=tuple(each.label for each in examples),
        attributes=tuple({} for _ in examples),
        division=divide(examples),
        definitions={},
        encoders={},
        room=tmp_path,
    )


def silent(what: str, done: int, total: int) -> None:
    """Nobody."""


def test_a_way_is_asked_about_every_held_out_request(lesson: Lesson) -> None:
    """Answers come in the order of the held-out places, with times and sizes."""
    made = attempt(PhraseRules(), lesson, 60, silent)
    right = [lesson.labels[place] for place in lesson.division.held]
    assert sum(a == b for a, b in zip(made.answers.chosen, right, strict=True)) > 0.9 * len(right)
    assert made.spent.p50_ms is not None
    assert made.spent.p99_ms is not None
    assert made.spent.p99_ms >= made.spent.p50_ms > 0
    assert made.spent.size_mb > 0
    assert made.spent.peak_mb is not None
    assert made.spent.peak_mb > 10


def test_what_fails_or_has_no_time_is_told_and_the_rest_goes_on(lesson: Lesson) -> None:
    """A report of two ways and two reasons, rather than none."""
    clock: Iterator[float] = iter([0.0, 0.0, 0.0, 95.0])
    steps = [
        Step(Guess("good", Kind.JOINED, 0.9), "guesses"),
        Step(Guess("broken", Kind.TUNED, 0.9, fails=True), "fails"),
        Step(Guess("poor", Kind.SCRATCH, 0.5), "guesses"),
        Step(Guess("late", Kind.TUNED, 0.9), "guesses"),
    ]
    found = conduct(steps, lesson, Owner(), until=100.0, threads=1, tell=silent, apart=False, clock=lambda: next(clock))
    assert [way.name for way in found.ways] == ["good", "poor"]
    assert [each.name for each in found.left_out] == ["broken", "late"]
    assert "nothing to be learned (give examples)" in found.left_out[0].why
    assert "the time was over" in found.left_out[1].why


def test_points_of_a_learning_curve(lesson: Lesson) -> None:
    """The same way from some examples of each label, and from all."""
    way = PhraseRules()
    steps = [Step(way, "rules"), Step(Fewer(way, 5), "few"), Step(Fewer(way, 20), "some")]
    found = conduct(steps, lesson, Owner(), until=1e9, threads=1, tell=silent, apart=False, clock=lambda: 0.0)
    points = curve_of(found, 0.05)
    assert [(point.each, point.examples) for point in points] == [(5, 20), (20, 80), (None, 192)]
    assert points[0].accuracy <= points[-1].accuracy
    assert len(measured(found, way.name)) == 3
    assert [way.name for way in found.ways] == ["phrase rules"], "points are no ways of their own"


def test_a_way_in_a_process_of_its_own(lesson: Lesson) -> None:
    """The same answers as here; a reason instead of a traceback; an end when its time is over."""
    way = Guess("good", Kind.JOINED, 0.9)
    assert attempt_apart(way, lesson, 60, 1, silent).answers.chosen == attempt(way, lesson, 60, silent).answers.chosen
    with pytest.raises(TryFailed, match="nothing to be learned"):
        attempt_apart(Guess("broken", Kind.TUNED, 0.9, fails=True), lesson, 60, 1, silent)
    with pytest.raises(OutOfTime, match="not done after 0 s"):
        attempt_apart(way, lesson, 0.0, 1, silent)
