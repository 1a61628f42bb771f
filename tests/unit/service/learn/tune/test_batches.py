"""In which order texts are learned from."""

from __future__ import annotations

from itertools import islice

import numpy as np

from service.learn.tune.batches import by_label, like_length


def test_each_text_comes_once_an_epoch() -> None:
    """No text is left out or seen twice, and no batch is much larger than asked."""
    lengths = np.random.default_rng(0).integers(3, 60, size=1_003)
    batches = like_length(lengths, 32, np.random.default_rng(1))
    assert sorted(np.concatenate(batches).tolist()) == list(range(1_003))
    assert max(map(len, batches)) <= 40


def test_texts_of_like_length_come_together() -> None:
    """Padding every batch to its longest text costs far less than in a random order."""
    lengths = np.random.default_rng(0).integers(3, 60, size=2_000)

    def padded(batches: list[np.ndarray]) -> int:
        return sum(len(batch) * int(lengths[batch].max()) for batch in batches)

    order = np.random.default_rng(1).permutation(2_000)
    ours = padded(like_length(lengths, 32, np.random.default_rng(1)))
    assert ours - lengths.sum() < 0.3 * (padded(np.array_split(order, 62)) - lengths.sum())


def test_every_epoch_has_an_order_of_its_own() -> None:
    """The same seed gives the same batches, another one gives others."""
    lengths = np.arange(100)
    first, again, other = (like_length(lengths, 10, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert [batch.tolist() for batch in first] == [batch.tolist() for batch in again]
    assert [batch.tolist() for batch in first] != [batch.tolist() for batch in other]


def test_a_batch_holds_pairs_of_a_label_and_its_neighbour() -> None:
    """Two texts of each label that takes part, and with every label drawn the one nearest to it."""
    targets = np.repeat(np.eye(6, dtype=np.float32), 4, axis=0)
    near = np.array([[label ^ 1, *(other for other in range(6) if other // 2 != label // 2)] for label in range(6)])
    for places in islice(by_label(targets, 8, 2, near, np.random.default_rng(0)), 20):
        labels, counts = np.unique(targets[places].argmax(axis=1), return_counts=True)
        assert counts.tolist() == [2, 2, 2, 2]
        assert {int(label) ^ 1 for label in labels} == {int(label) for label in labels}


def test_all_labels_take_turns() -> None:
    """After a few batches every text was seen, however small the batches are."""
    targets = np.repeat(np.eye(9, dtype=np.float32), 3, axis=0)
    near = np.argsort(-np.eye(9), axis=1, kind="stable")
    seen = {
        int(place) for batch in islice(by_label(targets, 4, 2, near, np.random.default_rng(0)), 100) for place in batch
    }
    assert seen == set(range(27))
