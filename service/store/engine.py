"""The database: how it is opened, and the one way to write to it.

Writes go through `Store.commit`. One thread takes what has queued up, commits it together and only then answers:
durable before the answer, and one fsync for many. Work rarely fails, so a batch runs without savepoints; when one
does, all of it is rolled back and run again, each piece under a savepoint of its own.
"""

from __future__ import annotations

import contextlib
import queue
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row, make_url

from service.errors import CannotStart, InvalidRequest, LedgerUnavailable
from service.store import postgres, sqlite

__all__ = ["Connection", "Row", "Store", "open_store"]  # use cases name what they are handed by this module

T = TypeVar("T")

_BATCH = 64


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
        """A connection that sees one consistent state and writes nothing.

        `LedgerUnavailable` when the database is away, or goes away meanwhile: the next one connects anew.
        """
        try:
            with self._readers.connect() as connection:
                yield connection
                connection.rollback()
        except sa.exc.SQLAlchemyError as error:
            if _is_away(error):
                raise LedgerUnavailable(
                    f"the database cannot be read: {type(error).__name__}",
                    remedy="see that it is running and takes more connections; then ask again",
                    headers={"Retry-After": "1"},
                ) from error
            if isinstance(error, sa.exc.DataError):
                raise _refusal(error) from error
            raise

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
        while (first := self._queue.get()) is not None:
            if first.future.set_running_or_notify_cancel():
                batch = [first]
                self._join(batch)
                self._commit_batch(batch)

    def _join(self, batch: list[_Pending]) -> None:
        """Take along who has queued up since. One that gave up while waiting in the queue is not served; one whose work
        has begun is."""
        while len(batch) < _BATCH and not self._queue.empty():
            item = self._queue.get()
            if item is None:
                self._queue.put(None)  # nothing comes after the end
                return
            if item.future.set_running_or_notify_cancel():
                batch.append(item)

    def _commit_batch(self, batch: list[_Pending]) -> None:
        try:
            done = self._run_together(batch) or self._run_apart(batch)
        except Exception as error:  # noqa: BLE001 - whatever stopped the commit, nobody may take it as done
            # Whoever is in charge may be reached at the same address by now, and not by the connection that is open.
            self._writer.dispose()
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
                self._join(batch)  # while others had their turn
                for item in batch:
                    item.result = item.work(connection)
        except Exception as error:
            if _is_away(error):
                raise
            return []  # whose error it was comes out when each runs apart
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
        except Exception as error:
            if _is_away(error):
                raise
            item.future.set_exception(_refusal(error) if isinstance(error, sa.exc.DataError) else error)
            return False
        return True


def _is_away(error: BaseException) -> bool:
    """Whether the database failed, and not what was asked of it: it is down, too busy, or takes no writes just now."""
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(
        error, (sa.exc.OperationalError, sa.exc.InternalError, sa.exc.PendingRollbackError, sa.exc.TimeoutError)
    )


def _refusal(error: sa.exc.DataError) -> InvalidRequest:
    """What whoever asked hears when the database cannot keep a value: a NUL in a text, say, a number out of range."""
    said = re.split(r'[:"\n]', str(error.orig))[0].strip()  # of types and limits; values that it quotes are cut off
    return InvalidRequest(
        f"the database cannot keep a value that was sent: {said}",
        remedy="leave out characters that nobody sees, or shorten it",
    )


def open_store(url: str) -> Store:
    """Open the database named by `url`; `CannotStart` when it must not be used."""
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    # No error of either may show parameters: they hold what people wrote.
    if kind == "sqlite":
        return Store(*sqlite.engines(parsed))
    if kind == "postgresql":
        return Store(*postgres.engines(parsed))
    raise CannotStart(f"{kind} is no database that Signoff runs on", remedy="name SQLite or PostgreSQL")
