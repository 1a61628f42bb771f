"""SQLite, as it has to be set for a record that must not be lost."""

from __future__ import annotations

import sqlite3 as stdlib_sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from service.errors import CannotStart

# Before this, a WAL reset could corrupt a database with several connections (fixed in 3.51.3, sqlite.org/wal.html).
_SAFE = (3, 51, 3)
_BUSY_MS = 5_000


def engines(url: URL) -> tuple[Engine, Engine]:
    """For readers, and for the writer, who keeps other processes' writers out from its first statement on."""
    return _engine(url, "BEGIN"), _engine(url, "BEGIN IMMEDIATE")


def _engine(url: URL, begin: str) -> Engine:
    engine = sa.create_engine(url, module=_driver(), pool_size=16, max_overflow=32, hide_parameters=True)

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
