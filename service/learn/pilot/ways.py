"""A way of deciding, as the pilot tries it: rules, a head, a tuned encoder. All are taught and asked alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from rules.model import AttributeValue
from service.learn.material import Definition
from service.learn.pilot.division import some_of_each

Progress: TypeAlias = Callable[[str, int, int], None]  #: what is being done, done so far, total
Attributes: TypeAlias = Mapping[str, AttributeValue]


class Kind(StrEnum):
    """Families of ways, the simplest first: which one is kept when the figures do not tell two apart."""

    PEOPLE = "people"
    RULES = "rules"
    SCRATCH = "from scratch"  #: learned from the examples alone
    FROZEN = "pre-trained"  #: an encoder as it is, with or without a head
    JOINED = "joined"  #: an encoder as it is, joined with what was learned from the examples
    TUNED = "tuned"  #: an encoder that was changed by the examples

    @property
    def rank(self) -> int:
        """0 for the simplest, rising."""
        return list(Kind).index(self)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What may be learned from: n requests with their labels."""

    texts: Sequence[str]
    labels: Sequence[str]
    attributes: Sequence[Attributes]
    vectors: Vectors | None  #: shape (n, dim), by the way's encoder; None for a way without one
    definitions: Mapping[str, Definition] = field(default_factory=dict)  #: of labels, with vectors as `vectors`
    seconds: float = 3_600.0  #: that learning may take
    room: Path | None = None  #: a folder to write in

    def at(self, places: npt.NDArray[np.integer]) -> Known:
        """Some of the examples."""
        chosen = places.tolist()
        return Known(
            texts=[self.texts[place] for place in chosen],
            labels=[self.labels[place] for place in chosen],
            attributes=[self.attributes[place] for place in chosen],
            vectors=None if self.vectors is None else self.vectors[places],
            definitions=self.definitions,
            seconds=self.seconds,
            room=self.room,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Requests to be decided, without their labels."""

    texts: Sequence[str]
    attributes: Sequence[Attributes]
    vectors: Vectors | None  #: as in `Known`


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a way says of n requests."""

    chosen: tuple[str | None, ...]  #: None: it says nothing, so a person decides
    confidence: npt.NDArray[np.float64]  #: shape (n,), 0 to 1; 0 where nothing is chosen


class Taught(Protocol):
    """A way after it learned."""

    @property
    def size(self) -> int:
        """Bytes of what has to be kept to decide with it, the encoder it was given not counted."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What was chosen in learning, in words."""

    def answer(self, asked: Asked) -> Answers:
        """What it says of each request."""


class Way(Protocol):
    """A way of deciding. A frozen value: it may be sent to another process."""

    @property
    def name(self) -> str:
        """As people read it; each way has one of its own."""

    @property
    def kind(self) -> Kind: ...

    @property
    def encoder(self) -> str:
        """Digest of the encoder whose vectors it looks at; empty: of none."""

    @property
    def learns(self) -> bool:
        """Whether it learns from examples at all."""

    def teach(self, known: Known, tell: Progress) -> Taught:
        """Learn from examples. Raises CannotLearn when there is too little to learn from."""


@dataclass(frozen=True, slots=True)
class Fewer:
    """A way that is given only some examples of each label: a point of its learning curve."""

    way: Way
    each: int  #: examples of a label, at most
    seed: int = 0

    @property
    def name(self) -> str:
        return f"{self.way.name}, {self.each} a label"

    @property
    def kind(self) -> Kind:
        return self.way.kind

    @property
    def encoder(self) -> str:
        return self.way.encoder

    @property
    def learns(self) -> bool:
        return self.way.learns

    def teach(self, known: Known, tell: Progress) -> Taught:
        return self.way.teach(known.at(some_of_each(known.labels, self.each, self.seed)), tell)
