from __future__ import annotations

import numpy as np
import pytest

from bench.data import RetrievalSet
from bench.encoder_loss import Loss, Texts, mean_loss, mean_ndcg


def test_a_document_is_as_near_as_its_nearest_passage() -> None:
    """A document counts once, by its best passage; a query whose document comes second is worth less than one."""
    judged = RetrievalSet("few", [], {"q": "x", "r": "y"}, {"q": {"one": 1}, "r": {"two": 1}})
    texts = Texts(["a", "b", "c"], ["one", "one", "two"], judged.queries)
    passages = np.array([[0, 1], [1, 0], [0.8, 0.6]], np.float32)
    queries = np.array([[1, 0], [0, 1]], np.float32)
    assert mean_ndcg(judged, texts, (passages, queries)) == pytest.approx((1 + 1 / np.log2(3)) / 2)


def test_a_mean_over_fewer_sets_is_no_mean() -> None:
    """A set that was not measured leaves the loss unknown; better served than exact is a negative loss."""
    assert mean_loss({"a": Loss(0.5, 0.49), "b": Loss(0.7, 0.72)}) == pytest.approx(-0.005)
    assert mean_loss({"a": Loss(0.5, 0.49), "b": None}) is None
