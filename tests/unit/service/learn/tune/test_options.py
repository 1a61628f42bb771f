"""How an encoder is tuned, where nobody says."""

from __future__ import annotations

import pytest

from service.learn.tune.options import held_out


@pytest.mark.parametrize("examples, share", [(1, 0.25), (100, 0.25), (250, 0.2), (500, 0.1), (10_000, 0.1)])
def test_some_examples_are_always_kept_from_tuning(examples: int, share: float) -> None:
    """However few there are: else nothing honest could be said of the model."""
    assert held_out(examples) == pytest.approx(share)
