"""Examples for tuning an encoder: a question's passage, and passages that the search takes for it and that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from index.columns import Rows
from index.model import Vector, Vectors
from index.tuning.contrast import Example, Text
from index.tuning.ground import Ground, Question, name

_ANSWERS = 3  #: documents of one question that become examples
_MISTAKEN = 1  #: passages held against each besides those of the batch


def mine(
    ground: Ground,
    questions: Sequence[Question],
    vectors: Vectors,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Example]:
    """Examples of the questions that this ground answers, in their order. Of a document the nearest right passage."""
    examples: list[Example] = []
    for place, (question, vector) in enumerate(zip(questions, vectors, strict=True)):
        right = frozenset(name(key) for key in question.right)
        mistaken = tuple(_mistaken(ground, question, vector, right))
        answers = _documents(ground, ground.passages(question))[:_ANSWERS]
        examples += [Example(question.text, _nearest(ground, rows, vector), mistaken, right) for rows in answers]
        progress(place + 1, len(questions))
    return examples


def _documents(ground: Ground, rows: Rows) -> list[Rows]:
    """Passages by their document."""
    owners = ground.segment.owners[rows]
    return [rows[owners == owner] for owner in np.unique(owners)]


def _mistaken(ground: Ground, question: Question, vector: Vector, right: frozenset[str]) -> Iterator[Text]:
    wrong = (key for key in ground.find(question.text, vector, fused=True) if key not in right)
    for _, key in zip(range(_MISTAKEN), wrong, strict=False):
        row = ground.rows[key]
        passages = np.arange(ground.segment.firsts[row], ground.segment.firsts[row + 1])
        yield _nearest(ground, passages, vector)


def _nearest(ground: Ground, rows: Rows, vector: Vector) -> Text:
    best = int(rows[np.argmax(ground.vectors[rows] @ vector)])
    return Text(name(ground.segment.keys[int(ground.segment.owners[best])]), ground.texts[best])
