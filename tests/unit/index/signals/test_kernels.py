"""What one signal makes of a column of documents."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Kernel, Prefer, Signal, SignalKind
from index.signals.kernels import PERIODS, authority, category, number, recency

TODAY = date(2026, 6, 1)


def days(*dates: date | None) -> np.ndarray:
    return np.array([day.toordinal() if day else 0 for day in dates], dtype=np.int32)


def by_age(**changes) -> Signal:
    return Signal("age", SignalKind.RECENCY, **changes)


def by_number(**changes) -> Signal:
    return Signal("amount", SignalKind.NUMBER, field="amount", **changes)


def test_recency_halves_with_each_half_life():
    """New is 1, a half-life old is a half, two are a quarter."""
    column = days(TODAY, date(2026, 5, 2), date(2026, 4, 2))
    assert recency(by_age(half_life_days=30), column, TODAY).tolist() == pytest.approx([1, 0.5, 0.25])


def test_no_date_counts_for_nothing_and_the_future_for_no_more_than_today():
    """A document without a date gains nothing; one dated ahead is not rewarded for it."""
    for kernel in Kernel:
        signal = by_age(kernel=kernel, half_life_days=30)
        assert recency(signal, days(None, date(2030, 1, 1)), TODAY).tolist() == [0, 1]


@pytest.mark.parametrize(
    "period, same, before",
    [
        ("year", date(2026, 1, 1), date(2025, 12, 31)),
        ("quarter", date(2026, 4, 1), date(2026, 3, 31)),
        ("month", date(2026, 6, 1), date(2026, 5, 31)),
    ],
)
def test_the_calendar_steps_where_a_period_begins(period, same, before):
    """One day apart across the turn is a whole step; within a period there is none."""
    signal = by_age(kernel=Kernel.CALENDAR, period=period, half_life_days=365 / PERIODS[period])
    first, second = days(same, before), days(date(2026, 6, 30), date(2026, 6, 2))
    assert recency(signal, first, TODAY).tolist() == pytest.approx([1, 0.5])
    assert recency(signal, second, date(2026, 6, 30)).tolist() == [1, 1]


def test_a_half_life_of_nothing_is_refused():
    """A half-life has to be a time."""
    with pytest.raises(ValueError, match="more than 0"):
        recency(by_age(half_life_days=0), days(TODAY), TODAY)


def test_nothing_goes_stale():
    """The same document is worth less a year later, with nothing written anew."""
    column = days(date(2026, 1, 1))
    assert recency(by_age(), column, date(2027, 1, 1))[0] == pytest.approx(0.5)
    assert recency(by_age(), column, date(2028, 1, 1))[0] == pytest.approx(0.25)


def test_numbers_lie_between_the_least_and_the_most():
    """Straight in between, no better beyond, nothing for what is no number."""
    values = [0.0, 25.0, 100.0, 1e9, -5.0, None, ("much",), float("nan")]
    high = number(by_number(least=0, most=100), values, None)
    assert high is not None
    assert high.tolist() == [0, 0.25, 1, 1, 0, 0, 0, 0]
    low = number(by_number(least=0, most=100, prefer=Prefer.LOW), values, None)
    assert low is not None
    assert low.tolist() == [1, 0.75, 0, 0, 1, 0, 0, 0]


def test_near_numbers_are_those_near_what_the_request_asks_for():
    """1 at the number asked for, falling to both sides; without a number asked for there is no such part."""
    signal = by_number(least=0, most=100, prefer=Prefer.NEAR, attribute="amount")
    scores = number(signal, [40.0, 50.0, 90.0], 50.0)
    assert scores is not None
    assert scores.tolist() == pytest.approx([0.9, 1.0, 0.6])
    assert number(signal, [40.0], None) is None
    assert number(signal, [40.0], ("fifty",)) is None


def test_a_logarithmic_scale_compares_orders_of_magnitude():
    """From 9 to 99 is as far as from 99 to 999."""
    scores = number(by_number(least=9, most=999, logarithmic=True), [9.0, 99.0, 999.0], None)
    assert scores is not None
    assert scores.tolist() == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize("changes", [{"least": 1, "most": 1}, {"least": -1, "most": 1, "logarithmic": True}])
def test_bounds_that_mean_nothing_are_refused(changes):
    """Nothing lies between equal bounds, and no logarithm below 0."""
    with pytest.raises(ValueError, match="amount"):
        number(by_number(**changes), [1.0], None)


def test_a_category_is_the_share_of_the_words_asked_for():
    """In any case; numbers are words too; without a word asked for there is no such part."""
    values = [("Card", "loan"), ("card",), (), None, 7.0]
    scores = category(values, ("CARD", "Loan"))
    assert scores is not None
    assert scores.tolist() == [1, 0.5, 0, 0, 0]
    sevens = category(values, 7.0)
    assert sevens is not None
    assert sevens.tolist() == [0, 0, 0, 0, 1]
    assert category(values, None) is None
    assert category(values, ()) is None


def test_authority_is_the_best_of_a_documents_words():
    """What is not listed is worth nothing."""
    worth = {"Law": 1.0, "policy": 0.6, "note": 0.2}
    scores = authority(worth, [("law",), ("note", "POLICY"), ("rumour",), None])
    assert scores.tolist() == pytest.approx([1, 0.6, 0, 0])


FIELDS = st.one_of(st.none(), st.floats(), st.lists(st.text(max_size=3), max_size=3).map(tuple))


@given(st.lists(FIELDS, max_size=5), FIELDS, st.sampled_from(Prefer), st.booleans())
def test_whatever_the_fields_hold_every_part_is_0_to_1(values, asked, prefer, logarithmic):
    """Odd fields are worth nothing; they never break a search or win it."""
    signal = by_number(least=0, most=10, prefer=prefer, logarithmic=logarithmic)
    worth = {"a": 2.0, "b": -1.0}
    for scores in (number(signal, values, asked), category(values, asked), authority(worth, values)):
        if scores is not None:
            assert len(scores) == len(values)
            assert ((scores >= 0) & (scores <= 1)).all()


@given(
    st.lists(st.integers(0, 3_652_059), max_size=5), st.dates(), st.sampled_from(Kernel), st.sampled_from(list(PERIODS))
)
def test_recency_is_0_to_1_for_every_date_there_is(column, today, kernel, period):
    """From the first day of the calendar to the last."""
    signal = by_age(kernel=kernel, period=period, half_life_days=1)
    scores = recency(signal, np.array(column, dtype=np.int32), today)
    assert ((scores >= 0) & (scores <= 1)).all()
