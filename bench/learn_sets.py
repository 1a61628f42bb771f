"""Labelled requests that learning is measured on: BANKING77 and CLINC150, and draws of few of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.data import Message, read_messages


class Split(NamedTuple):
    """Texts, each with its label."""

    texts: list[str]
    labels: list[str]

    def take(self, places: Sequence[int]) -> Split:
        return Split([self.texts[place] for place in places], [self.labels[place] for place in places])

    def sample(self, most: int | None, seed: int = 0) -> Split:
        """A random part in its own order; all of it where `most` is None."""
        if most is None or most >= len(self.texts):
            return self
        return self.take(np.sort(np.random.default_rng(seed).permutation(len(self.texts))[:most]).tolist())


class LabelledSet(NamedTuple):
    """What is learned from, what thresholds are read from, what is judged by, and what belongs to no label."""

    name: str
    file: Path
    train: Split
    valid: Split  #: none of BANKING77
    test: Split
    outside: list[str]  #: none of BANKING77

    @property
    def names(self) -> dict[str, str]:
        """Labels -> what they are called, as words."""
        return {label: words_of(label) for label in sorted(set(self.train.labels))}

    def sample(self, most: int | None) -> LabelledSet:
        """At most this many of each part."""
        outside = Split(self.outside, self.outside).sample(most).texts
        return self._replace(
            train=self.train.sample(most), valid=self.valid.sample(most), test=self.test.sample(most), outside=outside
        )


def banking(data: Path) -> LabelledSet:
    """BANKING77: 10,003 questions to a bank to learn from, 3,080 to judge by, 77 labels."""
    folder = data / "banking77"
    train, test = (_split(read_messages(folder / f"{part}.csv.gz")) for part in ("train", "test"))
    return LabelledSet("BANKING77", folder / "train.csv.gz", train, Split([], []), test, [])


def clinc(data: Path) -> LabelledSet:
    """CLINC150, the full variant: 15,000 requests to learn from, 4,500 to judge by, 1,000 of no label."""
    file = data / "clinc150" / "data_full.json.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        parts = {name: [Message(*row) for row in rows] for name, rows in json.load(lines).items()}
    train, valid, test = (_split(parts[name]) for name in ("train", "val", "test"))
    return LabelledSet("CLINC150", file, train, valid, test, [row.text for row in parts["oos_test"]])


def few(split: Split, each: int, seed: int) -> Split:
    """So many examples of every label, drawn at random."""
    rng = np.random.default_rng(seed)
    labels = np.array(split.labels)
    chosen = [rng.choice(np.flatnonzero(labels == label), each, replace=False) for label in np.unique(labels)]
    return split.take(np.sort(np.concatenate(chosen)).tolist())


def words_of(label: str) -> str:
    """`Refund_not_showing_up` -> `refund not showing up`."""
    return label.replace("_", " ").strip(" ?").casefold()


def _split(messages: Sequence[Message]) -> Split:
    return Split([message.text for message in messages], [message.label for message in messages])
