"""What an encoder is tuned on."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.errors import CannotLearn
from service.learn.tune.lesson import lesson_of
from service.learn.tune.options import Method, TuneOptions

TEXTS = [f"{word} number {n}" for word in ("card", "transfer") for n in range(40)]
LABELS = [(word,) for word in ("card", "transfer") for _ in range(40)]


def test_what_watches_never_teaches() -> None:
    """A tenth of many examples is held out, some of every label, and nothing else is done with them."""
    lesson = lesson_of(TEXTS, LABELS, TuneOptions())
    assert len(lesson.held) == 8
    assert not set(lesson.held) & set(lesson.learn)
    assert sorted([*lesson.held, *lesson.learn]) == list(range(80))
    assert set(lesson.firsts[lesson.held]) == {0, 1}


def test_of_few_examples_none_is_held_out() -> None:
    """Five examples a label are all learned from."""
    chosen = [*range(5), *range(40, 45)]
    lesson = lesson_of([TEXTS[place] for place in chosen], [LABELS[place] for place in chosen], TuneOptions())
    assert len(lesson.held) == 0
    assert len(lesson.learn) == 10


def test_definitions_teach_after_the_examples() -> None:
    """Each label's definition is one more example of it; a label that no example has is left out."""
    lesson = lesson_of(TEXTS, LABELS, TuneOptions(), {"card": "Anything about cards", "loan": "Loans", "transfer": " "})
    assert list(lesson.texts[80:]) == ["Anything about cards"]
    assert lesson.firsts[80] == lesson.labels.index("card")
    assert 80 in lesson.learn


def test_of_several_labels_each_is_a_target() -> None:
    """Where a text may have several labels, one that has none teaches what they all are not."""
    lesson = lesson_of(["a", "b", "c"], [("x", "y"), ("y",), ()], TuneOptions(held_out=0))
    assert lesson.several
    assert lesson.targets.tolist() == [[1, 1], [0, 1], [0, 0]]
    assert lesson.learn.tolist() == [0, 1, 2]


def test_where_one_label_is_right_none_teaches_nothing() -> None:
    """A text of no label is neither learned from nor watched."""
    lesson = lesson_of([*TEXTS, "unlike anything"], [*LABELS, ()], TuneOptions())
    assert not lesson.several
    assert 80 not in np.concatenate([lesson.learn, lesson.held])


@pytest.mark.parametrize("labels", [[("x",), ("x",)], [("x",)]])
def test_what_cannot_teach_is_refused(labels: list[tuple[str, ...]]) -> None:
    """One label alone, or labels that do not fit the texts."""
    with pytest.raises(CannotLearn):
        lesson_of(["a", "b"], labels, TuneOptions())


def test_the_fewer_examples_the_more_often_each_is_seen() -> None:
    """Ten thousand three times, a few hundred sixteen times, less often when compared, or as often as asked."""
    assert [TuneOptions().planned(count) for count in (10_000, 2_000, 300)] == [3, 6, 16]
    assert [TuneOptions(Method.CONTRAST).planned(count) for count in (10_000, 900, 450)] == [3, 5, 10]
    assert TuneOptions(epochs=2).planned(300) == 2


def test_what_suits_a_method_is_taken_unless_asked_otherwise() -> None:
    """Comparing takes more texts a step and, as `last`, changes the uppermost layers alone."""
    compared = TuneOptions(Method.CONTRAST)
    assert (compared.part, TuneOptions(Method.LAST).part, TuneOptions().part) == ("last", "last", "full")
    assert compared.size > TuneOptions().size
    assert TuneOptions(Method.CONTRAST, batch=8).size == 8
