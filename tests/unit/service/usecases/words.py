"""An encoder of a few lines, and an instance with it: documents and searches without a model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np

from index.encoder import EncoderPool
from index.model import Evidence, Query, Vector, Vectors
from index.windows import Windows
from service.domain.access import ROLES, Principal
from service.domain.types import Workflow
from service.settings import Settings
from service.store import pointers
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases.house import House, furnish
from service.usecases.publish_document import approve, submit
from service.usecases.shelf import OpenRelease

ANN = Principal("k1", "Ann", ROLES["operations"])
BEN = Principal("k2", "Ben", ROLES["operations"])


class WordEncoder:
    """Each word a fixed direction; a text the mean of its words. Counts the texts it encoded."""

    dim, room = 16, 64

    def __init__(self, name: str = "words") -> None:
        self.digest = hashlib.sha256(name.encode()).hexdigest()
        self.encoded = 0

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode(self, text: str) -> Vector:
        total = sum((self._word(word) for word in text.lower().split()), np.zeros(self.dim))
        vector: Vector = (total / (np.linalg.norm(total) or 1.0)).astype(np.float32)
        return vector if vector.any() else np.eye(1, self.dim, dtype=np.float32)[0]

    def encode_many(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        self.encoded += len(texts)
        return np.array([self.encode(text) for text in texts], dtype=np.float32).reshape(-1, self.dim)

    def windows(self, text: str, *, max_windows: int | None = None) -> Windows:
        vector = self.encode(text)
        return Windows(vector[None], ((0, len(text)),), vector, 1.0, complete=True)

    def _word(self, word: str) -> np.ndarray[Any, Any]:
        seed = int.from_bytes(hashlib.sha256(f"{self.digest}{word}".encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dim)


class Clock:
    """Says what it was set to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def word_house(home: Path, encoder: WordEncoder | None = None, clock: Clock | None = None) -> Iterator[House]:
    """An instance over that folder, without a workflow. Several may be open over one folder, as workers are."""
    home.mkdir(exist_ok=True)
    settings = Settings(home=home)
    store = open_store(settings.database)
    migrate(store)
    house = furnish(settings, store, cast("EncoderPool", encoder or WordEncoder()), bytes(32), clock or Clock())
    try:
        yield house
    finally:
        house.close()


def release_over(house: House, collections: tuple[str, ...], snapshot: str | None = None) -> OpenRelease:
    """As much of a release as searching needs, on a snapshot of what is approved now or on another one."""
    digest = snapshot or house.snapshots.build(collections, house.encoder)
    workflow = Workflow("w", "W", (), collections, (), (), cast("Any", None), cast("Any", None))
    nothing = cast("Any", None)
    row: Mapping[str, Any] = {"snapshot": digest, "policy": "p".join(collections)}
    return OpenRelease(
        id=f"rel_{digest[:12]}",
        workflow=workflow,
        ruleset=nothing,
        snapshot=house.snapshots.open(digest, house.encoder),
        encoder=house.encoder,
        judge_encoder=house.encoder,
        adapter=None,
        head=nothing,
        certificate=None,
        refusal=None,
        row=row,
    )


def publish(house: House, collection: str, name: str, text: str, **more: Any) -> int:
    """Submitted by one, approved by another; the version."""
    document = {"collection": collection, "id": name, "title": name.title(), "text": text, **more}
    version = int(submit(house, ANN, document)["version"])
    approve(house, BEN, collection, name, version)
    return version


def sequence_of(house: House) -> int:
    with house.store.read() as connection:
        return pointers.document_sequence(connection)


def found(
    house: House,
    release: OpenRelease,
    text: str,
    *,
    sequence: int | None = None,
    groups: frozenset[str] = frozenset(),
    narrow: Mapping[str, frozenset[str]] | None = None,
    k: int = 50,
) -> list[Evidence]:
    """What a request would find now, or with the documents of a sequence."""
    at, now = sequence_of(house) if sequence is None else sequence, house.clock()
    allowed = house.allowed.get(release.workflow.collections, at, groups, now, narrow or {})
    query = Query(text, house.encoder.encode(text), date(2026, 11, 21))
    return list(house.views.at(release, at).search(query, allowed, k))


def names(evidence: Sequence[Evidence]) -> list[str]:
    return [f"{each.key.id}@{each.key.version}" for each in evidence]
