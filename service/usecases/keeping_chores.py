"""What a worker's steward does about what is kept: keys destroyed, old texts sealed, and deleted when their time is
over."""

from __future__ import annotations

import time

from service.store import erasures
from service.usecases.forget import destroy_keys, empty_memory
from service.usecases.house import House
from service.usecases.purge import purge
from service.usecases.seal_payloads import seal_some

_FIRST = 300.0  # seconds after a start: that is busy enough
_AGAIN = 86_400.0  # seconds between two looks for what is too old


class KeepingChores:
    """The rounds of one worker."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: str | None = None  # the latest erasure that this process knows of
        self._open = True  # something may not be sealed yet
        self._purge = time.monotonic() + _FIRST

    def round(self, *, first_of_all: bool) -> None:
        """Every worker forgets what is erased; the rest one does for all."""
        with self._house.store.read() as connection:
            latest, waiting = erasures.latest(connection), bool(erasures.pending(connection))
        if self._seen is not None and latest != self._seen:
            empty_memory(self._house)
        self._seen = latest
        if not first_of_all:
            return
        if waiting:
            destroy_keys(self._house)
        if self._open:
            self._open = seal_some(self._house) > 0
        if time.monotonic() >= self._purge:
            self._purge = time.monotonic() + _AGAIN
            purge(self._house)
