"""Teach by comparing: texts with a label in common nearer to each other than to the rest.

For few examples, where cross-entropy learns them by heart. As in SetFit (Tunstall et al., "Efficient few-shot learning
without prompts", 2022) pairs are made of the examples; but all pairs of a batch are compared at once, by the
supervised contrastive loss (Khosla et al., 2020), which takes as many pairs from far fewer texts. Pairs
are made as they are needed and their number is limited: there are as many as the square of the examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from index.tuning.network import Network
from service.learn.tune.batches import by_label
from service.learn.tune.lesson import Lesson, Means, Rows
from service.learn.tune.options import TuneOptions

_EACH = 2  # texts of a label in a batch
_ALIKE_LONG = 16  # texts of a batch that are encoded together
_APART = -1e9  # in place of a text's likeness to itself


class Contrast:
    """One way to learn from a lesson."""

    rate = 0.0
    learned: Mapping[str, Any] = {}

    def __init__(self, network: Network, lesson: Lesson, options: TuneOptions) -> None:
        self._network, self._lesson, self._options = network, lesson, options
        self._lengths = network.lengths(lesson.texts)
        means = self._means().vectors
        self._near = np.argsort(-(means @ means.T), axis=1, kind="stable")
        once = -(-len(lesson.learn) // options.size)
        most = options.most_pairs // (options.size * (options.size - 1) // 2)
        self.steps = max(1, min(once, most // options.planned(len(lesson.learn))))

    def batches(self, epoch: int) -> Iterator[Rows]:
        learn, rng = self._lesson.learn, np.random.default_rng((self._options.seed, epoch))
        found = by_label(self._lesson.targets[learn], self._options.size, _EACH, self._near, rng)
        for places in islice(found, self.steps):
            yield learn[places]

    def loss(self, places: Rows) -> Any:
        import torch

        vectors = self._vectors(places)
        targets = torch.from_numpy(self._lesson.targets[places])
        alike = targets @ targets.T
        alike.fill_diagonal_(0)
        itself = torch.eye(len(places), dtype=torch.bool)
        scores = (vectors @ vectors.T / self._options.temperature).masked_fill(itself, _APART)
        logs = torch.nn.functional.log_softmax(scores, dim=1)
        pairs = alike.sum(dim=1)
        paired = pairs > 0
        return -((alike * logs).sum(dim=1)[paired] / pairs[paired]).mean()

    def logits(self, places: Rows) -> npt.NDArray[np.float32]:
        """By the likeness to the mean of each label's examples."""
        means = self._means()
        likeness = self._network.vectors([self._lesson.texts[place] for place in places]) @ means.vectors.T
        if self._lesson.several:
            likeness -= means.between
        found: npt.NDArray[np.float32] = likeness / np.float32(self._options.temperature)
        return found

    def _vectors(self, places: Rows) -> Any:
        """Of the texts of a batch, short ones with short ones so that little is padded: shape (len(places), dim)."""
        import torch

        order = np.argsort(self._lengths[places], kind="stable")
        parts = np.array_split(order, max(1, len(order) // _ALIKE_LONG))
        found = [self._network.encode([self._lesson.texts[places[row]] for row in part]) for part in parts]
        return torch.cat(found)[torch.from_numpy(np.argsort(order))]

    def _means(self) -> Means:
        learn = self._lesson.learn
        return Means.of(
            self._network.vectors([self._lesson.texts[place] for place in learn]), self._lesson.targets[learn]
        )
