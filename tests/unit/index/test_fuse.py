from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fuse import Scores, min_max

FLOATS = st.floats(-100, 100, width=32, allow_subnormal=False)
LISTS = st.lists(FLOATS, min_size=1, max_size=30).map(lambda values: np.array(values, dtype=np.float32))


@given(scores=LISTS)
def test_min_max_stretches_and_keeps_the_order(scores: Scores) -> None:
    """Results lie within 0 and 1, the ends are reached, and no score overtakes a higher one."""
    stretched = min_max(scores)
    assert stretched.min() >= 0
    assert stretched.max() <= 1
    if scores.max() > scores.min():
        assert (stretched.min(), stretched.max()) == (0, 1)
    order = np.argsort(scores, kind="stable")
    assert (np.diff(stretched[order]) >= 0).all()


@given(scores=LISTS, scale=st.sampled_from([0.5, 2.0, 8.0]))
def test_min_max_does_not_mind_the_unit(scores: Scores, scale: float) -> None:
    """Doubling every score changes nothing: cosines and BM25 become comparable."""
    np.testing.assert_allclose(min_max(scores), min_max(scores * np.float32(scale)), atol=1e-5)


@pytest.mark.parametrize("value, expected", [(3.0, 1.0), (0.0, 0.0), (-1.0, 0.0)])
def test_equal_scores_count_only_when_they_say_something(value: float, expected: float) -> None:
    """A list that is all the same is 1 when it found something, and 0 when no term or meaning was shared."""
    assert min_max(np.full(3, value, dtype=np.float32)).tolist() == [expected] * 3
    assert min_max(np.empty(0, dtype=np.float32)).tolist() == []
