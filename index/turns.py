"""Who may compute now: as many at once as there are cores, and those who are waited for before bulk work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """So many turns at once. Bulk work takes none while anybody else waits for one."""

    def __init__(self, turns: int) -> None:
        self._free = turns
        self._waiting = 0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, *, bulk: bool = False) -> Iterator[None]:
        """Wait for a turn and hold it."""
        with self._changed:
            self._waiting += not bulk
            try:
                self._changed.wait_for(lambda: self._free > 0 and not (bulk and self._waiting))
            finally:
                self._waiting -= not bulk
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
