"""Vectors of passages: stored before an approval, so that nobody encodes afterwards."""

from __future__ import annotations

from index.build import vector_key
from index.model import Document, DocumentKey
from index.prepare import prepare as prepared
from service.store import artefacts
from service.usecases.embed import embed, prepare

NAME = "retail-banking"


def document(collection, text="Park behind the branch, near the blue gate."):
    return Document(DocumentKey(collection, "parking", 1), "Parking", text)


def stored(house, one):
    keys = [vector_key(house.encoder.digest, text) for text in prepared(one, house.encoder).encoded]
    with house.store.read() as connection:
        return len(artefacts.known_vectors(connection, keys)) == len(keys)


def test_passages_are_encoded_where_they_will_be_searched(house):
    """Of a collection that a release answers from they are stored; of one that nobody searches they are not."""
    here, elsewhere = document(NAME), document("branches", "Branches lend umbrellas.")
    assert not stored(house, here)
    prepare(house, [here, elsewhere])
    assert stored(house, here)
    assert not stored(house, elsewhere)


def test_a_text_is_encoded_once(house, monkeypatch):
    """What is stored is read, whichever process stored it."""
    first = embed(house, ["one text", "another", "one text"], "reading")
    assert first.shape == (3, house.encoder.dim)
    monkeypatch.setattr(type(house.encoder), "encode_many", None)
    again = embed(house, ["one text", "another", "one text"], "reading")
    assert (first == again).all()
    assert embed(house, [], "reading").shape == (0, house.encoder.dim)
