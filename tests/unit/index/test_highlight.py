from __future__ import annotations

from index.highlight import highlights
from index.outline import Sentence

CHARGE, DUPLICATE, MORTGAGE, REFUND, WRITE = range(5)
PASSAGE = [
    Sentence((0, 17), [CHARGE]),
    Sentence((18, 62), [CHARGE, DUPLICATE, REFUND]),
    Sentence((63, 75), [WRITE]),
    Sentence((76, 105), [REFUND]),
]


def test_the_sentence_that_shares_most_is_marked() -> None:
    """The sentence with the most telling words in common is marked; one with less than half of that is not."""
    assert highlights(PASSAGE, {DUPLICATE: 3.0, REFUND: 1.0}) == ((18, 62),)


def test_marks_stand_in_reading_order() -> None:
    """Two sentences that bear equally are both marked, in the order they are read, and never a third."""
    assert highlights(PASSAGE, {REFUND: 1.0}) == ((18, 62), (76, 105))
    assert highlights(PASSAGE, {REFUND: 1.0, WRITE: 1.5, CHARGE: 1.0}) == ((18, 62), (63, 75))


def test_nothing_in_common_marks_nothing() -> None:
    """A passage found by meaning alone has no marks rather than wrong ones."""
    assert highlights(PASSAGE, {MORTGAGE: 2.0}) == ()
    assert highlights(PASSAGE, {}) == ()
    assert highlights([], {REFUND: 1.0}) == ()
