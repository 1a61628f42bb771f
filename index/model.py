"""The words of the index library, as frozen values, and the protocol another evidence engine has to meet.

Nothing here knows SQL, HTTP or a clock. `service.domain` may import this module and nothing else of the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]  #: shape (dim,), unit length
Vectors: TypeAlias = npt.NDArray[np.float32]  #: shape (n, dim), rows of unit length


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
    citations: tuple[str, ...] = ()


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
    parts: Mapping[str, float] = field(default_factory=dict)  #: `dense`, `lexical`, then one per signal


@dataclass(frozen=True, slots=True)
class AllowedSet:
    """The documents one search may return: approved, in force, visible to this caller, narrowed by obligations.

    Built from the database by the caller. `token` names the set's content (same token, same documents), so that
    an engine may cache what it derives from it.
    """

    documents: frozenset[DocumentKey]
    token: str


class Searcher(Protocol):
    """What finds evidence. Anything outside the allowed set never comes back."""

    @property
    def digest(self) -> str:
        """Names the content searched; the same digest gives the same answers."""
        ...

    def search(self, vector: Vector, text: str, allowed: AllowedSet, k: int) -> Sequence[Evidence]:
        """At most `k` passages, best first, at most one per document; ties by document key, then ordinal."""
        ...
