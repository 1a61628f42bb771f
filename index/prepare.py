"""A document made ready for the index: cut into passages, its sentences found, its words brought to their stems.

This is what takes time beside the encoding, and it depends on nothing but the document and the encoder's window; so
that of many documents only those that are new have to be prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.analyse import terms
from index.chunk import chunk, lead, passage_text
from index.model import Document, Passage, Vectors
from index.sentences import sentences


class PassageEncoder(Protocol):
    """What building needs of an encoder; `Encoder` and `EncoderPool` are ones."""

    @property
    def digest(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def room(self) -> int: ...
    def count_tokens(self, text: str) -> int: ...
    def encode_many(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a passage."""

    span: tuple[int, int]  #: code points within the passage
    terms: Sequence[str]  #: in order, repeated as often as they stand there


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document in passages, with the terms of each."""

    document: Document
    head: Sequence[str]  #: terms of its title and headings; a heading over several passages counts once
    passages: Sequence[Passage]
    encoded: Sequence[str]  #: the text of each passage as the encoder reads it
    heads: Sequence[Sequence[str]]  #: terms of the title and headings above each passage
    lines: Sequence[Sequence[Line]]  #: the sentences of each passage


def prepare(document: Document, encoder: PassageEncoder) -> Prepared:
    """Cut a document for this encoder's window and read its words. Nothing is encoded."""
    passages = chunk(document, encoder.count_tokens, encoder.room)
    headings = dict.fromkeys(passage.heading for passage in passages)
    return Prepared(
        document=document,
        head=terms("\n".join([document.title, *headings])),
        passages=passages,
        encoded=[passage_text(document.title, passage) for passage in passages],
        heads=[terms(lead(document.title, passage.heading)) for passage in passages],
        lines=[list(_lines(passage.text)) for passage in passages],
    )


def _lines(text: str) -> Iterator[Line]:
    for start, end in sentences(text):
        yield Line((start, end), terms(text[start:end]))
