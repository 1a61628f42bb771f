"""The database: how it is opened, and the one way to write to it.

Writes go through `Store.commit`. One thread takes what has queued up, commits it together and only then answers:
durable before the answer, and one fsync for many. Work rarely fails, so a batch runs without savepoints; when one
does, all of it is rolled back and run again, each piece under a savepoint of its own.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3 as stdlib_sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, Row, make_url

from service.errors import CannotStart, LedgerUnavailable

__all__ = ["Connection", "Row", "Store", "open_store"]  # use cases name what they are handed by this module

T = TypeVar("T")

# Before this, a WAL reset could corrupt a database with several connections (fixed in 3.51.3, sqlite.org/wal.html).
_SAFE_SQLITE = (3, 51, 3)
_BATCH = 64
_BUSY_MS = 5_000


@dataclass(slots=True)
class _Pending:
    work: Callable[[Connection], Any]
    future: Future[Any]
    result: Any = None


class Store:
    """A database with many readers and one writer.

    Open it with `open_store`; close it to stop the writer.
    """

    def __init__(self, readers: Engine, writer: Engine) -> None:
        self._readers = readers
        self._writer = writer
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and writes nothing."""
        with self._readers.connect() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue `work`; the future holds its result once it is durable, or the error it raised.

        `work` may be run more than once (each time after a full roll back), so it must only touch its connection.
        """
        pending = _Pending(work, Future())
        with self._gate:
            if self._closed:
                raise LedgerUnavailable("the store is closed", remedy="the service is stopping; ask another replica")
            self._queue.put(pending)
        return cast("Future[T]", pending.future)

    def commit(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return its result once that is durable."""
        return self.submit(work).result()

    def close(self) -> None:
        """Finish what is queued, then let go of the database."""
        with self._gate:  # whatever is queued stands before the end, and nothing comes after it
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._readers.dispose()
        self._writer.dispose()

    def _run(self) -> None:
        closing = False
        while not closing:
            batch = [self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            closing = None in batch
            # A caller that gave up while waiting in the queue is not served; one whose work has begun is.
            pending = [item for item in batch if item is not None and item.future.set_running_or_notify_cancel()]
            if pending:
                self._commit_batch(pending)

    def _commit_batch(self, batch: list[_Pending]) -> None:
        try:
            done = self._run_together(batch) or self._run_apart(batch)
        except Exception as error:  # noqa: BLE001 - whatever stopped the commit, nobody may take it as done
            failed = LedgerUnavailable(
                f"the database did not take the record: {type(error).__name__}",
                remedy="nothing was recorded; retry with the same Idempotency-Key",
                headers={"Retry-After": "1"},
            )
            failed.__cause__ = error
            for item in batch:
                if not item.future.done():
                    item.future.set_exception(failed)
        else:
            for item in done:
                item.future.set_result(item.result)

    def _run_together(self, batch: list[_Pending]) -> list[_Pending]:
        """The batch, committed; or nothing, rolled back, because one piece of work failed."""
        try:
            with self._writer.begin() as connection:
                for item in batch:
                    item.result = item.work(connection)
        except sa.exc.OperationalError:
            raise
        except Exception:  # noqa: BLE001 - whose error it was comes out when each runs apart
            return []
        return batch

    def _run_apart(self, batch: list[_Pending]) -> list[_Pending]:
        """What succeeded, committed; an error goes to its own future and spoils nobody else's commit."""
        with self._writer.begin() as connection:
            return [item for item in batch if self._succeeds(connection, item)]

    @staticmethod
    def _succeeds(connection: Connection, item: _Pending) -> bool:
        try:
            with connection.begin_nested():
                item.result = item.work(connection)
        except sa.exc.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            item.future.set_exception(error)
            return False
        return True


def open_store(url: str) -> Store:
    """Open the database named by `url`; `CannotStart` when it must not be used."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Store(_sqlite(parsed, "BEGIN"), _sqlite(parsed, "BEGIN IMMEDIATE"))
    # Parameters hold what people wrote, so no error may show them.
    return Store(
        sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True),
        sa.create_engine(parsed, pool_size=1, max_overflow=0, hide_parameters=True),
    )


def _sqlite(url: URL, begin: str) -> Engine:
    driver = _sqlite_driver()
    engine = sa.create_engine(url, module=driver, pool_size=16, max_overflow=32, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred and comes too late
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_MS}",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _sqlite_driver() -> Any:
    """The newest SQLite at hand; refuses one whose WAL can corrupt a database."""
    try:
        import pysqlite3 as driver
    except ImportError:
        driver = stdlib_sqlite3
    if driver.sqlite_version_info < _SAFE_SQLITE:
        wanted = ".".join(map(str, _SAFE_SQLITE))
        raise CannotStart(
            f"SQLite {driver.sqlite_version} may corrupt a database in WAL mode",
            remedy=f"install pysqlite3 (it brings its own SQLite) or SQLite {wanted} or later",
        )
    return driver
