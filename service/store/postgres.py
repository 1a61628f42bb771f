"""PostgreSQL, used as SQLite is: readers who see one consistent state, and one writer at a time, whoever it is.

The ledger is a chain, so whoever appends to it has to wait for the one before. Taking that turn at the first record
would be too late: what a transaction locked before it, another one may be waiting for that has the turn. So each
writing transaction takes its turn as it begins, and what it reads from then on is what the one before it left.
"""

from __future__ import annotations

import importlib.util
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from service.errors import CannotStart

_DRIVER = "psycopg"
_TURN: Final = 0x5167_6E6F_6666  # of an advisory lock: one of a database, and nobody else's ("Signoff")
_WAIT_MS: Final = 5_000  # for one's turn; longer, and the caller hears that nothing was recorded
_IDLE_MS: Final = 60_000  # a process that stands still with its turn loses it, so that the others go on

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
    readers = sa.create_engine(
        url,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_size=8,
        max_overflow=24,  # two workers stay below the hundred connections that a server allows unless told otherwise
        pool_pre_ping=True,
        hide_parameters=True,
    )
    writer = sa.create_engine(
        url,
        isolation_level="READ COMMITTED",  # each statement sees what is committed then, so after the turn has come
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(writer, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(_TAKE_TURN)

    return readers, writer


def _with_driver(url: URL) -> URL:
    """`postgresql://…` means the driver that is there; one that is named is left as it is."""
    if url.drivername == "postgresql":
        url = url.set(drivername=f"postgresql+{_DRIVER}")
    if url.drivername == f"postgresql+{_DRIVER}" and importlib.util.find_spec(_DRIVER) is None:
        raise CannotStart(
            f"the driver for PostgreSQL, {_DRIVER}, is not installed", remedy="pip install 'signoff[postgres]'"
        )
    return url
