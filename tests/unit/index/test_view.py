from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import encode_all, prepare_all
from index.model import Document, DocumentKey
from index.segment import Segment, segment_of
from index.view import view_of
from tests.unit.index.hashing import COLLECTIONS, HashingEncoder


def segment(documents: list[Document]) -> Segment:
    encoder = HashingEncoder(12)
    prepared = prepare_all(documents, encoder)
    return segment_of(prepared, encode_all(prepared, encoder, {})[0])


@given(documents=COLLECTIONS, drawn=st.data())
def test_documents_are_numbered_in_the_order_of_their_keys(documents: list[Document], drawn: st.DataObject) -> None:
    """Over both segments, whatever stands in which; passages follow their documents, and the gone are marked."""
    keys = sorted(document.key for document in documents)
    later = drawn.draw(st.sets(st.sampled_from(keys))) if keys else set()
    base = segment([document for document in documents if document.key not in later])
    delta = segment([document for document in documents if document.key in later])
    gone = (
        frozenset(drawn.draw(st.sets(st.sampled_from(sorted(set(keys) - later))))) if set(keys) - later else frozenset()
    )
    view = view_of(base, delta, gone)
    places = zip(view.origins.tolist(), view.rows.tolist(), strict=True)
    assert [view.segments[origin].keys[row] for origin, row in places] == keys
    assert [key for key, alive in zip(keys, view.alive, strict=True) if not alive] == sorted(gone)
    assert view.whole == (not gone)
    passages, bounds = view.passages_of(np.arange(len(view)))
    assert sorted(passages.tolist()) == list(range(base.size + delta.size))
    assert view.owners[passages].tolist() == np.repeat(np.arange(len(view)), np.diff(bounds)).tolist()
    wanted = frozenset(drawn.draw(st.sets(st.sampled_from(keys)))) if keys else frozenset()
    found = {keys[number] for number in np.flatnonzero(view.mask(wanted | {DocumentKey("z", "z", 1)}))}
    assert found == wanted - gone


FEES = Document(DocumentKey("c", "fees", 1), "Fees", "Five euros.")
CARDS = Document(DocumentKey("c", "cards", 1), "Cards", "A stolen card.")


def test_a_document_cannot_be_in_both() -> None:
    """A version of a document never changes, so one that comes again is a mistake."""
    with pytest.raises(ValueError, match="in the delta, and in the snapshot as well"):
        view_of(segment([FEES, CARDS]), segment([CARDS]), frozenset())
    with pytest.raises(ValueError, match="in the delta, and gone as well"):
        view_of(segment([FEES]), segment([CARDS]), frozenset({CARDS.key}))


def test_vectors_of_another_shape_are_refused() -> None:
    """A delta made with another encoder cannot be searched beside the snapshot."""
    encoder = HashingEncoder(12)
    prepared = prepare_all([CARDS], encoder)
    other = segment_of(prepared, np.ones((1, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="the delta's vectors have 3 numbers, the snapshot's 16"):
        view_of(segment([FEES]), other, frozenset())
