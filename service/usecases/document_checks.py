"""Whether a release's certificate is known to hold with the documents there are at this moment.

A certificate is of the whole route, and so of the documents that were there when it was made. After each change of
documents, or of the rules that are disabled, it is tried again within seconds; until then it stands. If it does not
hold, nothing is decided automatically until a later trial holds. What nobody tried within a minute does not stand
either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from index.latest import Latest
from service.domain.answer import timestamp
from service.domain.document import next_date
from service.store import disables, document_checks, documents
from service.store.document_checks import Check
from service.store.engine import Connection, Store
from service.store.pointers import Checked, Pointer
from service.usecases.disables import Disabled, counting_of, disabled
from service.usecases.register import Approved
from service.usecases.shelf import OpenRelease

#: How long automation goes on with documents that the certificate was not tried with.
GRACE = timedelta(minutes=1)

_KEPT = 256


class Tried(Enum):
    """What is known of a certificate."""

    HOLDS = auto()  #: it was tried with these documents, or there was nothing to try
    FAILS = auto()  #: it was tried, and does not hold
    DUE = auto()  #: documents changed, and it has not been tried with them yet


@dataclass(frozen=True, slots=True)
class _Known:
    """What follows from one check for one document sequence."""

    changed: bool  #: other documents are approved now, or other rules are off
    until: datetime | None  #: the next date that changes what is in force or which rules are off; None: there is none


class DocumentChecks:
    """Reads what the last check says of this moment. No query as long as documents stay as they are."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: Latest[tuple[str, int, int, int, int], _Known] = Latest(_KEPT)
        self._since: Latest[tuple[str, Checked | None], float | None] = Latest(_KEPT)  # first seen due
        self.trying = threading.Lock()  #: for whoever tries a certificate: once is enough
        self.told: set[str] = set()  #: releases of which it is told already that settings end their automation

    def state(self, pointer: Pointer, release: OpenRelease, now: datetime) -> Tried:
        """What is known of the certificate of the release that the pointer names."""
        checked = pointer.checked
        if release.certificate is None:
            return Tried.HOLDS  # nothing to try: nothing is automatic anyway
        if checked is None or self._stale(checked, pointer, release, now):
            return Tried.DUE
        return Tried.HOLDS if checked.holds else Tried.FAILS

    def stands(self, pointer: Pointer, release: OpenRelease, now: datetime) -> bool:
        """Whether automation goes on: not where the last check failed, nor where the next one is long overdue."""
        checked, state = pointer.checked, self.state(pointer, release, now)
        key = pointer.release, checked
        if state is not Tried.DUE:
            if self._since.get(key) is not None:
                self._since.put(key, None)  # what changed was taken back before it was tried
            return state is Tried.HOLDS
        if checked is not None and not checked.holds:
            return False
        since = self._since.get(key)
        if since is None:
            since = time.monotonic()
            self._since.put(key, since)
        return time.monotonic() < since + GRACE.total_seconds()

    def _stale(self, checked: Checked, pointer: Pointer, release: OpenRelease, now: datetime) -> bool:
        key = (
            pointer.release,
            checked.sequence,
            checked.stamp,
            pointer.document_sequence,
            pointer.disable_sequence,
        )
        known = self._known.get(key)
        if known is None:
            known = self._read(checked, pointer, release, now)
            self._known.put(key, known)
        return known.changed or (known.until is not None and known.until <= now)

    def _read(self, checked: Checked, pointer: Pointer, release: OpenRelease, now: datetime) -> _Known:
        changed = False
        with self._store.read() as connection:
            check = document_checks.latest(connection, pointer.release)
            off = off_now(connection, release, now)
            if checked.sequence != pointer.document_sequence:
                collections = release.workflow.collections
                change = documents.since(connection, collections, checked.sequence, pointer.document_sequence)
                changed = bool(change.new or change.gone)
        found = check.found if check is not None else {}
        changed = changed or set(found.get("off", ())) != {one.rule for one in off}
        dates = [datetime.fromisoformat(found["until"])] if found.get("until") else []
        return _Known(changed, min([*dates, *(one.until for one in off)], default=None))


def off_now(connection: Connection, release: OpenRelease, now: datetime) -> list[Disabled]:
    """The release's rules that would count and are disabled."""
    here = [disabled(row) for row in disables.at(connection, now)]
    counting = counting_of(release.ruleset) if here else frozenset()
    return [one for one in here if one.rule in counting]


def check_of(
    approved: Approved, *, holds: bool, found: dict[str, object], now: datetime, off: Collection[str] = ()
) -> Check:
    """A check to be written down, with the rules that were off and how long it stays true by the calendar alone."""
    until = next_date(approved.all(), now)
    told = {"off": sorted(off), "until": timestamp(until) if until else None}
    return Check(approved.sequence, holds, found | told, now)
