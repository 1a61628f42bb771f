from __future__ import annotations

from index.highlight import highlights

PASSAGE = "We charge no fee. A duplicate charge is refunded within a day. Write to us. Refunds go to the same card."


def marked(wanted: dict[str, float]) -> list[str]:
    return [PASSAGE[start:end] for start, end in highlights(PASSAGE, wanted)]


def test_the_sentence_that_shares_most_is_marked() -> None:
    """The sentence with the most telling words in common is marked, in whatever inflection they stand."""
    assert marked({"duplic": 3.0, "refund": 1.0}) == ["A duplicate charge is refunded within a day."]


def test_marks_stand_in_reading_order() -> None:
    """Two sentences that bear equally are both marked, in the order they are read."""
    assert marked({"refund": 1.0}) == ["A duplicate charge is refunded within a day.", "Refunds go to the same card."]


def test_nothing_in_common_marks_nothing() -> None:
    """A passage found by meaning alone has no marks rather than wrong ones."""
    assert marked({"mortgag": 2.0}) == []
    assert marked({}) == []
    assert highlights("", {"refund": 1.0}) == ()
