"""Before and after, on questions that nothing was learned from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.columns import Rows
from index.model import Vectors
from index.quality import Interval, Scored, assess
from index.tuning.ground import WAYS, Ground, Question, judgements, run

BEFORE, AFTER = "before", "after"
FUSED = "fused"

#: Questions below which a figure of them says nothing.
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Change:
    """One way of searching, before and after."""

    before: Scored
    after: Scored
    gain: Interval  #: of nDCG@10, by pairs of the same question


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each way of searching before and after, on the same questions."""

    questions: int
    ways: Mapping[str, Change]

    @property
    def fused(self) -> Change:
        """What requests meet."""
        return self.ways[FUSED]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what was tuned is better, and why one may say so."""

    better: bool
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """How questions were searched: on which ground, and with which vectors."""

    ground: Ground
    vectors: Vectors  #: shape (questions, dim)


def compare(before: Side, after: Side, questions: Sequence[Question], chosen: Rows | None = None) -> Comparison:
    """Both sides on the same questions, or on some of them by place."""
    places = np.arange(len(questions)) if chosen is None else chosen
    asked = [questions[place] for place in places.tolist()]
    right = judgements(asked)
    ways = {}
    for way, fused in WAYS.items():
        runs = {
            name: run(side.ground, asked, side.vectors[places], fused=fused)
            for name, side in ((AFTER, after), (BEFORE, before))
        }
        quality = assess(right, runs)
        assert quality.gain is not None, "there are two ways"
        ways[way] = Change(quality.ways[BEFORE], quality.ways[AFTER], quality.gain)
    return Comparison(len(asked), ways)


def enough(chosen: Rows) -> bool:
    """Whether a figure of these questions says anything."""
    return len(chosen) >= _FEWEST


def verdict(judged: Comparison, new: Comparison | None) -> Verdict:
    """Better is: the fused search gains for certain, and does not lose for certain where nothing was learned.

    `new` are the questions about documents that no question learned from was about.
    """
    gain = judged.fused.gain
    said = f"{gain.mean:+.3f} nDCG@10 ({gain.low:+.3f} to {gain.high:+.3f}) over {judged.questions} questions"
    if not gain.low > 0:
        return Verdict(better=False, why=f"no gain that is certain: {said}")
    if new is not None and new.fused.gain.high < 0:
        lost = new.fused.gain
        return Verdict(
            better=False,
            why=f"{said}, but documents that no question learned from was about are found worse: "
            f"{lost.mean:+.3f} ({lost.low:+.3f} to {lost.high:+.3f})",
        )
    return Verdict(better=True, why=said)
