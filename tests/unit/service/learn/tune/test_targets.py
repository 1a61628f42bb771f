"""What a text is said to be while an encoder is tuned."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.tune.classify import softened
from service.learn.tune.lesson import lesson_of
from service.learn.tune.options import TuneOptions


def test_targets_stay_distributions() -> None:
    """Smoothed or told by a teacher, the targets of a text with one label add up to one, its own label first."""
    options = TuneOptions(held_out=0, smooth=0.1, soft=0.5)
    lesson = lesson_of(["a", "b", "c"], [("x",), ("y",), ("z",)], options, {"x": "ex"})
    teacher = np.array([[0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]])
    for targets in (softened(lesson, options, None), softened(lesson, options, teacher)):
        assert targets.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-6)
        assert targets.argmax(axis=1).tolist() == [0, 1, 2, 0]
    assert softened(lesson, options, teacher)[0] == pytest.approx([0.6, 0.35, 0.05])


def test_of_several_labels_each_is_softened_by_itself() -> None:
    """Yes and no both give way a little, towards doubt."""
    options = TuneOptions(held_out=0, smooth=0.1)
    lesson = lesson_of(["a", "b"], [("x", "y"), ()], options)
    assert softened(lesson, options, None) == pytest.approx(np.array([[0.95, 0.95], [0.05, 0.05]]))
