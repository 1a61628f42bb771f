"""Agreement beyond chance, with an interval that keeps what it says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from service.learn.agreement import Agreement, agreement, by_label


def _pairs(table: list[list[int]]) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


@pytest.mark.parametrize("table", [[[20, 5], [10, 15]], [[45, 15], [25, 15]], [[7, 1, 0], [2, 9, 3], [0, 4, 1]]])
def test_kappa_is_the_known_one(table: list[list[int]]) -> None:
    """As scikit-learn has it."""
    pairs = _pairs(table)
    first, second = zip(*pairs, strict=True)
    found = agreement(pairs)
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    assert (found.of, found.agreed) == (len(pairs), sum(a == b for a, b in pairs))


def test_the_interval_covers_as_often_as_it_says() -> None:
    """Of two people who agree on most cases, drawn again and again, 95 in 100 intervals hold the true kappa."""
    truth = np.array([[0.4, 0.05, 0.02], [0.06, 0.25, 0.02], [0.02, 0.03, 0.15]])
    chance = float(truth.sum(axis=1) @ truth.sum(axis=0))
    kappa = (np.trace(truth) - chance) / (1 - chance)
    rng, covered = np.random.default_rng(0), 0
    for drawn in rng.multinomial(200, truth.ravel(), size=400):
        found = agreement(_pairs(drawn.reshape(3, 3).tolist()))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= kappa <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_who_always_says_what_is_usual_agrees_by_chance_alone() -> None:
    """Nine in ten the same, and yet no agreement: kappa is 0 where the share is .9."""
    found = agreement([("fine", "fine")] * 90 + [("odd", "fine")] * 10)
    assert found.share == pytest.approx(0.9)
    assert found.kappa == pytest.approx(0.0)


def test_where_there_was_nothing_to_disagree_on_there_is_no_figure() -> None:
    """Of nothing, and of cases that both always call the same."""
    assert agreement([]) == Agreement(0, 0, None)
    assert agreement([("fine", "fine")] * 30) == Agreement(30, 30, None)


def test_a_label_is_judged_by_itself() -> None:
    """The pair that is always mixed up stands out, the third label does not."""
    pairs = [("a", "b"), ("b", "a"), ("a", "a"), ("b", "b")] * 5 + [("c", "c")] * 20
    found = by_label(pairs)
    assert set(found) == {"a", "b", "c"}
    assert found["c"].kappa == pytest.approx(1.0)
    assert found["a"].kappa is not None
    assert found["a"].kappa < 0.5
