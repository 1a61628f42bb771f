"""Questions, passages and what words say of them, as the arrays that an adapter is fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.columns import Rows
from index.model import Vectors
from index.tuning.ground import Ground, Question

Words = npt.NDArray[np.float32]

#: Passages that questions are held against at most; of more, those that are hardest to tell from the right ones.
POOL = 12_000
_HARD = 20  #: documents a question brings into the pool


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Questions to be told where they belong. Rows of `questions`, `words` and `right` go together."""

    questions: Vectors  #: shape (questions, dim)
    passages: Vectors  #: shape (passages, dim)
    owners: Rows  #: of each passage: its column of `words`
    words: Words  #: shape (questions, documents): BM25 as a share of the question's highest
    right: Sequence[Rows]  #: of each question: rows of the passages that answer it, at least one

    def part(self, chosen: Rows) -> Lesson:
        """Some of the questions, of the same passages."""
        right = [self.right[place] for place in chosen.tolist()]
        return Lesson(self.questions[chosen], self.passages, self.owners, self.words[chosen], right)


def lesson_of(ground: Ground, questions: Sequence[Question], vectors: Vectors, *, pool: int = POOL) -> Lesson:
    """The lesson of questions with their vectors; each needs an answer on this ground, or ValueError is raised."""
    right = [ground.passages(question) for question in questions]
    for question, rows in zip(questions, right, strict=True):
        if not len(rows):
            raise ValueError(f"nothing on this ground answers {question.text!r}")
    owners = ground.segment.owners.astype(np.int64)
    taken = np.ones(len(ground.segment.keys), dtype=bool)
    if len(owners) > pool:
        taken = _pool(ground, questions, vectors, owners[np.concatenate(right)], pool)
    rows = np.flatnonzero(taken[owners])
    places = np.full(len(owners), -1)
    places[rows] = np.arange(len(rows))
    return Lesson(
        questions=vectors,
        passages=ground.vectors[rows],
        owners=(np.cumsum(taken) - 1)[owners[rows]],
        words=np.stack([ground.words(question.text)[taken] for question in questions]),
        right=[places[each] for each in right],
    )


def _pool(
    ground: Ground, questions: Sequence[Question], vectors: Vectors, right: Rows, most: int
) -> npt.NDArray[np.bool_]:
    """The documents that are looked at: the right ones, then those that most questions might take for right."""
    firsts = ground.segment.firsts
    votes = np.zeros(len(firsts) - 1)
    for question, vector in zip(questions, vectors, strict=True):
        nearest = np.maximum.reduceat(ground.vectors @ vector, firsts[:-1])
        for scores in (nearest, ground.words(question.text)):
            votes[np.argpartition(-scores, min(_HARD, len(scores) - 1))[:_HARD]] += 1
    votes[right] = np.inf
    order = np.argsort(-votes, kind="stable")
    taken = np.zeros(len(votes), dtype=bool)
    taken[order[(np.cumsum(np.diff(firsts)[order]) <= most) | np.isinf(votes[order])]] = True
    return taken
