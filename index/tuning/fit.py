"""Fit an adapter: move questions towards the passages that answer them, by as little as needed.

The loss is the softmax cross-entropy of the right passages among all (van den Oord et al., "Representation learning
with contrastive predictive coding", 2018), on the score that the fused search ranks by: cosine of the mapped question
plus what BM25 says. What words find already needs no learning, so the map learns what they miss. It is held near the
identity by a penalty on the distance, and ended where questions that were held out are ranked best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from index.columns import Rows
from index.tuning.lesson import Lesson

Matrix = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]  #: steps done, at most

_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8  # Adam (Kingma and Ba, 2015)
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How an adapter is fitted. Chosen on SciFact's training claims by folds, never on its test claims."""

    temperature: float = 0.05  #: of cosines
    words: float = 10.0  #: what BM25's share of 0..1 adds, where words and vectors weigh the same in the search
    shrink: float = 0.65  #: penalty on the squared distance to the identity, over the number of questions
    rate: float = 1e-3  #: of Adam
    batch: int = 128
    steps: int = 400  #: at most
    look: int = 20  #: steps between two looks at what was held out
    patience: int = 5  #: looks without a better one before it ends
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A map of questions, as the change it makes: a question v becomes v + v · change."""

    change: Matrix
    steps: int
    held_out: float | None  #: nDCG@10 of the questions that were held out, at the best look; None without any

    @property
    def matrix(self) -> Matrix:
        """The whole map."""
        return self.change + np.eye(len(self.change), dtype=np.float32)


def fit(
    lessons: Sequence[Lesson],
    watched: Lesson | None,
    options: FitOptions,
    progress: Progress = lambda _done, _total: None,
) -> Fitted:
    """The map at the best look at `watched`, or after exactly `options.steps` where nothing is watched.

    A step takes a batch of every lesson. The same input gives the same map on the same machine.
    """
    dim = lessons[0].questions.shape[1]
    change = np.zeros((dim, dim), dtype=np.float32)
    first, second = np.zeros_like(change), np.zeros_like(change)
    best = Fitted(change.copy(), 0, None if watched is None else ranked(watched, change, options))
    penalty = np.float32(2 * options.shrink / sum(len(lesson.right) for lesson in lessons))
    batches = [_batches(lesson, options, stream) for stream, lesson in enumerate(lessons)]
    last = 0
    for step in range(1, options.steps + 1):
        gradient = penalty * change
        for batch in batches:
            gradient += _gradient(next(batch), change, options)
        first = _FIRST * first + (1 - _FIRST) * gradient
        second = _SECOND * second + (1 - _SECOND) * gradient * gradient
        scale = np.sqrt(second / (1 - _SECOND**step)) + _TINY
        change -= np.float32(options.rate) * (first / (1 - _FIRST**step)) / scale
        progress(step, options.steps)
        if watched is None or best.held_out is None or step % options.look:
            continue
        found = ranked(watched, change, options)
        if found > best.held_out:
            best, last = Fitted(change.copy(), step, found), step
        elif step - last >= options.look * options.patience:
            break
    progress(options.steps, options.steps)
    return best if watched is not None else Fitted(change, options.steps, None)


def ranked(lesson: Lesson, change: Matrix, options: FitOptions) -> float:
    """nDCG@10 of documents over the lesson's own pool, by the score that is learned."""
    total = 0.0
    documents = int(lesson.owners.max()) + 1
    firsts = np.searchsorted(lesson.owners, np.arange(documents))
    mapped = _mapped(lesson.questions, change)[0]
    for place, rows in enumerate(lesson.right):
        cosines = np.maximum.reduceat(lesson.passages @ mapped[place], firsts)
        scores = cosines / options.temperature + options.words * lesson.words[place]
        order = np.argsort(-scores, kind="stable")[:_DEPTH]
        right = np.unique(lesson.owners[rows])
        gains = 1 / np.log2(np.arange(_DEPTH) + 2)
        total += float(gains[: len(order)][np.isin(order, right)].sum() / gains[: len(right)].sum())
    return total / len(lesson.right)


def _mapped(questions: Matrix, change: Matrix) -> tuple[Matrix, Matrix]:
    """Mapped questions of unit length, and the lengths they had: shapes (n, dim) and (n, 1)."""
    moved = questions + questions @ change
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return moved / lengths, lengths


def _gradient(batch: Lesson, change: Matrix, options: FitOptions) -> Matrix:
    """Of the mean loss of a batch, by `change`."""
    mapped, lengths = _mapped(batch.questions, change)
    scores = mapped @ batch.passages.T
    scores /= np.float32(options.temperature)
    if options.words:
        scores += np.float32(options.words) * batch.words[:, batch.owners]
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores, out=scores)
    chances /= chances.sum(axis=1, keepdims=True)
    # Softmax minus the share of each right passage among the right ones: several may answer, one is enough.
    for row, right in enumerate(batch.right):
        own = chances[row, right]
        chances[row, right] -= own / max(float(own.sum()), np.finfo(np.float32).tiny)
    by_mapped = chances @ batch.passages / np.float32(options.temperature * len(batch.right))
    along = (by_mapped * mapped).sum(axis=1, keepdims=True)
    gradient: Matrix = batch.questions.T @ ((by_mapped - mapped * along) / lengths)
    return gradient


def _batches(lesson: Lesson, options: FitOptions, stream: int) -> Iterator[Lesson]:
    """Batches without end, in another order each time round."""
    size = len(lesson.right)
    parts = max(1, round(size / options.batch))
    for turn in count():
        order: Rows = np.random.default_rng((options.seed, stream, turn)).permutation(size)
        for chosen in np.array_split(order, parts):
            yield lesson.part(chosen)
