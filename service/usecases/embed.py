"""Vectors of many texts, each encoded once ever: kept in the database by digest of encoder and text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.build import vector_key
from index.encoder import EncoderPool
from index.model import Document, Vectors
from index.prepare import prepare as prepared
from service.store import artefacts, pointers
from service.usecases.house import House
from service.usecases.progress import Progress, silent

_PART = 512  # texts encoded before their vectors are stored: what an interruption may cost


def embed(
    house: House, texts: Sequence[str], what: str, progress: Progress = silent, encoder: EncoderPool | None = None
) -> Vectors:
    """Shape (len(texts), dim), by the instance's own encoder or another one. Resumes where an earlier run stopped."""
    chosen = encoder or house.encoder
    keys = [vector_key(chosen.digest, text) for text in texts]
    with house.store.read() as connection:
        known = artefacts.known_vectors(connection, list(dict.fromkeys(keys)))
    todo = list({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items())
    for start in range(0, len(todo), _PART):
        part = todo[start : start + _PART]
        vectors = chosen.encode_many([text for _, text in part])
        new = {key: vector.astype("<f4").tobytes() for (key, _), vector in zip(part, vectors, strict=True)}
        house.store.commit(lambda connection, new=new: artefacts.add_vectors(connection, new))  # type: ignore[misc]
        known.update(new)
        progress(what, start + len(part), len(todo))
    if not texts:
        return np.empty((0, chosen.dim), np.float32)
    return np.stack([np.frombuffer(known[key], "<f4") for key in keys]).astype(np.float32)


def prepare(house: House, documents: Sequence[Document], progress: Progress = silent) -> None:
    """Have the vectors of the documents' passages stored, before the documents are approved.

    So that no worker encodes anything when it makes the view that holds them. By the encoder of every release that
    answers where one of the documents will be found.
    """
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    releases = [house.shelf.open(pointer.release) for pointer in active]
    for encoder in {release.encoder.digest: release.encoder for release in releases}.values():
        searched = {name for release in releases if release.encoder is encoder for name in release.workflow.collections}
        here = [document for document in documents if document.key.collection in searched]
        texts = [text for document in here for text in prepared(document, encoder).encoded]
        embed(house, list(dict.fromkeys(texts)), "encoding passages", progress, encoder)
