"""What a pilot is made on: the owner's labelled requests, and how they are divided into known and held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from rules.model import AttributeValue
from service.learn.folds import assign_folds
from service.learn.split import same_text, split_examples

Places: TypeAlias = npt.NDArray[np.int64]

#: From so many examples on, one part is held out; with fewer, every example is held out in its turn.
HOLDOUT_FROM: Final = 2_000
_HELD_OUT: Final = 0.3  # of them: the share decided automatically is measured on it, and needs many cases
_FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """One request of the owner's file, with the label that people gave it."""

    line: int  #: 1-based, in its file
    text: str  #: clean, as a request is read
    label: str
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    outcome: str = ""  #: what the label means for the caller; empty: not said
    day: date | None = None  #: on which the request came or was labelled
    owner: str = ""  #: who answers for the label


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Places of the examples that are learned from, and of those that are held out, both rising."""

    known: Places
    held: Places


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """How the examples are divided. Every way of deciding gets the same parts."""

    parts: tuple[Part, ...]
    how: str  #: in words
    leaked: int = 0  #: examples left out of learning because a given test example has the same words

    @property
    def held(self) -> Places:
        """Places of all held-out examples, part by part: the order that answers come in."""
        return np.concatenate([part.held for part in self.parts])

    @property
    def known(self) -> int:
        """Examples learned from, on average over the parts."""
        return round(sum(len(part.known) for part in self.parts) / len(self.parts))


def divide(examples: Sequence[Labelled], test: int = 0, seed: int = 0) -> Division:
    """Held-out parts, equal words always on one side.

    `test`: so many examples at the end are a test file of the owner's. Else 30 % are drawn at random from 2,000
    examples on, and with fewer each fifth is held out in its turn (cross-validation; what is chosen within a part is
    chosen on folds of its own). Raises ValueError when nothing is left to learn from.
    """
    texts = [example.text for example in examples]
    if test:
        return _given(texts, test)
    if len(texts) >= HOLDOUT_FROM:
        known, held = split_examples(texts, _HELD_OUT, seed)
        how = f"one part held out: {len(held):,} of {len(texts):,} requests drawn at random, equal words on one side"
        return Division((Part(known, held),), how)
    names = sorted({example.label for example in examples})
    targets = np.array([names.index(example.label) for example in examples], dtype=np.int64)
    fold = assign_folds(texts, targets, _FOLDS, seed)
    parts = tuple(
        Part(np.flatnonzero(fold != number), np.flatnonzero(fold == number))
        for number in range(_FOLDS)
        if (fold == number).any() and (fold != number).any()
    )
    if not parts:
        raise ValueError(f"{len(texts)} examples are too few to hold any out")
    return Division(
        parts, f"nested cross-validation: each of {len(parts)} parts of {len(texts):,} requests held out once"
    )


def _given(texts: Sequence[str], test: int) -> Division:
    first = len(texts) - test
    asked = {same_text(text) for text in texts[first:]}
    known = [place for place in range(first) if same_text(texts[place]) not in asked]
    if not known:
        raise ValueError("every example is in the test file too, so that nothing is left to learn from")
    part = Part(np.array(known, dtype=np.int64), np.arange(first, len(texts)))
    return Division((part,), f"the test file given: {test:,} requests", leaked=first - len(known))


def some_of_each(labels: Sequence[str], each: int, seed: int = 0) -> Places:
    """Places of at most `each` examples of every label, drawn at random, rising."""
    left: dict[str, int] = {}
    drawn = []
    for place in np.random.default_rng(seed).permutation(len(labels)).tolist():
        taken = left.get(labels[place], 0)
        if taken < each:
            left[labels[place]] = taken + 1
            drawn.append(place)
    return np.array(sorted(drawn), dtype=np.int64)
