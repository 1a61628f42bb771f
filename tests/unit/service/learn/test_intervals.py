"""Intervals of shares, and p-values that are many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from service.learn.intervals import clopper_pearson, holm, wilson


@pytest.mark.parametrize("hits, of", [(0, 5), (5, 5), (1, 20), (17, 400), (399, 400)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_both_are_the_known_intervals(hits: int, of: int, confidence: float) -> None:
    """As scipy has them."""
    known = binomtest(hits, of)
    for ours, method in ((clopper_pearson, "exact"), (wilson, "wilson")):
        theirs = known.proportion_ci(confidence, method)
        assert ours(hits, of, confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_of_nothing_everything_is_possible() -> None:
    """No case, no narrower interval; nonsense is refused."""
    assert clopper_pearson(0, 0) == wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="no share"):
        clopper_pearson(3, 2)


def test_exact_interval_covers_at_least_what_it_says() -> None:
    """For every true rate tried, 95 % of samples and more have it in their interval."""
    rng = np.random.default_rng(0)
    intervals = [clopper_pearson(hits, 60) for hits in range(61)]
    for rate in (0.01, 0.05, 0.5, 0.97):
        drawn = rng.binomial(60, rate, 4000)
        covered = np.mean([intervals[hits][0] <= rate <= intervals[hits][1] for hits in drawn])
        assert covered >= 0.95 - 0.01


def test_holm_by_hand() -> None:
    """The smallest is multiplied by how many there are, the next by one less, never falling, never above one."""
    assert holm([0.04, 0.01, 0.03, 0.8]) == pytest.approx([0.09, 0.04, 0.09, 0.8])
    assert holm([]) == []
    assert holm([0.6, 0.7]) == [1.0, 1.0]
