"""Whether a document keeps company with the best others that were found."""

from __future__ import annotations

import numpy as np
import pytest

from index.signals.company import BEST, company

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def near(graph, ids, nearness):
    return company(np.array(graph, np.float32), ids, np.array(nearness, np.float32)).tolist()


def test_it_is_the_mean_nearness_to_the_others_by_how_well_they_answer():
    """Who answers better counts more; oneself counts not at all."""
    assert near([EAST, EAST, NORTH], ["a", "b", "c"], [0.9, 0.6, 0.3]) == pytest.approx([0.6 / 0.9, 0.9 / 1.2, 0])


def test_another_version_of_oneself_is_no_company():
    """Two versions have one place in the graph and would vouch for each other."""
    assert near([EAST, EAST], ["a", "a"], [1, 1]) == [0, 0]
    assert near([EAST, EAST, EAST], ["a", "a", "b"], [1, 1, 0.5]) == [1, 1, 1]


def test_only_the_best_few_others_are_looked_at():
    """Each document is held against as many, whether or not it is among the best itself."""
    count = BEST + 2
    graph = [*[EAST] * BEST, NORTH, NORTH]
    scores = near(graph, [str(place) for place in range(count)], [1.0] * BEST + [0.9, 0.8])
    assert scores[-1] == 0  # all of the best are elsewhere, the next like itself is not asked
    assert scores[0] == pytest.approx((BEST - 1) / (BEST - 1 + 0.9))  # the next one takes its own place


def test_whoever_is_alone_has_no_company():
    """One document, no documents, no vectors, opposite vectors, nobody who answers at all."""
    assert near([EAST], ["a"], [1]) == [0]
    assert company(np.zeros((0, 2), np.float32), [], np.zeros(0, np.float32)).tolist() == []
    assert near(np.zeros((2, 0)), ["a", "b"], [1, 1]) == [0, 0]
    assert near([EAST, [-1.0, 0.0]], ["a", "b"], [1, 1]) == [0, 0]
    assert near([EAST, EAST], ["a", "b"], [0, 0]) == [0, 0]
