"""Token buckets: what all workers together are given never exceeds what went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.rate import Bucket, Rate, take


@pytest.mark.parametrize(
    "per_minute, size, portion", [(1, 1, 1), (5, 5, 1), (60, 10, 1), (600, 100, 5), (6_000, 1_000, 50)]
)
def test_ten_seconds_worth_may_come_at_once(per_minute, size, portion):
    """At least ten, never more than a minute's; and a worker takes a twentieth of it at a time."""
    rate = Rate(per_minute)
    assert (rate.size, rate.portion) == (size, portion)


@given(
    st.integers(1, 10_000),
    st.lists(st.floats(0, 5, allow_nan=False), min_size=1, max_size=200),
)
def test_nobody_is_given_more_than_came_in(per_minute, pauses):
    """Whoever asks and however often: what was in at first, and what came in since."""
    rate, bucket, now, given_out = Rate(per_minute), None, 1_000.0, 0
    for pause in pauses:
        now += pause
        portion, bucket = take(bucket, rate, now)
        given_out += portion.tokens
        assert 0 <= bucket.tokens <= rate.size
    assert given_out <= rate.size + (now - 1_000.0) / rate.seconds + 1e-6


@given(st.integers(1, 10_000))
def test_whoever_waits_as_long_as_they_are_told_is_given_one(per_minute):
    """`wait` is long enough, and not longer than one token takes."""
    rate = Rate(per_minute)
    portion, bucket = take(Bucket(0.0, 50.0), rate, 50.0)
    assert portion.tokens == 0
    assert 0 < portion.wait <= rate.seconds + 1e-9
    again, _ = take(bucket, rate, 50.0 + portion.wait)
    assert again.tokens == 1


def test_a_clock_that_is_put_back_keeps_nobody_out():
    """A day back: nothing comes in for the jump, and it fills on from there. A day ahead: full, and no more."""
    rate = Rate(60)
    bucket = take(None, rate, 100_000.0)[1]
    back = bucket.filled(rate, 100_000.0 - 86_400)
    assert back.tokens == bucket.tokens
    assert back.filled(rate, back.at + 1).tokens == pytest.approx(min(rate.size, bucket.tokens + 1))
    assert bucket.filled(rate, 100_000.0 + 86_400).tokens == rate.size
