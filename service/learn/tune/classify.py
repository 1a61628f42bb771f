"""Teach by telling: the cross-entropy of each text's labels, by a classifier that begins at the labels' means.

A classifier that begins at random would spoil the encoder before it is any use; begun at the mean vector of each
label's examples it is a fair one from the first step. It is only for tuning: the head that serves is fitted afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from index.tuning.network import Network
from service.learn.tune.batches import like_length
from service.learn.tune.lesson import Lesson, Means, Rows
from service.learn.tune.options import TuneOptions

_SCALE = 20.0  # of cosines, as logits
_RATE = 1e-3


class Classify:
    """One way to learn from a lesson."""

    rate = _RATE

    def __init__(
        self,
        network: Network,
        lesson: Lesson,
        options: TuneOptions,
        teacher: npt.NDArray[np.floating] | None = None,
    ) -> None:
        """`teacher` are probabilities of another classifier that was not fitted on the text it speaks of: shape
        (examples, labels). What it doubts is doubted, and what it mixes up is known to be alike."""
        import torch

        self._network, self._lesson, self._options = network, lesson, options
        self._lengths = network.lengths(lesson.texts)
        self._targets = torch.from_numpy(softened(lesson, options, teacher))
        means = Means.of(network.vectors([lesson.texts[place] for place in lesson.learn]), lesson.targets[lesson.learn])
        # Of several labels each has to be told from nought, of one label all from each other.
        bias = -_SCALE * means.between if lesson.several else np.zeros_like(means.between)
        self.learned = {
            "classifier.weights": torch.nn.Parameter(torch.from_numpy(means.vectors)),
            "classifier.bias": torch.nn.Parameter(torch.from_numpy(bias)),
        }

    @property
    def steps(self) -> int:
        return len(self._order(0))

    def batches(self, epoch: int) -> Iterator[Rows]:
        yield from self._order(epoch)

    def loss(self, places: Rows) -> Any:
        import torch

        texts = [self._lesson.texts[place] for place in places]
        targets = self._targets[torch.from_numpy(places)]
        agree = self._options.agree
        if not agree:
            return self._lost(self._scores(self._network.encode(texts)), targets)
        both = self._scores(self._network.encode([*texts, *texts]))
        first, second = both[: len(texts)], both[len(texts) :]
        lost = (self._lost(first, targets) + self._lost(second, targets)) / 2
        return lost + agree * self._differ(first, second)

    def logits(self, places: Rows) -> npt.NDArray[np.float32]:
        import torch

        vectors = self._network.vectors([self._lesson.texts[place] for place in places])
        with torch.no_grad():
            found: npt.NDArray[np.float32] = self._scores(torch.from_numpy(vectors)).numpy()
        return found

    def _order(self, epoch: int) -> list[Rows]:
        rng = np.random.default_rng((self._options.seed, epoch))
        learn = self._lesson.learn
        return [learn[part] for part in like_length(self._lengths[learn], self._options.size, rng)]

    def _scores(self, vectors: Any) -> Any:
        return _SCALE * vectors @ self.learned["classifier.weights"].T + self.learned["classifier.bias"]

    def _lost(self, scores: Any, targets: Any) -> Any:
        from torch.nn import functional

        if self._lesson.several:
            return functional.binary_cross_entropy_with_logits(scores, targets, reduction="none").sum(dim=1).mean()
        return functional.cross_entropy(scores, targets)

    def _differ(self, first: Any, second: Any) -> Any:
        """How far two passes are from saying the same: the mean of both Kullback-Leibler divergences, in nats."""
        import torch
        from torch.nn import functional

        if self._lesson.several:
            first, second = (torch.stack([each, torch.zeros_like(each)], dim=-1) for each in (first, second))
        logs = [functional.log_softmax(each, dim=-1) for each in (first, second)]
        both = (logs[0].exp() - logs[1].exp()) * (logs[0] - logs[1])
        return both.sum() / (2 * len(first))


def softened(lesson: Lesson, options: TuneOptions, teacher: npt.NDArray[np.floating] | None) -> npt.NDArray[np.float32]:
    """Targets that are less sure of themselves: shape (texts, labels).

    Where there is a teacher, what it says has its share; else a small share is spread over all labels. Of a text that
    may have several labels each is softened by itself.
    """
    targets = lesson.targets.copy()
    spread = np.float32(0.5 if lesson.several else 1 / targets.shape[1])
    if teacher is None:
        return targets * np.float32(1 - options.smooth) + np.float32(options.smooth) * spread
    told = len(teacher)
    targets[:told] += np.float32(options.soft) * (teacher.astype(np.float32) - targets[:told])
    return targets
