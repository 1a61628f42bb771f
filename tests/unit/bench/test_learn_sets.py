"""Labelled requests that learning is measured on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bench.learn_sets import Split, banking, clinc, few, words_of

SPLIT = Split([f"text {place}" for place in range(60)], [f"label_{place % 3}" for place in range(60)])


def test_few_examples_are_as_many_of_every_label() -> None:
    """Five of each; another seed draws others, the same seed the same."""
    drawn = few(SPLIT, 5, seed=0)
    assert Counter(drawn.labels) == {"label_0": 5, "label_1": 5, "label_2": 5}
    assert all(SPLIT.labels[SPLIT.texts.index(text)] == label for text, label in zip(*drawn, strict=True))
    assert few(SPLIT, 5, seed=0) == drawn
    assert few(SPLIT, 5, seed=1) != drawn


def test_a_sample_is_a_part_in_its_own_order() -> None:
    """No more than asked, and everything where less is there."""
    part = SPLIT.sample(10)
    assert len(part.texts) == 10
    assert part.texts == sorted(part.texts, key=SPLIT.texts.index)
    assert SPLIT.sample(100) == SPLIT.sample(None) == SPLIT


def test_a_label_is_read_as_words() -> None:
    """As a person would say it."""
    assert words_of("Refund_not_showing_up") == "refund not showing up"
    assert words_of("reverted_card_payment?") == "reverted card payment"


def test_the_sets_are_whole(data: Path) -> None:
    """Their sizes are those that the figures in the literature are of."""
    banks, requests = banking(data), clinc(data)
    assert [len(part.texts) for part in (banks.train, banks.test)] == [10_003, 3_080]
    assert [len(part.texts) for part in (requests.train, requests.valid, requests.test)] == [15_000, 3_000, 4_500]
    assert len(requests.outside) == 1_000
    assert len(banks.names) == 77
    assert len(requests.names) == 150
