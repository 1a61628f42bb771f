"""PostgreSQL, used as SQLite is: readers who see one consistent state, and one writer at a time, whoever it is.

The ledger is a chain, so whoever appends to it has to wait for the one before. Taking that turn at the first record
would be too late: what a transaction locked before it, another one may be waiting for that has the turn. So each
writing transaction takes its turn as it begins, and what it reads from then on is what the one before it left.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from service.errors import CannotStart

log = structlog.get_logger(__name__)

_DRIVER = "psycopg"
_TURN: Final = 0x5167_6E6F_6666  # of an advisory lock: one of a database, and nobody else's ("Signoff")
_WAIT_MS: Final = 5_000  # for one's turn; longer, and the caller hears that nothing was recorded
_IDLE_MS: Final = 60_000  # a process that stands still with its turn loses it, so that the others go on

_FRESH_S: Final = 1.0  # a connection that was in use within is not asked first whether it is still there

# A server that fell silent is noticed within seconds; what the URL says of these counts more.
_LOST: Final = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 2,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
_OLDEST: Final = 14
_FITNESS: Final = """
SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), pg_is_in_recovery(),
       current_setting('fsync'), current_setting('full_page_writes')
"""
_TIME: Final = sa.text("SELECT clock_timestamp()")

# In one statement, for this transaction alone: that also holds behind a pool that shares its connections. Synchronous,
# because what is answered has to be durable, whatever the server is set to for others.
_TAKE_TURN: Final = f"""
SELECT set_config('lock_timeout', '{_WAIT_MS}', true),
       set_config('idle_in_transaction_session_timeout', '{_IDLE_MS}', true),
       CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END,
       pg_advisory_xact_lock({_TURN})
"""


def engines(url: URL) -> tuple[Engine, Engine]:
    """For readers, and for the writer. Nothing is connected yet."""
    url = _with_driver(url)
    lost = {name: value for name, value in _LOST.items() if name not in url.query} if _ours(url) else {}
    readers = sa.create_engine(
        url,
        connect_args=lost,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_size=8,
        max_overflow=24,  # two workers stay below the hundred connections that a server allows unless told otherwise
        hide_parameters=True,
    )
    writer = sa.create_engine(
        url,
        connect_args=lost,
        isolation_level="READ COMMITTED",  # each statement sees what is committed then, so after the turn has come
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(writer, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(_TAKE_TURN)

    for engine in (readers, writer):
        _renew(engine)
    return readers, writer


def refuse_unfit(connection: Connection) -> None:
    """`CannotStart` for a server that could not keep what it is given; a warning for one set up to lose it."""
    version, encoding, copy, *durable = connection.exec_driver_sql(_FITNESS).one()
    if version < _OLDEST * 10_000:
        raise CannotStart(
            f"PostgreSQL {version // 10_000} is too old", remedy=f"use PostgreSQL {_OLDEST} or later, one still mended"
        )
    if encoding != "UTF8":
        raise CannotStart(
            f"the database keeps text as {encoding}, which lacks letters that people write",
            remedy="CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
        )
    if copy:
        raise CannotStart(
            "the database server is a copy that takes no writes", remedy="name the server in charge in the URL"
        )
    if durable != ["on", "on"]:
        log.warning(
            "database_may_lose_what_it_committed",
            fsync=durable[0],
            full_page_writes=durable[1],
            remedy="set both to on",
        )


def listening(engine: Engine) -> Any:
    """A connection of its own beside the engine's, which commits by itself; for hearing notices."""
    arguments, named = engine.dialect.create_connect_args(engine.url)
    return engine.dialect.loaded_dbapi.connect(*arguments, **{**_LOST, **named}, autocommit=True)


def time(connection: Connection) -> datetime:
    """What time it is by the server's clock, as exactly as the way there and back is short."""
    connection.exec_driver_sql("SELECT 1")  # connecting and beginning are not part of that way
    begun = monotonic()
    told: datetime = connection.scalar(_TIME)
    return told + timedelta(seconds=(monotonic() - begun) / 2)


def _renew(engine: Engine) -> None:
    """Have connections that broke while nobody used them replaced, unseen. One that breaks in use is a 503."""

    @event.listens_for(engine, "checkin")
    def _used(_: object, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _: object) -> None:
        used = record.info.get("used")
        if used is None or monotonic() - used < _FRESH_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.InvalidatePoolError from error


def compare_by_code_point(connection: Connection, tables: Collection[str]) -> None:
    """Have the text in these tables sorted and compared by code points, as SQLite does it.

    A database is else set up for a language, which passes over dots and underscores, say, and whose rules change with
    the operating system's libraries: ids would not sort as they were made, and indexes would be wrong after an upgrade.
    """
    alter: dict[str, list[str]] = {}
    quote = connection.dialect.identifier_preparer.quote
    for table, column, type_ in connection.execute(_BY_LANGUAGE, {"tables": sorted(tables)}):
        alter.setdefault(table, []).append(f'ALTER COLUMN {quote(column)} TYPE {type_} COLLATE "C"')
    for table, columns in alter.items():
        connection.exec_driver_sql(f"ALTER TABLE {quote(table)} {', '.join(columns)}")


_BY_LANGUAGE: Final = sa.text("""
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (:tables)
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attcollation = 'pg_catalog."default"'::regcollation
ORDER BY c.relname, a.attnum
""")


def _ours(url: URL) -> bool:
    return url.drivername == f"postgresql+{_DRIVER}"


def _with_driver(url: URL) -> URL:
    """`postgresql://…` means the driver that is there; one that is named is left as it is."""
    if url.drivername == "postgresql":
        url = url.set(drivername=f"postgresql+{_DRIVER}")
    if _ours(url) and importlib.util.find_spec(_DRIVER) is None:
        raise CannotStart(
            f"the driver for PostgreSQL, {_DRIVER}, is not installed", remedy="pip install 'signoff[postgres]'"
        )
    return url


def rewrite(engine: Engine, tables: Collection[str]) -> None:
    """Copy what is there of these tables into new files; what was deleted or changed stays behind in the old ones."""
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        own: Any = connection.connection.driver_connection
        connection.rollback()
        own.autocommit = True
        try:
            for table in tables:
                own.execute(f"VACUUM FULL {quote(table)}")
        finally:
            own.autocommit = False
