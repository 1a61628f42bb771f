"""The allowed set: which documents a search may return, from the database and nowhere else.

Cached until the documents change (their sequence) or the calendar does (the next effective date).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from index.model import AllowedSet
from service.store import documents
from service.store.engine import Store

_KEPT = 256


class _Kept(NamedTuple):
    allowed: AllowedSet
    since: datetime
    until: datetime | None


class AllowedSets:
    """Allowed sets by what they depend on: collections, document sequence, caller's groups, obligations, time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self,
        collections: tuple[str, ...],
        sequence: int,
        groups: frozenset[str],
        now: datetime,
        narrow: Mapping[str, frozenset[str]],
    ) -> AllowedSet:
        """What may be found. `sequence` is the document sequence the request read; a newer one voids the cache."""
        key = (collections, sequence, groups, tuple(sorted((name, *sorted(values)) for name, values in narrow.items())))
        kept = self._kept.get(key)
        if kept is None or now < kept.since or (kept.until is not None and now >= kept.until):
            kept = self._read(key, collections, groups, now, narrow)
        return kept.allowed

    def _read(
        self,
        key: tuple[object, ...],
        collections: tuple[str, ...],
        groups: frozenset[str],
        now: datetime,
        narrow: Mapping[str, frozenset[str]],
    ) -> _Kept:
        with self._store.read() as connection:
            visible = documents.visible(connection, collections, groups, now, narrow)
        content = "\n".join(f"{k.collection}/{k.id}@{k.version}" for k in sorted(visible.keys))
        token = hashlib.sha256(content.encode()).hexdigest()
        kept = _Kept(AllowedSet(visible.keys, token), now, visible.until)
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept
