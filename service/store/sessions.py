"""Console sessions: rows that can be looked up, listed and ended. Tokens are known by their digests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import api_keys
from service.store.tables_people import people, sessions

_IDLE: sa.BindParameter[datetime] = sa.bindparam("idle")
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
_LIVE = sa.and_(sessions.c.ended_at.is_(None), sessions.c.expires_at > _NOW, sessions.c.seen_at > _IDLE)

_KEY = sa.select(api_keys, sessions.c.id.label("session"), sessions.c.seen_at).join(
    sessions, sessions.c.key_id == api_keys.c.id
)
_PERSON = sa.select(people, sessions.c.id.label("session"), sessions.c.seen_at).join(
    sessions, sessions.c.person == people.c.id
)
_BY_DIGEST = sa.and_(sessions.c.digest == sa.bindparam("digest"), _LIVE)
_KEY_BEHIND, _PERSON_BEHIND = _KEY.where(_BY_DIGEST), _PERSON.where(_BY_DIGEST)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(sessions.insert(), dict(values))


def forget(connection: Connection, before: datetime) -> None:
    """Those that were over by then anyhow."""
    connection.execute(sessions.delete().where(sessions.c.expires_at < before))


def key_behind(connection: Connection, digest: str, now: datetime, idle: datetime) -> sa.Row[Any] | None:
    """The API key behind a session that has neither ended nor expired and was seen after `idle`."""
    return connection.execute(_KEY_BEHIND, {"digest": digest, "now": now, "idle": idle}).one_or_none()


def person_behind(connection: Connection, digest: str, now: datetime, idle: datetime) -> sa.Row[Any] | None:
    """The person behind such a session."""
    return connection.execute(_PERSON_BEHIND, {"digest": digest, "now": now, "idle": idle}).one_or_none()


def by_digest(connection: Connection, digest: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(sessions).where(sessions.c.digest == digest)).one_or_none()


def seen(connection: Connection, digest: str, now: datetime) -> None:
    connection.execute(sessions.update().where(sessions.c.digest == digest).values(seen_at=now))


def live(connection: Connection, owner: str, now: datetime, idle: datetime) -> list[sa.Row[Any]]:
    """The open sessions of a person or key, the last seen first."""
    query = sa.select(sessions).where(_owned(owner), _LIVE).order_by(sessions.c.seen_at.desc(), sessions.c.id)
    return list(connection.execute(query, {"now": now, "idle": idle}))


def end(connection: Connection, owner: str, now: datetime, *, session: str | None = None, but: str = "") -> int:
    """End the one session of that id, or all of the owner's except that of the digest `but`. How many there were."""
    query = sessions.update().where(_owned(owner), sessions.c.ended_at.is_(None), sessions.c.digest != but)
    if session is not None:
        query = query.where(sessions.c.id == session)
    return connection.execute(query.values(ended_at=now)).rowcount


def end_by_digest(connection: Connection, digest: str, now: datetime) -> bool:
    """Whether it was open till now."""
    mine = sa.and_(sessions.c.digest == digest, sessions.c.ended_at.is_(None))
    return connection.execute(sessions.update().where(mine).values(ended_at=now)).rowcount == 1


def _owned(owner: str) -> sa.ColumnElement[bool]:
    return sa.or_(sessions.c.person == owner, sessions.c.key_id == owner)
