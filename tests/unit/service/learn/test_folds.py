"""Folds of the training examples."""

from __future__ import annotations

import numpy as np

from service.learn.folds import assign_folds
from service.learn.split import same_text


def test_each_label_is_spread_over_the_folds() -> None:
    """With five examples a label and five folds, each fold holds one of each."""
    texts = [f"text {place}" for place in range(50)]
    targets = np.repeat(np.arange(10), 5)
    fold = assign_folds(texts, targets, 5, seed=0)
    for label in range(10):
        assert sorted(fold[targets == label]) == [0, 1, 2, 3, 4]


def test_duplicates_share_a_fold() -> None:
    """What is predicted was not fitted on under another spelling."""
    texts = [f"text {place % 20}" + "?" * (place // 20) for place in range(60)]
    fold = assign_folds(texts, np.arange(60) % 4, 3, seed=1)
    by_text: dict[str, set[int]] = {}
    for text, number in zip(texts, fold, strict=True):
        by_text.setdefault(same_text(text), set()).add(int(number))
    assert all(len(numbers) == 1 for numbers in by_text.values())
