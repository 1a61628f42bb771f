"""SQLite, as it has to be set for a record that must not be lost."""

from __future__ import annotations

import sqlite3 as stdlib_sqlite3
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from service.errors import CannotStart
from service.store.backfill import Backfill
from service.store.turn import Line

# Before this, a WAL reset could corrupt a database with several connections (fixed in 3.51.3, sqlite.org/wal.html).
_SAFE = (3, 51, 3)
#: What is deleted or changed is overwritten where it stood: an erased text is in no free page.
_SET: Final = ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "secure_delete=ON")
_WAIT_MS: Final = 5_000  # for one's turn; longer, and the caller hears that nothing was recorded
#: Of a connection whose next transaction makes tables anew that others refer to: what refers to nothing is looked for
#: at its end (`refuse_loose_ends`), as sqlite.org/lang_altertable.html has it.
ALTERING: Final = "signoff_altering"
_AGAIN_S: Final = 0.02  # between two tries to empty the log


def engines(url: URL) -> tuple[Engine, Engine]:
    """For readers, and for the writer, who keeps other processes' writers out from its first statement on.

    `CannotStart` where the file could not be written to, or not safely.
    """
    driver, line = _driver(), Line(_file(url))
    backfill = Backfill(_file(url), driver)
    readers, writer = _engine(url, driver, _WAIT_MS), _engine(url, driver, 0)  # the writer has waited in line before

    @event.listens_for(readers, "begin")
    def _read(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    @event.listens_for(writer, "begin")
    def _write(connection: Connection) -> None:
        own: Any = connection.connection.driver_connection
        own.execute(f"PRAGMA foreign_keys={'OFF' if connection.get_execution_options().get(ALTERING) else 'ON'}")

        def begin() -> bool:
            try:
                own.execute("BEGIN IMMEDIATE")
            except driver.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != stdlib_sqlite3.SQLITE_BUSY:
                    raise
                return False
            return True

        if not line.take(begin, _WAIT_MS / 1_000):
            raise sa.exc.TimeoutError("others wrote all the time")

    @event.listens_for(writer, "connect")
    def _commit_no_more_than_asked(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA wal_autocheckpoint=0")

    @event.listens_for(writer, "commit")
    def _count(_: Connection) -> None:
        backfill.count()

    return readers, writer


def _engine(url: URL, driver: Any, wait_ms: int) -> Engine:
    engine = sa.create_engine(url, module=driver, pool_size=16, max_overflow=32, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred and comes too late
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise CannotStart(
                f"the file system of {url.database} does not let SQLite log ahead (its journal is {mode!r})",
                remedy="keep the database on a local disk, or use PostgreSQL",
            )
        for pragma in (*_SET, f"busy_timeout={wait_ms}"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def refuse_loose_ends(connection: Connection) -> None:
    """`CannotStart` when a row refers to one that is not there."""
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if loose is not None:
        raise CannotStart(
            f"a row of {loose[0]} refers to one of {loose[2]} that is not there",
            remedy="nothing was changed; restore the database from a backup",
        )


def empty_log(engine: Engine) -> bool:
    """Bring the log ahead into the file and cut it to nothing; whether nobody kept it from that for long."""
    connection = engine.raw_connection()
    try:
        until = time.monotonic() + _WAIT_MS / 1_000
        while True:
            cursor = connection.cursor()
            (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
            if not busy or time.monotonic() >= until:
                return not busy
            time.sleep(_AGAIN_S)
    finally:
        connection.close()


def rewrite(engine: Engine) -> None:
    """Copy everything that is there into a new file that takes the place of the old one."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_WAIT_MS}")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA busy_timeout=0")
        cursor.close()
    finally:
        connection.close()


def _file(url: URL) -> Path:
    name = (url.database or "").removeprefix("file:")
    if name in ("", ":memory:"):
        raise CannotStart("SQLite in memory keeps no record", remedy="name a file, as in sqlite:////var/signoff.db")
    return Path(name)


def _driver() -> Any:
    """The newest SQLite at hand; refuses one whose WAL can corrupt a database."""
    try:
        import pysqlite3 as driver
    except ImportError:
        driver = stdlib_sqlite3
    if driver.sqlite_version_info < _SAFE:
        wanted = ".".join(map(str, _SAFE))
        raise CannotStart(
            f"SQLite {driver.sqlite_version} may corrupt a database in WAL mode",
            remedy=f"install pysqlite3 (it brings its own SQLite) or SQLite {wanted} or later",
        )
    return driver
