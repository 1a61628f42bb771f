"""Rules that are off everywhere for a while, and whether certificates hold without them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import rule_disables


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(rule_disables.insert(), dict(values))


def unended(connection: Connection) -> list[sa.Row[Any]]:
    """Those that nobody ended, the ones whose time is over among them; oldest first."""
    return list(
        connection.execute(
            sa.select(rule_disables).where(rule_disables.c.ended_at.is_(None)).order_by(rule_disables.c.id)
        )
    )


def at(connection: Connection, now: datetime) -> list[sa.Row[Any]]:
    """Those in force at `now`, oldest first."""
    table = rule_disables.c
    return list(
        connection.execute(
            sa.select(rule_disables)
            .where(table.begun_at <= now, table.until > now, sa.or_(table.ended_at.is_(None), table.ended_at > now))
            .order_by(table.id)
        )
    )


def end(connection: Connection, disable_id: str, by: str, now: datetime) -> None:
    connection.execute(rule_disables.update().where(rule_disables.c.id == disable_id).values(ended_by=by, ended_at=now))


def set_rechecked(connection: Connection, disable_id: str, rechecked: Mapping[str, Any]) -> None:
    """What trying the certificates without the rules that are off has shown, by workflow."""
    connection.execute(rule_disables.update().where(rule_disables.c.id == disable_id).values(rechecked=dict(rechecked)))
