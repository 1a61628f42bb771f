"""The allowed set: which documents a search may return, from the database and nowhere else.

Kept until the documents change (their sequence) or the calendar does (the next effective date); then only what has
changed is looked at.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from index.latest import Latest
from index.model import AllowedSet, DocumentKey
from service.domain.document import Version, addressed, in_force, next_date, visible_of, within
from service.usecases.register import Approved, Collections, Register

Narrow: TypeAlias = Mapping[str, frozenset[str]]

_KEPT = 64  # callers' groups times obligations
_PAST = 16  # sets of the past, for as-of searches and replays

# Tokens are sums of keyed digests: they can be brought up to date, and nobody can choose documents that add up alike.
_SECRET = os.urandom(32)
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class _Kept:
    approved: Approved
    allowed: AllowedSet
    total: int  #: of the documents' digests
    since: datetime
    until: datetime | None  #: the next effective date; None: no date changes it

    def holds(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


class AllowedSets:
    """Allowed sets by what they depend on: collections, document sequence, caller's groups, obligations, time."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._newest: Latest[Hashable, _Kept] = Latest(_KEPT)
        self._past: Latest[Hashable, _Kept] = Latest(_PAST)
        self._lock = threading.Lock()

    def get(
        self, collections: Collections, sequence: int, groups: frozenset[str], now: datetime, narrow: Narrow
    ) -> AllowedSet:
        """What may be found. `sequence` is the document sequence the request read; names of `narrow` are those of
        `domain.document.within`."""
        key = (collections, groups, tuple(sorted((name, *sorted(values)) for name, values in narrow.items())))
        kept = self._newest.get(key)
        if kept is None or kept.approved.sequence != sequence or not kept.holds(now):
            kept = self._other(key, collections, sequence, groups, now, narrow)
        return kept.allowed

    @staticmethod
    def of(versions: Iterable[Version], groups: frozenset[str], now: datetime, narrow: Narrow) -> AllowedSet:
        """What could be found if just these versions were approved."""
        keys = visible_of(versions, groups, now, narrow).keys
        return AllowedSet(keys, _token(_total(keys)))

    def _other(
        self,
        key: Hashable,
        collections: Collections,
        sequence: int,
        groups: frozenset[str],
        now: datetime,
        narrow: Narrow,
    ) -> _Kept:
        past = self._past.get((key, sequence))
        if past is not None and past.holds(now):
            return past
        with self._lock:
            approved = self._register.at(collections, sequence)
            newest = self._newest.get(key)
            if newest is not None and newest.approved.sequence < sequence and newest.holds(now):
                changed = self._register.changed(collections, newest.approved.sequence, sequence)
                made = _onward(newest, approved, changed, groups, now, narrow) if changed is not None else None
            else:
                made = None
            made = made or _whole(approved, groups, now, narrow)
            if (
                newest is None
                or newest.approved.sequence < sequence
                or (newest.approved.sequence == sequence and newest.since <= now)
            ):
                self._newest.put(key, made)
            else:
                self._past.put((key, sequence), made)
            return made


def _whole(approved: Approved, groups: frozenset[str], now: datetime, narrow: Narrow) -> _Kept:
    visible = visible_of(approved.all(), groups, now, narrow)
    total = _total(visible.keys)
    return _Kept(approved, AllowedSet(visible.keys, _token(total)), total, now, visible.until)


def _onward(
    newest: _Kept,
    approved: Approved,
    changed: Iterable[tuple[str, str]],
    groups: frozenset[str],
    now: datetime,
    narrow: Narrow,
) -> _Kept:
    """The set at a later sequence. A document's versions decide among themselves, so only changed documents matter."""
    before: set[DocumentKey] = set()
    versions: list[Version] = []
    for name in changed:
        before |= {version.key for version in newest.approved.of(name)}
        versions += approved.of(name)
    after = {each.key for each in in_force(versions, now) if addressed(each, groups) and within(each, narrow)}
    gone, new = (before & newest.allowed.documents) - after, after - newest.allowed.documents
    total = (newest.total - _total(gone) + _total(new)) % _MODULUS
    allowed = newest.allowed
    if gone or new:
        allowed = AllowedSet((newest.allowed.documents - gone) | new, _token(total))
    dates = [date for date in (newest.until, next_date(versions, now)) if date is not None]
    return _Kept(approved, allowed, total, now, min(dates, default=None))


def _total(keys: Iterable[DocumentKey]) -> int:
    return sum(map(_number, keys)) % _MODULUS


def _number(key: DocumentKey) -> int:
    content = f"{key.collection}\0{key.id}\0{key.version}".encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=32, key=_SECRET).digest(), "big")


def _token(total: int) -> str:
    return f"{total:064x}"
