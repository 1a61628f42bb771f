"""The words of the index library, as frozen values, and the protocol another evidence engine has to meet.

Nothing here knows SQL, HTTP or a clock. `service.domain` may import this module and nothing else of the library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:  # policies are checked with these words too, by commands that load nothing heavy
    import numpy as np
    import numpy.typing as npt

Vector: TypeAlias = "npt.NDArray[np.float32]"  #: shape (dim,), unit length
Vectors: TypeAlias = "npt.NDArray[np.float32]"  #: shape (n, dim), rows of unit length


#: What a document's own field or a request's attribute holds, as signals read it: a number, or words.
FieldValue: TypeAlias = "float | tuple[str, ...]"

#: The two parts of every score; the others are signals, by their names.
DENSE, LEXICAL = "dense", "lexical"

#: What a part may weigh at most: far beyond it shares would be lost in rounding.
MOST_WEIGHT: Final = 1_000.0


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    """Names one version of one document. Ordered, so that ties are broken the same way everywhere."""

    collection: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Document:
    """An approved document as the index needs it: its words, and what signals are computed from.

    Approval, audience and dates are not here: they decide the allowed set, and that is the caller's.
    """

    key: DocumentKey
    title: str
    text: str  #: Markdown, as written
    effective_from: date | None = None
    jurisdiction: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()  #: ids of documents of the same collection; others mean nothing here
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that fits the encoder's window."""

    key: DocumentKey
    ordinal: int  #: 0-based place within the document
    heading: str  #: headings above it, joined with ` › `; may be empty
    text: str  #: plain text without markup
    start: int  #: code points from the start of `Document.text`
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One passage that was found, with the parts of its score so that a person can see why."""

    key: DocumentKey
    ordinal: int
    title: str
    heading: str
    passage: str
    highlights: tuple[tuple[int, int], ...]  #: code points within `passage`
    score: float  #: 0 to 1, fused
    cosine: float  #: cosine of request and passage, -1 to 1: absolute, unlike the normalised parts
    parts: Mapping[str, float] = field(default_factory=dict)  #: 0 to 1: `dense`, `lexical`, then one per signal
    shares: Mapping[str, float] = field(default_factory=dict)  #: of each part; score = sum of share times part
    start: int = 0  #: the passage's place in `Document.text`, in code points
    end: int = 0


@dataclass(frozen=True, slots=True)
class AllowedSet:
    """The documents one search may return: approved, in force, visible to this caller, narrowed by obligations.

    Built from the database by the caller. `token` names the set's content (same token, same documents), so that
    an engine may cache what it derives from it.
    """

    documents: frozenset[DocumentKey]
    token: str


class SignalKind(StrEnum):
    """What a signal is computed from."""

    RECENCY = "recency"  #: the document's effective date
    NUMBER = "number"  #: a number among its fields
    CATEGORY = "category"  #: words among its fields, against a request's attribute
    AUTHORITY = "authority"  #: words among its fields, each worth something
    GRAPH = "graph"  #: who cites whom


class Kernel(StrEnum):
    """How recency falls with age."""

    EXPONENTIAL = "exponential"  #: halved every half-life
    CALENDAR = "calendar"  #: a step down with each year, quarter or month that has begun since


class Prefer(StrEnum):
    """Which numbers are good ones."""

    HIGH = "high"
    LOW = "low"
    NEAR = "near"  #: near the request's attribute


@dataclass(frozen=True, slots=True)
class Signal:
    """One part of the score beside meaning and words, as a collection declares it. What its kind needs not is empty."""

    name: str
    kind: SignalKind
    field: str = ""  #: of the document: number, category, authority
    attribute: str = ""  #: of the request: category, and number that prefers what is near
    kernel: Kernel = Kernel.EXPONENTIAL
    half_life_days: float = 365.0
    period: str = "year"  #: of the calendar kernel: year, quarter, month
    least: float = 0.0  #: number: what counts 0 (or 1, where low ones are preferred)
    most: float = 1.0
    logarithmic: bool = False  #: number: compare orders of magnitude
    prefer: Prefer = Prefer.HIGH
    worth: Mapping[str, float] = dataclasses.field(default_factory=dict)  #: authority: word -> 0 to 1


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the parts of a score count. A signal only reorders; it has no say in what is allowed."""

    weights: Mapping[str, float] = field(default_factory=lambda: {DENSE: 1.0, LEXICAL: 1.0})  #: proportions, 0 or more
    signals: Mapping[str, tuple[Signal, ...]] = field(default_factory=dict)  #: by collection


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    text: str  #: its clean words
    vector: Vector  #: as the retrieval encoder and its adapter give it, of unit length
    today: date  #: what recency is counted from
    attributes: Mapping[str, FieldValue] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)  #: by part, instead of the ranking's own


class Searcher(Protocol):
    """What finds evidence. Anything outside the allowed set never comes back."""

    @property
    def digest(self) -> str:
        """Names the content searched and how it is ranked; the same digest gives the same answers."""
        ...

    def search(self, query: Query, allowed: AllowedSet, k: int) -> Sequence[Evidence]:
        """At most `k` passages, best first, at most one per document; ties by document key, then ordinal."""
        ...
