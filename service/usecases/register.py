"""Which versions of documents are approved, in memory: read whole once, from then on only what has changed.

One register serves the allowed set (who may find what) and the views (what is searched), so that the two cannot
disagree about what is approved at a document sequence.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from index.latest import Latest
from index.model import DocumentKey
from service.domain.document import Version
from service.store import documents
from service.store.engine import Store

Name: TypeAlias = tuple[str, str]  #: collection and id
Collections: TypeAlias = tuple[str, ...]

_KEPT = 32  # sets of collections
_OLDER = 4  # sequences besides the newest one: of requests that began before a change, and of the past
_REMEMBERED = 4_096  # changes


@dataclass(frozen=True, slots=True)
class Approved:
    """The versions of some collections that are approved at one document sequence, whatever their dates."""

    sequence: int
    versions: Mapping[Name, tuple[Version, ...]]

    def all(self) -> Iterator[Version]:
        for versions in self.versions.values():
            yield from versions

    def of(self, name: Name) -> tuple[Version, ...]:
        return self.versions.get(name, ())

    def each_key(self) -> Iterator[DocumentKey]:
        return (version.key for version in self.all())


@dataclass(frozen=True, slots=True)
class _Change:
    """Which documents two sequences differ in."""

    before: int
    after: int
    names: frozenset[Name]


class Register:
    """What is approved, by collections and document sequence. Safe between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._newest: Latest[Collections, Approved] = Latest(_KEPT)
        self._older: Latest[tuple[Collections, int], Approved] = Latest(_OLDER)
        self._changes: dict[Collections, deque[_Change]] = {}
        self._lock = threading.Lock()

    def at(self, collections: Collections, sequence: int) -> Approved:
        """What was approved at `sequence`, exactly, whatever the database has come to since."""
        return self._known(collections, sequence) or self._read(collections, sequence)

    def changed(self, collections: Collections, before: int, after: int) -> frozenset[Name] | None:
        """The documents that differ between two sequences that were asked for; None when that is not known."""
        if before == after:
            return frozenset()
        names: set[Name] = set()
        for change in reversed(self._changes.get(collections, ())):
            if change.after == after:
                names |= change.names
                after = change.before
                if after == before:
                    return frozenset(names)
        return None

    def _known(self, collections: Collections, sequence: int) -> Approved | None:
        newest = self._newest.get(collections)
        if newest is not None and newest.sequence == sequence:
            return newest
        return self._older.get((collections, sequence))

    def _read(self, collections: Collections, sequence: int) -> Approved:
        with self._lock:
            known = self._known(collections, sequence)
            if known is not None:
                return known
            newest = self._newest.get(collections)
            if newest is not None and sequence < newest.sequence:
                older = self._whole(collections, sequence)
                self._older.put((collections, sequence), older)
                return older
            if newest is None:
                made = self._whole(collections, sequence)
            else:
                made = self._onward(collections, newest, sequence)
                self._older.put((collections, newest.sequence), newest)
            self._newest.put(collections, made)
            return made

    def _whole(self, collections: Collections, sequence: int) -> Approved:
        with self._store.read() as connection:
            rows = documents.approved(connection, collections, sequence)
        versions: dict[Name, tuple[Version, ...]] = {}
        for row in rows:
            name = _name(row)
            versions[name] = (*versions.get(name, ()), row)
        return Approved(sequence, versions)

    def _onward(self, collections: Collections, newest: Approved, sequence: int) -> Approved:
        with self._store.read() as connection:
            rows = documents.register(connection, collections, newest.sequence, sequence)
        versions = newest.versions
        if rows:
            versions = dict(versions)
            for row in rows:
                _apply(versions, row, sequence)
        # A threads' walk over the changes must never meet one that is being added: so a new deque takes their place.
        changes = deque(self._changes.get(collections, ()), _REMEMBERED)
        changes.append(_Change(newest.sequence, sequence, frozenset(map(_name, rows))))
        self._changes[collections] = changes
        return Approved(sequence, versions)


def _apply(versions: dict[Name, tuple[Version, ...]], row: Version, sequence: int) -> None:
    name = _name(row)
    others = tuple(version for version in versions.get(name, ()) if version.key != row.key)
    live = row.ended_sequence is None or row.ended_sequence > sequence
    kept = (*others, row) if live else others
    if kept:
        versions[name] = kept
    else:
        versions.pop(name, None)


def _name(version: Version) -> Name:
    return version.key.collection, version.key.id
