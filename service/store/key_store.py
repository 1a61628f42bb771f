"""Where the keys lie: a database of their own, so that neither it nor the other one alone shows what anybody wrote.

Each key is wrapped by the master key, which lies in neither. A key that was destroyed stays as a row without a key:
what it opened is known to be erased, and not taken for damage.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.engine import Store, open_store
from service.store.tables import Instant

_metadata = sa.MetaData()

_keys = sa.Table(
    "keys",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("wrapped", sa.LargeBinary),  # null: destroyed
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("destroyed_at", Instant),
    sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="ck_keys_destroyed_at_some_time"),
)
_about = sa.Table(
    "about",
    _metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)
_WRAPPED = sa.select(_keys.c.wrapped).where(_keys.c.id == sa.bindparam("key"))
_NEAR = 32  # keys made next to one that is wanted: what is read together was mostly made together


def open_key_store(url: str) -> Store:
    """With its tables. `CannotStart` when it must not be used."""
    store = open_store(url)
    try:
        with store.read() as connection:
            there = sa.inspect(connection).has_table(_keys.name)
        if not there:
            store.commit(_metadata.create_all)
    except BaseException:
        store.close()
        raise
    return store


def fact(connection: Connection, name: str) -> bytes | None:
    """Something written down once about the store."""
    value: bytes | None = connection.scalar(sa.select(_about.c.value).where(_about.c.name == name))
    return None if value is None else bytes(value)


def state(connection: Connection, name: str, value: bytes) -> None:
    connection.execute(_about.insert(), {"name": name, "value": value})


def add(connection: Connection, wrapped: Mapping[str, bytes], now: datetime) -> None:
    connection.execute(_keys.insert(), [{"id": key, "wrapped": data, "made_at": now} for key, data in wrapped.items()])


def ids(connection: Connection) -> frozenset[str]:
    """Every key that it knows, destroyed ones too."""
    return frozenset(connection.scalars(sa.select(_keys.c.id)))


def holds_any(connection: Connection) -> bool:
    return connection.scalar(sa.select(_keys.c.id).limit(1)) is not None


def find(connection: Connection, key: str) -> tuple[bool, bytes | None]:
    """Whether the store knows the key, and the key as it is wrapped; None when it is destroyed."""
    row = connection.execute(_WRAPPED, {"key": key}).one_or_none()
    return row is not None, None if row is None or row.wrapped is None else bytes(row.wrapped)


def near(connection: Connection, key: str) -> dict[str, bytes]:
    """The key and those made just before and after it, as they are wrapped; without those that are destroyed."""
    before = sa.select(_keys).where(_keys.c.id <= key).order_by(_keys.c.id.desc()).limit(_NEAR)
    after = sa.select(_keys).where(_keys.c.id > key).order_by(_keys.c.id).limit(_NEAR)
    rows = [*connection.execute(before), *connection.execute(after)]
    return {row.id: bytes(row.wrapped) for row in rows if row.wrapped is not None}


def destroy(connection: Connection, keys: Collection[str], now: datetime) -> int:
    """For good; how many there were. SQLite overwrites what it frees."""
    gone = {"wrapped": None, "destroyed_at": now}
    there = _keys.c.id.in_(sorted(keys)), _keys.c.wrapped.is_not(None)
    return connection.execute(_keys.update().where(*there).values(**gone)).rowcount


def remove_unused(connection: Connection, keys: Collection[str]) -> None:
    """Keys that nothing was ever sealed under."""
    connection.execute(_keys.delete().where(_keys.c.id.in_(sorted(keys))))


def destroyed(connection: Connection, after: str = "", limit: int = 500) -> list[str]:
    """The ids of destroyed keys after that one, in order."""
    query = sa.select(_keys.c.id).where(_keys.c.wrapped.is_(None), _keys.c.id > after)
    return list(connection.scalars(query.order_by(_keys.c.id).limit(limit)))
