"""A circuit breaker: what failed several times in a row is left alone for a while, then tried once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

_FAILURES: Final = 3  # in a row, before it is left alone
_FIRST, _LONGEST = 15.0, 600.0  # seconds; doubled each time that the trial fails


class Breaker:
    """Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0

    def open(self) -> bool:
        """Whether it is to be left alone now. When the time is over, one caller is told that it is not, and no other
        one until that one's trial has ended or as long again has gone by."""
        with self._lock:
            if self._failed < _FAILURES:
                return False
            now = self._clock()
            if now < self._until:
                return True
            self._until = now + self._wait()
            return False

    def worked(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            self._until = self._clock() + self._wait()

    def _wait(self) -> float:
        doubled = min(max(0, self._failed - _FAILURES), 10)
        return float(min(_LONGEST, _FIRST * 2**doubled))
