"""A delta: documents approved since a snapshot was built, as a segment in memory that is searched beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.build import encode_all, prepare_all
from index.latest import Latest
from index.model import Document, DocumentKey
from index.prepare import PassageEncoder, Prepared, prepare
from index.segment import Segment, segment_of


@dataclass(frozen=True, slots=True)
class Delta:
    """A segment in memory, and the vectors that had to be computed for it, for the caller to keep."""

    segment: Segment
    computed: Mapping[str, bytes]  #: by `vector_key`; little-endian float32


def make_delta(
    documents: Sequence[Document],
    encoder: PassageEncoder,
    known: Mapping[str, bytes] | None = None,
    *,
    prepared: Latest[DocumentKey, Prepared] | None = None,
) -> Delta:
    """The documents as a segment. Vectors found in `known` (by `vector_key`) are not computed again.

    Given the same `prepared` again, documents in it are not cut and read again: a delta that grows costs only what is
    new. Raises ValueError when two documents share a key or a known vector has the wrong length.
    """
    store: Latest[DocumentKey, Prepared] = Latest(0) if prepared is None else prepared

    def make(document: Document, encoder: PassageEncoder) -> Prepared:
        found = store.get(document.key)
        if found is None or found.document != document:
            found = prepare(document, encoder)
            store.put(document.key, found)
        return found

    ready = prepare_all(documents, encoder, make)
    vectors, computed = encode_all(ready, encoder, {} if known is None else known)
    return Delta(segment_of(ready, vectors), computed)
