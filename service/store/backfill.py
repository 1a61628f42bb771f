"""Move what SQLite logged ahead into the database file, beside the writers.

Left to itself SQLite does this within the commit that makes the log long enough, so every thirtieth caller or so waits
several times as long as the others. Here a thread of its own does it, which shuts out neither readers nor writers. It
is SQLite's `PASSIVE` checkpoint (sqlite.org/wal.html); only a log that it cannot catch up with is begun anew by force.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any, Final

_COMMITS: Final = 25  # between two looks; a case's way writes some thirty pages at a time
_TRIES: Final = 10  # what is written meanwhile is moved as well, and takes ever less
_TOO_LONG: Final = 16_000  # pages: readers or writers never left a moment in which the log could begin anew
_WAIT_S: Final = 0.05  # nobody writes meanwhile


class Backfill:
    """Told of each commit; works after a number of them."""

    def __init__(self, database: Path, driver: Any) -> None:
        self._database = database.absolute()
        self._driver = driver
        self._commits = 0
        self._under_way = threading.Lock()

    def count(self) -> None:
        """One more commit."""
        self._commits += 1
        if self._commits % _COMMITS == 0 and self._under_way.acquire(blocking=False):
            threading.Thread(target=self._run, name="backfill", daemon=True).start()

    def _run(self) -> None:
        # A disk that is full or gone is told to whoever commits; the log keeps everything until the next time.
        try:
            with contextlib.suppress(self._driver.Error), contextlib.closing(self._connection()) as connection:
                self._move(connection)
        finally:
            self._under_way.release()

    def _connection(self) -> Any:
        """To a file that is there: never made anew behind the back of whoever removed it."""
        return self._driver.connect(f"{self._database.as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)

    def _move(self, connection: Any) -> None:
        """Until there is nothing more in the log: then whoever writes next begins it anew."""
        before = -1
        for _ in range(_TRIES):
            _, logged, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if logged == moved == before:
                return
            before = logged
        if before > _TOO_LONG:
            connection.execute("PRAGMA wal_checkpoint(RESTART)")
