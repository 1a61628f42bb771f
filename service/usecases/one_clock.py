"""One clock for all replicas: the database's. Leases, sessions and signs of life of one are read by the others.

A machine's own clock may be wrong, or be set while the service runs. On PostgreSQL the server is asked every other
second; in between this machine's steady clock counts on, which nobody sets. On SQLite all processes are on one machine
and go by its clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from service.store.engine import Store


class DatabaseClock:
    """What time it is, UTC, by the database. Calling it asks nobody; safe between threads."""

    def __init__(self, store: Store, told: datetime) -> None:
        self._store = store
        self._set(told)

    def __call__(self) -> datetime:
        told, at = self._last
        return told + timedelta(seconds=time.monotonic() - at)

    def ask(self) -> None:
        """Ask the database again. `LedgerUnavailable` when it is away: then the steady clock counts on."""
        told = self._store.time()
        assert told is not None, "a database with a clock keeps it"
        self._set(told)

    def _set(self, told: datetime) -> None:
        self._last = (told.astimezone(UTC), time.monotonic())


def clock_of(store: Store) -> Callable[[], datetime]:
    """The clock that everybody goes by who uses this database."""
    told = store.time()
    return (lambda: datetime.now(UTC)) if told is None else DatabaseClock(store, told)
