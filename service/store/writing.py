"""Whether the database takes records, as the one who writes them finds out.

Nothing is tried for its own sake while all is well: each worker gives a sign of life every other second, which is a
commit like any other. So a database that takes no writes shows within seconds, and so does one that takes them again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy.engine import Connection

from service.store import instance

PENDING_S: Final = 2.0  #: a commit that takes longer is a failing one
#: How long one failure counts, whatever is taken afterwards: where the disk is full small records are still taken now
#: and then.
FAILED_S: Final = 3.0

_TRIAL: Final = "trial"
_AS_LARGE_AS_DECISIONS: Final = 65_536  # characters


class Writing:
    """Told by the thread that commits, asked by any other."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: float | None = None  # None: nothing is being committed
        self._failed: float | None = None  # None: the last one was taken, and no failure counts any more
        self._why = ""

    def begin(self) -> None:
        self._begun = self._clock()

    def taken(self) -> None:
        self._begun = None
        if self._failed is not None and self._clock() - self._failed >= FAILED_S:
            self._failed = None

    def refused(self, why: str) -> None:
        self._begun, self._failed, self._why = None, self._clock(), why

    def trouble(self) -> str | None:
        """Why no record would be taken now, in words; None: nothing is known against it."""
        begun = self._begun  # once: the other thread goes on meanwhile
        if begun is not None and (waited := self._clock() - begun) > PENDING_S:
            return f"a record has been waiting for {waited:.0f} s"
        return None if self._failed is None else f"records are not taken: {self._why}"


def try_out(connection: Connection, now: float) -> None:
    """Write as much as decisions do: where only small records fit, the next decision would fail again."""
    instance.put(connection, _TRIAL, f"{now:<{_AS_LARGE_AS_DECISIONS}}")
