"""A segment: documents and their passages in columns, mapped from a snapshot's files or made in memory.

Rows are ordered by document key, passages by place in their document; so row order is the order in which ties are
broken, and a document's passages are neighbours. Nothing in a segment depends on what else is searched beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.columns import Rows, StringColumn, arrays, bounds, open_array, open_columns, save_array, save_columns
from index.dense import DenseIndex, open_dense
from index.keys import KeyColumns, Keys
from index.model import FieldValue, Passage, Vectors
from index.outline import Outlines
from index.postings import Postings
from index.prepare import Prepared

_GRAPH = "graph.npy"


@dataclass(frozen=True, slots=True)
class DocumentColumns:
    """What is known of each document, beside its key."""

    titles: StringColumn
    effective: npt.NDArray[np.int32]  #: proleptic day of its effective date; 0 without one
    fields: StringColumn  #: in JSON
    citations: StringColumn  #: in JSON


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """What is known of each passage."""

    headings: StringColumn
    texts: StringColumn
    spans: npt.NDArray[np.int64]  #: shape (passages, 2): code points in the document's text


@dataclass(frozen=True, slots=True)
class WordColumns:
    """The words of documents and of passages. A term has the same number in all of them."""

    vocabulary: StringColumn  #: ascending
    documents: Postings
    passages: Postings
    outlines: Outlines  #: of passages


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents that can be searched. Read-only; may be shared by any number of threads."""

    columns: KeyColumns
    documents: DocumentColumns
    passages: PassageColumns
    words: WordColumns
    firsts: npt.NDArray[np.int64]  #: first passage of each document, and the number of passages at the end
    dense: DenseIndex  #: over passages
    graph: npt.NDArray[np.float32]  #: shape (documents, n): who cites whom; n is 0 when nobody does, or in a delta
    keys: Keys = field(init=False)
    owners: npt.NDArray[np.int32] = field(init=False)  #: the document of each passage

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", Keys(self.columns))
        owners = np.repeat(np.arange(len(self.keys), dtype=np.int32), np.diff(self.firsts))
        object.__setattr__(self, "owners", owners)

    @property
    def size(self) -> int:
        """The number of passages."""
        return len(self.owners)

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        owner = int(self.owners[row])
        start, end = self.passages.spans[row].tolist()
        ordinal = row - int(self.firsts[owner])
        return Passage(self.keys[owner], ordinal, self.passages.headings[row], self.passages.texts[row], start, end)

    def fields(self, row: int) -> Mapping[str, FieldValue]:
        """A document's own fields, as signals read them."""
        held = self.documents.fields.json(row) or {}
        return {name: tuple(value) if isinstance(value, list) else float(value) for name, value in held.items()}

    def citations(self, row: int) -> tuple[str, ...]:
        """The ids a document cites."""
        return tuple(self.documents.citations.json(row) or ())


def segment_of(prepared: Sequence[Prepared], vectors: Vectors, graph: npt.NDArray[np.float32] | None = None) -> Segment:
    """Prepared documents, ascending by key, as a segment; `vectors` has one row a passage."""
    documents = [each.document for each in prepared]
    passages = [passage for each in prepared for passage in each.passages]
    days = [document.effective_from.toordinal() if document.effective_from else 0 for document in documents]
    return Segment(
        columns=KeyColumns.of([document.key for document in documents]),
        documents=DocumentColumns(
            titles=StringColumn.of([document.title for document in documents]),
            effective=np.array(days, dtype=np.int32),
            fields=StringColumn.of_json([dict(document.fields) for document in documents]),
            citations=StringColumn.of_json([list(document.citations) for document in documents]),
        ),
        passages=PassageColumns(
            headings=StringColumn.of([passage.heading for passage in passages]),
            texts=StringColumn.of([passage.text for passage in passages]),
            spans=np.array([(passage.start, passage.end) for passage in passages], dtype=np.int64).reshape(-1, 2),
        ),
        words=_words(prepared),
        firsts=bounds([len(each.passages) for each in prepared]),
        dense=DenseIndex.of(vectors),
        graph=np.empty((len(documents), 0), dtype=np.float32) if graph is None else graph,
    )


def content_digest(segment: Segment) -> str:
    """Names what a segment holds: SHA-256 in hexadecimal over its documents and passages."""
    total = hashlib.sha256()
    for columns in (segment.columns, segment.documents, segment.passages):
        for name, values in arrays("", columns):
            total.update(f"{name} {values.dtype} {values.shape}\n".encode())
            total.update(np.ascontiguousarray(values).data)
    return total.hexdigest()


def save_segment(folder: Path, segment: Segment) -> None:
    """Write a segment's files into `folder`."""
    for name, _ in _COLUMNS:
        save_columns(folder, name, getattr(segment, name))
    save_array(folder / "firsts.npy", segment.firsts)
    save_array(folder / _GRAPH, segment.graph)
    segment.dense.write(folder)


def open_segment(folder: Path) -> Segment:
    """Map what `save_segment` wrote; raises ValueError when its parts do not fit together."""
    parts: dict[str, Any] = {name: open_columns(folder, name, kind) for name, kind in _COLUMNS}
    firsts, graph = open_array(folder / "firsts.npy"), open_array(folder / _GRAPH)
    segment = Segment(**parts, firsts=firsts, graph=graph, dense=open_dense(folder))
    for what, found, expected in _sizes(segment):
        if found != expected:
            raise ValueError(f"{found} {what} where there should be {expected}")
    return segment


_COLUMNS: tuple[tuple[str, type[Any]], ...] = (
    ("columns", KeyColumns),
    ("documents", DocumentColumns),
    ("passages", PassageColumns),
    ("words", WordColumns),
)


def _sizes(segment: Segment) -> Iterator[tuple[str, int, int]]:
    """What of each there is and should be. That the content itself is right, the seal vouches for."""
    documents, passages = len(segment.keys), int(segment.firsts[-1])
    words, terms = segment.words, len(segment.words.vocabulary)
    yield "document ids", len(segment.columns.ids), documents
    yield "documents in collections", int(segment.columns.firsts[-1]), documents
    yield "documents with passages", len(segment.firsts) - 1, documents
    yield "titles", len(segment.documents.titles), documents
    yield "effective dates", len(segment.documents.effective), documents
    yield "documents with fields", len(segment.documents.fields), documents
    yield "documents with citations", len(segment.documents.citations), documents
    yield "documents in the graph", len(segment.graph), documents
    yield "headings", len(segment.passages.headings), passages
    yield "passage texts", len(segment.passages.texts), passages
    yield "spans", len(segment.passages.spans), passages
    yield "passages in the dense index", segment.dense.passages, passages
    yield "passages outlined", len(words.outlines), passages
    yield "sentences", len(words.outlines.spans), int(words.outlines.firsts[-1])
    yield "bounds of sentences", len(words.outlines.starts) - 1, int(words.outlines.firsts[-1])
    yield "terms of sentences", len(words.outlines.terms), int(words.outlines.starts[-1])
    for what, postings, texts in (("documents", words.documents, documents), ("passages", words.passages, passages)):
        yield f"lengths of heads of {what}", len(postings.heads), texts
        yield f"lengths of bodies of {what}", len(postings.bodies), texts
        yield f"terms of {what}", len(postings.starts) - 1, terms
        for column in (postings.rows, postings.in_head, postings.in_body):
            yield f"postings of {what}", len(column), int(postings.starts[-1])


def _words(prepared: Sequence[Prepared]) -> WordColumns:
    """The words of documents and passages, counted."""
    vocabulary = sorted(set(chain.from_iterable(chain.from_iterable(_runs(each) for each in prepared))))
    numbers = {term: number for number, term in enumerate(vocabulary)}
    flat = [line for each in prepared for lines in each.lines for line in lines]
    groups = [lines for each in prepared for lines in each.lines]
    heads = [head for each in prepared for head in each.heads]
    owners = np.repeat(np.arange(len(prepared)), [len(each.passages) for each in prepared])
    body = _numbers((line.terms for line in flat), numbers)
    body_passages = np.repeat(np.arange(len(groups)), [sum(len(line.terms) for line in lines) for lines in groups])
    head_passages = np.repeat(np.arange(len(heads)), [len(head) for head in heads])
    head_documents = np.repeat(np.arange(len(prepared)), [len(each.head) for each in prepared])
    return WordColumns(
        vocabulary=StringColumn.of(vocabulary),
        documents=Postings.of(
            len(vocabulary),
            len(prepared),
            (_numbers((each.head for each in prepared), numbers), head_documents),
            (body, owners[body_passages]),
        ),
        passages=Postings.of(
            len(vocabulary), len(heads), (_numbers(heads, numbers), head_passages), (body, body_passages)
        ),
        outlines=Outlines.of(
            [len(lines) for lines in groups], [line.span for line in flat], [len(line.terms) for line in flat], body
        ),
    )


def _runs(each: Prepared) -> Iterator[Sequence[str]]:
    yield each.head
    yield from each.heads
    for lines in each.lines:
        for line in lines:
            yield line.terms


def _numbers(runs: Any, numbers: Mapping[str, int]) -> Rows:
    number: Callable[[str], int] = numbers.__getitem__
    return np.fromiter(map(number, chain.from_iterable(runs)), dtype=np.int64)
