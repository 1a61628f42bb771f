from __future__ import annotations

from datetime import date

import pytest

from index.signals import recency

TODAY = date(2026, 6, 1)


def test_recency_halves_with_each_half_life() -> None:
    """New is 1, a half-life old is a half, two are a quarter."""
    assert recency(TODAY, TODAY, 30) == 1.0
    assert recency(date(2026, 5, 2), TODAY, 30) == pytest.approx(0.5)
    assert recency(date(2026, 4, 2), TODAY, 30) == pytest.approx(0.25)


def test_no_date_counts_for_nothing_and_the_future_for_no_more_than_today() -> None:
    """A document without a date gains nothing; one dated ahead is not rewarded for it."""
    assert recency(None, TODAY, 30) == 0.0
    assert recency(date(2030, 1, 1), TODAY, 30) == 1.0


def test_a_half_life_of_nothing_is_refused() -> None:
    """A half-life has to be a time."""
    with pytest.raises(ValueError, match="more than 0"):
        recency(TODAY, TODAY, 0)
