"""Questions that the documents ask themselves: a title is answered by its text, a heading by what stands under it.

They are asked of the bare passages, without the title and headings that otherwise stand before each, or every question
would hold its own answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.chunk import lead
from index.model import DocumentKey
from index.prepare import Prepared
from index.tuning.ground import Question


def bare(prepared: Sequence[Prepared]) -> list[Prepared]:
    """The documents by their own words alone. Those that have none are left out."""
    return [_bare(each) for each in prepared if all(passage.text for passage in each.passages) and each.passages]


def structure_questions(prepared: Sequence[Prepared]) -> list[Question]:
    """Titles and headings as questions, in the order of the documents; the same words are one question.

    A title alone is answered by its whole document, a heading, said with its title, by the passages under it.
    """
    answers: defaultdict[str, defaultdict[DocumentKey, set[int]]] = defaultdict(lambda: defaultdict(set))
    for each in prepared:
        title, key = each.document.title.strip(), each.document.key
        for passage in each.passages:
            if title:
                answers[title][key].add(passage.ordinal)
            if passage.heading:
                answers[lead(title, passage.heading)][key].add(passage.ordinal)
    return [
        Question(text, frozenset(found), {key: frozenset(ordinals) for key, ordinals in found.items()})
        for text, found in answers.items()
    ]


def sample(prepared: Sequence[Prepared], passages: int, seed: int = 0) -> list[Prepared]:
    """Documents drawn at random, in their own order, until they have about as many passages."""
    order = np.random.default_rng(seed).permutation(len(prepared))
    sizes = np.array([len(prepared[place].passages) for place in order.tolist()])
    taken = order[: int(np.searchsorted(np.cumsum(sizes), passages)) + 1]
    return [prepared[place] for place in np.sort(taken).tolist()]


def _bare(each: Prepared) -> Prepared:
    return replace(
        each,
        document=replace(each.document, title=""),
        head=(),
        heads=[() for _ in each.passages],
        encoded=[passage.text for passage in each.passages],
    )
