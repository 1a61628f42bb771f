"""Comparing examples. Needs the models extra; the network is one that looks texts up."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from service.learn.tune.contrast import Contrast
from service.learn.tune.lesson import lesson_of
from service.learn.tune.options import Method, TuneOptions

pytestmark = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs the extra `models`")

_TEXTS = [("word " * (1 + 7 * number % 23)).strip() + f" {number}" for number in range(40)]
_LABELS = [(f"label-{number % 4}",) for number in range(40)]


class Known:
    """A fixed vector for every text."""

    def __init__(self, texts: Sequence[str]) -> None:
        vectors = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors = dict(zip(texts, vectors, strict=True))
        self.asked: list[list[int]] = []  #: lengths of the texts that were encoded together

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vectors[text] for text in texts])

    def lengths(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([len(text.split()) for text in texts])

    def encode(self, texts: Sequence[str]) -> Any:
        import torch

        self.asked.append(self.lengths(texts).tolist())
        return torch.from_numpy(self.vectors(texts))


def test_texts_of_like_length_are_encoded_together_and_all_are_compared() -> None:
    """What a batch costs is less for it, what it teaches is the same: the loss by hand over all pairs of the batch."""
    options = TuneOptions(Method.CONTRAST, held_out=0)
    lesson, network = lesson_of(_TEXTS, _LABELS, options), Known(_TEXTS)
    way = Contrast(network, lesson, options)  # type: ignore[arg-type]
    places = np.random.default_rng(1).permutation(40)
    vectors = network.vectors([_TEXTS[place] for place in places]).astype(np.float64)
    scores = vectors @ vectors.T / options.temperature
    np.fill_diagonal(scores, -np.inf)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    alike = (places[:, None] % 4 == places % 4) & ~np.eye(40, dtype=bool)
    expected = -np.mean([logs[row][alike[row]].mean() for row in range(40)])
    assert float(way.loss(places)) == pytest.approx(expected, rel=1e-4)
    assert len(network.asked) == 2
    assert max(network.asked[0]) <= min(network.asked[1])
