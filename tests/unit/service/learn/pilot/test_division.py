"""Known and held-out examples."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.pilot.division import HOLDOUT_FROM, Labelled, divide, some_of_each
from tests.unit.service.learn.pilot.world import requests


def test_many_examples_have_one_part_held_out() -> None:
    """Every example is on exactly one side, about three of ten are held out."""
    examples = requests(HOLDOUT_FROM // 4)
    division = divide(examples)
    (part,) = division.parts
    assert sorted([*part.known, *part.held]) == list(range(len(examples)))
    assert len(part.held) == pytest.approx(0.3 * len(examples), abs=2)


def test_few_examples_are_each_held_out_once() -> None:
    """Cross-validation: with few of them none can be spared, and none is judged by a model that learned from it."""
    division = divide(requests(10))
    assert sorted(division.held.tolist()) == list(range(40))
    assert all(not set(part.known) & set(part.held) for part in division.parts)


def test_equal_words_are_never_on_both_sides() -> None:
    """Else a way is praised for remembering."""
    examples = [*requests(30), *(Labelled(1, each.text.upper() + "!", each.label) for each in requests(30))]
    for part in divide(examples).parts:
        known = {examples[place].text.casefold().rstrip("!") for place in part.known}
        assert not known & {examples[place].text.casefold().rstrip("!") for place in part.held}


def test_a_given_test_file_is_what_is_held_out_and_nothing_of_it_is_learned() -> None:
    """Examples with the words of a test request are left out, and counted."""
    train, test = requests(20), requests(5, seed=1)
    division = divide([*train, Labelled(99, test[0].text.upper(), test[0].label), *test], test=len(test))
    assert division.held.tolist() == list(range(81, 101))
    assert division.leaked == 1
    assert 80 not in division.parts[0].known
    with pytest.raises(ValueError, match="nothing is left to learn from"):
        divide([*test, *test], test=len(test))


def test_some_of_each_label() -> None:
    """At most so many of each, all of a label that has fewer, the same every time."""
    labels = ["a"] * 10 + ["b"] * 2
    chosen = some_of_each(labels, 5)
    assert [labels[place] for place in chosen] == ["a"] * 5 + ["b"] * 2
    assert np.array_equal(chosen, some_of_each(labels, 5))
