"""Telling a changed share from chance: against a second implementation, and at the edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from service.domain.band import ENOUGH, Share, chance, left_band

COUNTS = st.integers(0, 2_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS, COUNTS)
def test_the_chance_is_that_of_the_hypergeometric_distribution(then, now):
    """Both tails, doubled, agree with SciPy's to nine digits."""
    (a, n), (b, m) = then, now
    expected = 1.0
    if 0 < a + b < n + m and n and m:
        drawn = hypergeom(n + m, a + b, m)
        expected = min(1.0, 2 * min(drawn.cdf(b), drawn.sf(b - 1)))
    assert chance(Share(*then), Share(*now)) == pytest.approx(expected, rel=1e-9, abs=1e-200)


@pytest.mark.parametrize(
    "usual, seen, left",
    [
        ((100, 10_000), (20, 200), True),  # 1 % → 10 %
        ((100, 10_000), (2, 200), False),  # as usual
        ((1_000, 10_000), (26, 200), False),  # 10 % → 13 %: not twice as much
        ((5_000, 10_000), (20, 200), True),  # 50 % → 10 %: fallen
        ((0, 10_000), (10, 50), True),  # never before
        ((0, 10_000), (0, 500), False),
        ((0, 0), (50, 50), False),  # nothing is known of before
        ((2, 4), (0, 60), False),  # too little is known of before
        ((10, 10_000), (49, 49), False),  # too few since the change
        ((10, 10_000), (50, 50), True),
    ],
)
def test_only_a_sure_and_large_change_leaves_the_band(usual, seen, left):
    """More than chance, at least twice or half of what is usual, and enough decisions since."""
    assert left_band(Share(*usual), Share(*seen)) is left


def test_enough_is_enough_at_the_very_number():
    """One decision fewer says nothing."""
    assert left_band(Share(10, 10_000), Share(ENOUGH, ENOUGH))
    assert not left_band(Share(10, 10_000), Share(ENOUGH - 1, ENOUGH - 1))


def test_large_counts_are_quick_and_finite():
    """A busy month on both sides."""
    assert chance(Share(3_000_000, 10_000_000), Share(310_000, 1_000_000)) < 1e-4
    assert chance(Share(3_000_000, 10_000_000), Share(300_000, 1_000_000)) > 0.9
    assert chance(Share(0, 10_000_000), Share(1_000_000, 1_000_000)) == 0.0


def test_what_is_no_share_is_refused():
    """More hits than there were decisions is a miscount, never a share above one."""
    with pytest.raises(ValueError, match="5 of 4"):
        Share(5, 4)
