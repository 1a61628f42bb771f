from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.batches import BUDGET, equal_batches


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(0, 600))
def test_every_text_goes_once_beside_its_equals(lengths: list[int], budget: int) -> None:
    """No text is left out or encoded twice, none is padded, and no batch is larger than the budget or a single text."""
    batches = equal_batches(lengths, budget)
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len({lengths[place] for place in batch}) == 1
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= budget


def test_the_longest_come_first() -> None:
    """Workers who share the batches end together: what takes longest is begun first."""
    lengths = [3, 200, 3, 90, 90, 200]
    assert equal_batches(lengths) == [[1], [5], [3, 4], [0, 2]]
    assert BUDGET == 256
