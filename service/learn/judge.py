"""What every head is to the rest of the service, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from index.model import Vector
from rules.model import AttributeValue
from service.domain.types import Judgement


class Need(StrEnum):
    """What a head looks at besides vector and text; who asks it has to find that out first."""

    ATTRIBUTES = "attributes"
    VOTES = "votes"


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a head may look at of one request."""

    vector: Vector  #: of the text, by the head's own encoder; unit length
    text: str  #: clean
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    votes: Mapping[str, float] = field(default_factory=dict)  #: label -> 0 to 1, how far the found documents name it


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that spoke for a label or against it, in units of logits."""

    what: str  #: a word of the request, `attribute=value`, `documents` or `meaning`
    weight: float  #: above 0: for the label


class Head(Protocol):
    """A classifier as it serves. Never changes; safe to share between threads."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Sorted, so that equal probabilities are ordered by label id."""

    @property
    def encoder(self) -> str:
        """Digest of the encoder whose vectors it judges: the release's, or one of its own."""

    @property
    def needs(self) -> frozenset[Need]:
        """What besides vector and text has to be known."""

    def judge(self, seen: Seen) -> Judgement:
        """What it thinks of one request. ValueError for a vector of another shape or one that is not finite."""

    def telling(self, seen: Seen, label: str, most: int = 8) -> tuple[Telling, ...]:
        """What spoke most for and against a label, the strongest first."""
