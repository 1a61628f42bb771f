from __future__ import annotations

import pytest

from index.delta import make_delta
from index.latest import Latest
from index.model import Document, DocumentKey
from index.prepare import Prepared
from tests.unit.index.hashing import HashingEncoder

DOCUMENTS = [
    Document(DocumentKey("c", "fees", 1), "Fees", "A fee of five euros."),
    Document(DocumentKey("c", "cards", 2), "Cards", "A stolen card is blocked.", citations=("fees",)),
]


def test_a_delta_is_a_segment_in_memory() -> None:
    """Documents in order of key, with their passages, words and vectors; what was computed is given back."""
    encoder = HashingEncoder()
    delta = make_delta(DOCUMENTS, encoder)
    assert list(delta.segment.keys) == sorted(document.key for document in DOCUMENTS)
    assert delta.segment.passages.texts.all() == ["A stolen card is blocked.", "A fee of five euros."]
    assert delta.segment.citations(0) == ("fees",)
    assert len(delta.computed) == 2
    again = make_delta(DOCUMENTS, HashingEncoder(), delta.computed)
    assert again.computed == {}


def test_a_delta_that_grows_costs_only_what_is_new() -> None:
    """Documents that were prepared before are not read again, unless they are not the same any more."""
    kept: Latest[DocumentKey, Prepared] = Latest(10)
    first = HashingEncoder()
    known = make_delta(DOCUMENTS[:1], first, prepared=kept).computed
    second = HashingEncoder()
    make_delta(DOCUMENTS, second, known, prepared=kept)
    assert not any("fee" in text for text in second.counted)
    assert second.encoded == ["Cards\nA stolen card is blocked."]
    edited = Document(DOCUMENTS[0].key, "Fees", "Six euros.")
    assert make_delta([edited], HashingEncoder(), prepared=kept).segment.passages.texts.all() == ["Six euros."]


def test_two_documents_of_one_key_are_refused() -> None:
    """A key names one document."""
    with pytest.raises(ValueError, match="two documents are called"):
        make_delta([DOCUMENTS[0], DOCUMENTS[0]], HashingEncoder())


def test_an_empty_delta_is_a_segment_too() -> None:
    """Nothing new is no special case."""
    assert len(make_delta([], HashingEncoder()).segment.keys) == 0
