"""Setting calibration examples aside."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.split import draw_cases, same_text, split_examples

TEXTS = [f"request number {place}" for place in range(300)]


def test_every_example_is_on_one_side() -> None:
    """Nothing is lost, nothing is on both sides, and the count is the one asked for."""
    train, calibration = split_examples(TEXTS, 50, seed=3)
    assert sorted([*train, *calibration]) == list(range(300))
    assert len(calibration) == 50


def test_a_share_may_be_asked_for() -> None:
    """Below 1 it is a share."""
    assert len(split_examples(TEXTS, 0.2)[1]) == 60


def test_the_same_seed_draws_the_same() -> None:
    """Deterministic by seed, and random across seeds."""
    first, again, other = (split_examples(TEXTS, 50, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_duplicates_stay_together() -> None:
    """A calibration text was never trained on, not even with another spelling of its signs and capitals."""
    doubled = TEXTS + [text.upper() + "!!" for text in TEXTS]
    for seed in range(5):
        train, calibration = split_examples(doubled, 101, seed)
        assert {same_text(doubled[i]) for i in train}.isdisjoint(same_text(doubled[i]) for i in calibration)
        assert len(calibration) == 102  # whole pairs


def test_draw_is_random_over_places() -> None:
    """Each example is drawn about as often as any other: the sample is not stratified nor taken from the front."""
    drawn = np.zeros(300)
    for seed in range(400):
        drawn[split_examples(TEXTS, 60, seed)[1]] += 1
    assert abs(drawn / 400 - 0.2).max() < 0.09  # more than four standard deviations


def test_cases_are_drawn_one_by_one() -> None:
    """A file that holds every request four times gives hardly a case twice, and no text of a case is learned from."""
    copied = TEXTS * 4
    train, calibration = draw_cases(copied, 0.1)
    assert len(calibration) == 120
    asked = {same_text(copied[i]) for i in calibration}
    assert len(asked) > 95  # in whole groups it would be 30
    assert {same_text(copied[i]) for i in train} == set(TEXTS) - asked
    once = draw_cases(TEXTS, 60, seed=3), split_examples(TEXTS, 60, seed=3)
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(*once, strict=True))


@pytest.mark.parametrize("calibration", [300, 1000, -1])
def test_nothing_would_be_left_to_train_on(calibration: int) -> None:
    """More than there is, or less than none, is refused."""
    with pytest.raises(ValueError, match="cannot be set aside"):
        split_examples(TEXTS, calibration)
    with pytest.raises(ValueError, match="cannot be set aside"):
        draw_cases(TEXTS, calibration)
