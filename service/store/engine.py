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
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row, make_url

from service.errors import CannotStart, InvalidRequest, KeysUnavailable, LedgerUnavailable
from service.observe.errors import code_of
from service.observe.metrics import DATABASE_ERRORS
from service.store import postgres, sealed, sqlite
from service.store.listen import Hear, Listener
from service.store.writing import Writing

if TYPE_CHECKING:
    from service.store.key_ring import KeyRing

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
        once = readers.dialect.name == "postgresql"
        self._once = readers.execution_options(isolation_level="AUTOCOMMIT") if once else readers
        self._writer = writer
        self.writing = Writing()
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._keys: KeyRing | None = None
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def read(self, *, once: bool = False) -> Iterator[Connection]:
        """A connection that sees one consistent state and writes nothing; `once`: for one statement, which does so by
        itself, without the two more trips to PostgreSQL that a transaction around it takes.

        `LedgerUnavailable` when the database is away, or goes away meanwhile: the next one connects anew.
        """
        try:
            with (self._once if once else self._readers).connect() as connection:
                yield connection
                connection.rollback()
        except sa.exc.SQLAlchemyError as error:
            if _is_away(error):
                DATABASE_ERRORS.labels("read").inc()
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

    def alter(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which may make tables anew, in a transaction of its own; its result, once that is durable.

        `CannotStart` when a row then refers to one that is not there; `LedgerUnavailable` as `commit`.
        """
        try:
            with self._writer.connect().execution_options(**{sqlite.ALTERING: True}) as connection, connection.begin():
                result = work(connection)
                if connection.dialect.name == "sqlite":
                    sqlite.refuse_loose_ends(connection)
        except sa.exc.SQLAlchemyError as error:
            if not _is_away(error):
                raise
            self._writer.dispose()
            raise LedgerUnavailable(
                f"the database did not take the change: {type(error).__name__}",
                remedy="nothing was changed; see that it is running and nobody else holds it, and try again",
            ) from error
        return result

    def refuse_unfit(self) -> None:
        """`CannotStart` for a server that could not keep what it is given. SQLite is looked at as it is opened."""
        if self._writer.dialect.name == "postgresql":
            with self.read() as connection:
                postgres.refuse_unfit(connection)

    def listener(self, hear: Hear) -> Listener | None:
        """What tells `hear` at once of what others commit; to be started. None: this database tells nothing."""
        if self._writer.dialect.name != "postgresql":
            return None
        return Listener(lambda: postgres.listening(self._writer), hear)

    def time(self) -> datetime | None:
        """The database's own time, or None where it has no other clock than this machine."""
        if self._writer.dialect.name != "postgresql":
            return None
        with self.read() as connection:
            return postgres.time(connection)

    def use_keys(self, ring: KeyRing) -> None:
        """Seal and open payloads with these keys, which are let go of with the database."""
        self._keys = ring
        sealed.use_keys(ring, self._readers, self._writer)

    @property
    def keys(self) -> KeyRing:
        """KeysUnavailable when the database was opened without."""
        if self._keys is None:
            raise KeysUnavailable("this database was opened without its keys", remedy="open the instance as a whole")
        return self._keys

    def empty_log(self, *tables: str) -> bool:
        """Leave no copy of what was changed or deleted: SQLite brings what its log ahead holds into the file, where it
        overwrites, and cuts the log to nothing; elsewhere these tables are written anew. Whether that could be done:
        readers who take long keep SQLite from it."""
        if self._writer.dialect.name == "sqlite":
            return sqlite.empty_log(self._writer)
        postgres.rewrite(self._writer, tables)
        return True

    def rewrite(self, *tables: str) -> None:
        """Write the file of the database anew, or of these tables where each has its own: what was once freed in it is
        gone then. Nobody else writes meanwhile."""
        if self._writer.dialect.name == "sqlite":
            sqlite.rewrite(self._writer)
            sqlite.empty_log(self._writer)
        else:
            postgres.rewrite(self._writer, tables)

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
        if self._keys is not None:
            self._keys.close()

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
        self.writing.begin()
        try:
            done = self._run_together(batch) or self._run_apart(batch)
        except Exception as error:  # noqa: BLE001 - whatever stopped the commit, nobody may take it as done
            # Whoever is in charge may be reached at the same address by now, and not by the connection that is open.
            self._writer.dispose()
            DATABASE_ERRORS.labels("commit").inc()
            self.writing.refused(f"{type(error).__name__} {code_of(error)}".strip())
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
            self.writing.taken()
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
