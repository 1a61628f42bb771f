"""API keys: digests only, looked up by digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import api_keys

_BY_DIGEST = sa.select(api_keys).where(api_keys.c.digest == sa.bindparam("digest"))


def add_key(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(api_keys.insert(), dict(values))


def key_by_digest(connection: Connection, digest: str) -> sa.Row[Any] | None:
    return connection.execute(_BY_DIGEST, {"digest": digest}).one_or_none()


def get(connection: Connection, key_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).one_or_none()


def valid_key(connection: Connection, name: str, now: datetime) -> sa.Row[Any] | None:
    """A key of that name that still opens something."""
    return next(iter(valid_keys_of(connection, name, now)), None)


def valid_keys_of(connection: Connection, name: str, now: datetime) -> list[sa.Row[Any]]:
    """Those of that name that still open something, the newest first."""
    query = sa.select(api_keys).where(api_keys.c.name == name, *_good(now))
    return list(connection.execute(query.order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())))


def valid_keys(connection: Connection, now: datetime) -> list[sa.Row[Any]]:
    """Those that still open something."""
    return list(connection.execute(sa.select(api_keys).where(*_good(now)).order_by(api_keys.c.id)))


def ending(connection: Connection, now: datetime, before: datetime) -> list[sa.Row[Any]]:
    """Those that still open something, will end by then, and have no successor; the first to end first."""
    soon = (api_keys.c.expires_at <= before, api_keys.c.replaced_by.is_(None))
    query = sa.select(api_keys).where(*_good(now), *soon).order_by(api_keys.c.expires_at, api_keys.c.id)
    return list(connection.execute(query))


def keys(connection: Connection) -> list[sa.Row[Any]]:
    """Oldest first."""
    return list(connection.execute(sa.select(api_keys).order_by(api_keys.c.id)))


def revoke_key(connection: Connection, key_id: str, now: datetime) -> bool:
    """Whether there was such a key that was still good."""
    changed = connection.execute(
        api_keys.update().where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return changed.rowcount == 1


def change(connection: Connection, key_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(api_keys.update().where(api_keys.c.id == key_id).values(**values))


def _good(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    lasting = sa.or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now)
    return (api_keys.c.revoked_at.is_(None), lasting)
