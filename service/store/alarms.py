"""Shares that left their usual band, and who acknowledged them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import alarms, releases


def add(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Raise an alarm; whether it is new. One of the same workflow, release, rule and kind is raised once for good."""
    same = [alarms.c[name] == values[name] for name in ("workflow", "release", "rule", "kind")]
    if connection.scalar(sa.select(alarms.c.id).where(*same)) is not None:
        return False
    connection.execute(alarms.insert(), dict(values))
    return True


def add_again(connection: Connection, values: Mapping[str, Any]) -> str:
    """Raise an alarm that may come back: one of the same kind that has ended is open again. Its id."""
    same = [alarms.c[name] == values[name] for name in ("workflow", "release", "rule", "kind")]
    known: str | None = connection.scalar(sa.select(alarms.c.id).where(*same))
    if known is None:
        connection.execute(alarms.insert(), dict(values))
        return str(values["id"])
    anew = {name: values[name] for name in ("usual", "seen", "raised_at")}
    connection.execute(alarms.update().where(alarms.c.id == known).values(**anew, ended_by=None, ended_at=None))
    return known


def get(connection: Connection, alarm: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(alarms).where(alarms.c.id == alarm)).one_or_none()


def end(connection: Connection, alarm: str, by: str, now: datetime) -> bool:
    """Acknowledge it; whether it was still open."""
    still_open = alarms.update().where(alarms.c.id == alarm, alarms.c.ended_at.is_(None))
    return connection.execute(still_open.values(ended_by=by, ended_at=now)).rowcount == 1


def page(connection: Connection, *, open_only: bool = True, limit: int = 200) -> list[sa.Row[Any]]:
    """Newest first."""
    query = sa.select(alarms).order_by(alarms.c.id.desc()).limit(limit)
    return list(connection.execute(query.where(alarms.c.ended_at.is_(None)) if open_only else query))


def open_of(connection: Connection, workflow: str, kinds: Collection[str]) -> list[sa.Row[Any]]:
    """Those of a workflow that nobody acknowledged, of these kinds."""
    of_it = alarms.c.workflow == workflow, alarms.c.kind.in_(list(kinds)), alarms.c.ended_at.is_(None)
    return list(connection.execute(sa.select(alarms).where(*of_it).order_by(alarms.c.id)))


def count_open(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).where(alarms.c.ended_at.is_(None))) or 0


def versions(connection: Connection, workflow: str, limit: int = 1_000) -> list[sa.Row[Any]]:
    """The workflow's releases, newest first: id, digests of rules and policy, created_at."""
    query = sa.select(releases.c.id, releases.c.rules, releases.c.policy, releases.c.created_at)
    return list(
        connection.execute(query.where(releases.c.workflow == workflow).order_by(releases.c.id.desc()).limit(limit))
    )
