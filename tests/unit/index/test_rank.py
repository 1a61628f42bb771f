from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.rank import best


@given(scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=50), k=st.integers(0, 60))
def test_best_is_a_full_sort_cut_off(scores: list[float], k: int) -> None:
    """The same rows as sorting everything by score, then by row: ties are never left to chance."""
    rows = np.arange(100, 100 + len(scores))
    hits = best(rows, np.array(scores, dtype=np.float32), k)
    expected = sorted(zip(scores, rows.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))[:k]
    assert hits.rows.tolist() == [row for _, row in expected]
    assert hits.scores.tolist() == [score for score, _ in expected]
