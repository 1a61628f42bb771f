"""Views: what a release searches at a document sequence.

A release names a snapshot, its base. Searched is always what was approved at the sequence that the request read: the
base without what has ended since, and with a delta of what was approved since, made in memory from the database. So a
view follows from release and sequence alone, and is the same in every process and whenever it is made again: for the
next request after an approval, for a replay years later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from index.delta import make_delta
from index.latest import Latest
from index.model import DocumentKey
from index.prepare import Prepared
from index.search import HybridSearcher
from service.store import artefacts, documents
from service.store.engine import Store
from service.usecases.register import Approved, Register
from service.usecases.shelf import OpenRelease

_KEPT = 64  # views, by release and sequence
_MADE = 16  # searchers, by what they search: several sequences and releases share one
_PREPARED = 8_192  # documents of deltas, cut into passages

Keys: TypeAlias = frozenset[DocumentKey]
Kind: TypeAlias = tuple[str, str]  #: digests of snapshot and policy: the base, the collections, the ranking

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a base has to be searched with, and without."""

    new: Keys = frozenset()
    gone: Keys = frozenset()


@dataclass(frozen=True, slots=True)
class Burden:
    """How far a view has come from its base."""

    passages: int  #: added to the base, or left out of it
    base: int  #: passages of the base
    seconds: float  #: that making it took


@dataclass(frozen=True, slots=True)
class _Made:
    searcher: HybridSearcher
    seconds: float


@dataclass(frozen=True, slots=True)
class _Newest:
    """The view of the newest sequence, and what it was made from."""

    approved: Approved
    difference: Difference


class Views:
    """Makes views and keeps the latest. Safe between threads; one view is made at a time."""

    def __init__(self, store: Store, register: Register) -> None:
        self._store = store
        self._register = register
        self._views: Latest[tuple[str, int], _Made] = Latest(_KEPT)
        self._made: Latest[tuple[Kind, Difference], _Made] = Latest(_MADE)
        self._newest: Latest[Kind, _Newest] = Latest(_KEPT)
        self._prepared: dict[str, Latest[DocumentKey, Prepared]] = {}  # by encoder
        self._making = threading.RLock()

    def at(self, release: OpenRelease, sequence: int) -> HybridSearcher:
        """The view of the release at that document sequence."""
        return self._view(release, sequence).searcher

    def over(self, release: OpenRelease, wanted: Collection[DocumentKey]) -> HybridSearcher:
        """What the release would search if just these versions were approved, whatever their status. Kept nowhere."""
        difference = _whole(release, frozenset(wanted))
        with self._making:
            return self._make(release, difference).searcher

    def let_go(self, snapshot: str) -> None:
        """Forget the views over a snapshot."""
        with self._making:
            self._views.drop(lambda _, made: made.searcher.base.digest == snapshot)
            self._made.drop(lambda _, made: made.searcher.base.digest == snapshot)

    def burden(self, release: OpenRelease, sequence: int) -> Burden:
        """How far the release's view has come from its base."""
        made = self._view(release, sequence)
        return Burden(_passages(made.searcher), release.snapshot.segment.size, made.seconds)

    def _view(self, release: OpenRelease, sequence: int) -> _Made:
        found = self._views.get((release.id, sequence))
        if found is None:
            with self._making:
                found = self._views.get((release.id, sequence))
                if found is None:
                    found = self._looked_out(release, sequence)
                    self._views.put((release.id, sequence), found)
        return found

    def _looked_out(self, release: OpenRelease, sequence: int) -> _Made:
        kind = _kind(release)
        approved = self._register.at(release.workflow.collections, sequence)
        newest = self._newest.get(kind)
        difference = self._onward(release, newest, approved) if newest is not None else None
        if difference is None:
            difference = _whole(release, frozenset(approved.each_key()))
        if newest is None or newest.approved.sequence < sequence:
            self._newest.put(kind, _Newest(approved, difference))
        made = self._made.get((kind, difference))
        if made is None:
            made = self._make(release, difference)
            self._made.put((kind, difference), made)
        return made

    def _onward(self, release: OpenRelease, newest: _Newest, approved: Approved) -> Difference | None:
        """What changes with the documents that changed; None when that is not known."""
        before = newest.approved
        names = self._register.changed(release.workflow.collections, before.sequence, approved.sequence)
        if names is None:
            return None
        was = {version.key for name in names for version in before.of(name)}
        now = {version.key for name in names for version in approved.of(name)}
        held = release.snapshot.keys
        return Difference(
            (newest.difference.new - was) | {key for key in now if key not in held},
            newest.difference.gone | {key for key in was - now if key in held},  # what has ended never comes back
        )

    def _make(self, release: OpenRelease, difference: Difference) -> _Made:
        begun = time.perf_counter()
        segment = None
        if difference.new:
            store = self._prepared.setdefault(release.encoder.digest, Latest(_PREPARED))
            with self._store.read() as connection:
                texts = documents.texts(connection, difference.new)
                known = artefacts.StoredVectors(connection)
                delta = make_delta(texts, release.encoder, known, prepared=store)
            if delta.computed:  # approving has them stored beforehand; nobody waits for those it could not know of
                self._store.submit(lambda connection: artefacts.add_vectors(connection, delta.computed))
            segment = delta.segment
        searcher = HybridSearcher(release.snapshot, segment, difference.gone, ranking=release.workflow.ranking)
        seconds = time.perf_counter() - begun
        log.debug("view_made", release=release.id, new=len(difference.new), gone=len(difference.gone), seconds=seconds)
        return _Made(searcher, seconds)


def _whole(release: OpenRelease, wanted: Keys) -> Difference:
    held = frozenset(release.snapshot.keys)
    return Difference(wanted - held, held - wanted)


def _kind(release: OpenRelease) -> Kind:
    return release.row["snapshot"], release.row["policy"]


def _passages(searcher: HybridSearcher) -> int:
    """How many passages a view adds to its base or leaves out of it."""
    base = searcher.base.segment
    rows = [row for key in searcher.gone if (row := base.keys.row(key)) is not None]
    gone = sum(int(base.firsts[row + 1] - base.firsts[row]) for row in rows)
    return gone + (searcher.delta.size if searcher.delta is not None else 0)
