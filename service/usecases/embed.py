"""Vectors of many texts, each encoded once ever: kept in the database by digest of encoder and text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.build import vector_key
from index.model import Vectors
from service.store import artefacts
from service.usecases.house import House
from service.usecases.progress import Progress, silent

_PART = 512  # texts encoded before their vectors are stored: what an interruption may cost


def embed(house: House, texts: Sequence[str], what: str, progress: Progress = silent) -> Vectors:
    """Shape (len(texts), dim). Resumes where an earlier run stopped."""
    keys = [vector_key(house.encoder.digest, text) for text in texts]
    with house.store.read() as connection:
        known = artefacts.known_vectors(connection, list(dict.fromkeys(keys)))
    todo = list({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items())
    for start in range(0, len(todo), _PART):
        part = todo[start : start + _PART]
        vectors = house.encoder.encode_many([text for _, text in part])
        new = {key: vector.astype("<f4").tobytes() for (key, _), vector in zip(part, vectors, strict=True)}
        house.store.commit(lambda connection, new=new: artefacts.add_vectors(connection, new))  # type: ignore[misc]
        known.update(new)
        progress(what, start + len(part), len(todo))
    if not texts:
        return np.empty((0, house.encoder.dim), np.float32)
    return np.stack([np.frombuffer(known[key], "<f4") for key in keys]).astype(np.float32)
