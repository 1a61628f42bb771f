"""How often somebody guessed wrongly, by what they guessed at or from where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from service.store.tables_people import guesses


def locked(connection: Connection, keys: Iterable[str], now: datetime) -> dict[str, sa.Row[Any]]:
    """The rows of these keys, made where there were none; nobody else counts on them before this transaction ends.

    In the order of the keys, so that two who guess at the same things do not wait for each other.
    """
    found = {}
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(guesses)
    for key in sorted(keys):
        values = {"key": key, "tries": 0, "last_at": now, "wait_until": now}
        connection.execute(insert.on_conflict_do_nothing(index_elements=["key"]), values)
        found[key] = connection.execute(sa.select(guesses).where(guesses.c.key == key).with_for_update()).one()
    return found


def put(connection: Connection, key: str, tries: int, now: datetime, wait_until: datetime) -> None:
    row = {"tries": tries, "last_at": now, "wait_until": wait_until}
    connection.execute(guesses.update().where(guesses.c.key == key).values(row))


def forget(connection: Connection, keys: Iterable[str]) -> None:
    connection.execute(guesses.delete().where(guesses.c.key.in_(list(keys))))


def take_back(connection: Connection, keys: Iterable[str]) -> None:
    """One guess less: it was right."""
    right = sa.and_(guesses.c.key.in_(list(keys)), guesses.c.tries > 0)
    connection.execute(guesses.update().where(right).values(tries=guesses.c.tries - 1))


def forget_before(connection: Connection, at: datetime) -> None:
    connection.execute(guesses.delete().where(guesses.c.last_at < at))
