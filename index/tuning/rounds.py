"""Who learns, who watches and who judges: questions dealt out so that each is judged by what never saw it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.columns import Rows
from index.model import DocumentKey
from index.tuning.ground import Question

_HANDS = 10  #: parts the questions are dealt into
_JUDGING = 2  #: of them judge in a round, one watches, the others learn

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """Places of questions, each rising."""

    learn: Rows
    watch: Rows  #: when to stop is seen by these
    judge: Rows


def rounds(questions: Sequence[Question], seed: int = 0) -> Iterator[Round]:
    """Five rounds, in which each question judges once. The same words, however written, never part."""
    hands = _dealt(questions, seed)
    for first in range(0, _HANDS, _JUDGING):
        judging = (hands >= first) & (hands < first + _JUDGING)
        watching = hands == (first + _JUDGING) % _HANDS
        yield Round(
            learn=np.flatnonzero(~judging & ~watching),
            watch=np.flatnonzero(watching),
            judge=np.flatnonzero(judging),
        )


def judging(questions: Sequence[Question], seed: int = 0) -> Round:
    """One round in which no question teaches: a fifth watches, the others judge."""
    hands = _dealt(questions, seed)
    watching = hands < _JUDGING
    return Round(np.empty(0, dtype=np.int64), np.flatnonzero(watching), np.flatnonzero(~watching))


def unseen(questions: Sequence[Question], learned: Rows, judged: Rows) -> Rows:
    """Those of the judged questions whose right documents are no learned question's."""
    known: frozenset[DocumentKey] = frozenset().union(*(questions[place].right for place in learned.tolist()))
    return np.array([place for place in judged.tolist() if not questions[place].right & known], dtype=np.int64)


def _dealt(questions: Sequence[Question], seed: int) -> Rows:
    same: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        same.setdefault(" ".join(_WORD.findall(question.text.casefold())) or question.text, []).append(place)
    groups = list(same.values())
    hands = np.empty(len(questions), dtype=np.int64)
    for turn, group in enumerate(np.random.default_rng(seed).permutation(len(groups)).tolist()):
        hands[groups[group]] = turn % _HANDS
    return hands
