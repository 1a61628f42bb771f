"""Webhooks and what their signing keys are worked out from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_webhooks import webhook_deliveries, webhook_secrets, webhooks

ACTIVE, PAUSED = "active", "paused"
ASKED, FAILING, GONE = "asked", "failing", "gone"  # why one is paused
_WELL = {"failures": 0, "failing_since": None, "not_before": None}
_WORKING = {"state": ACTIVE, "paused_by": None, "paused_at": None, "paused_why": None, **_WELL}


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(webhooks.insert(), {**_WORKING, **values})


def get(connection: Connection, webhook: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(webhooks).where(webhooks.c.id == webhook)).one_or_none()


def page(connection: Connection) -> list[sa.Row[Any]]:
    """All of them, oldest first: there are few."""
    return list(connection.execute(sa.select(webhooks).order_by(webhooks.c.id)))


def count(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(webhooks)) or 0


def change(connection: Connection, webhook: str, values: Mapping[str, Any]) -> None:
    connection.execute(webhooks.update().where(webhooks.c.id == webhook).values(**values))


def pause(connection: Connection, webhook: str, by: str, why: str, now: datetime) -> bool:
    """Whether it was active until now."""
    values = {"state": PAUSED, "paused_by": by, "paused_at": now, "paused_why": why}
    active = webhooks.update().where(webhooks.c.id == webhook, webhooks.c.state == ACTIVE)
    return connection.execute(active.values(**values)).rowcount == 1


def resume(connection: Connection, webhook: str) -> bool:
    """Whether it was paused until now. What went wrong before is forgotten."""
    paused = webhooks.update().where(webhooks.c.id == webhook, webhooks.c.state == PAUSED)
    return connection.execute(paused.values(**_WORKING)).rowcount == 1


def well(connection: Connection, webhook: str) -> None:
    """Something arrived."""
    troubled = webhooks.update().where(webhooks.c.id == webhook, webhooks.c.failures > 0)
    connection.execute(troubled.values(**_WELL))


def ail(connection: Connection, webhook: str, now: datetime, not_before: datetime | None) -> None:
    """Something did not arrive."""
    since = sa.func.coalesce(webhooks.c.failing_since, sa.bindparam("now", now, webhooks.c.failing_since.type))
    values = {"failures": webhooks.c.failures + 1, "failing_since": since, "not_before": not_before}
    connection.execute(webhooks.update().where(webhooks.c.id == webhook).values(**values))


def remove(connection: Connection, webhook: str) -> bool:
    """With all that was to be sent to it; whether there was one."""
    for table in (webhook_deliveries, webhook_secrets):
        connection.execute(table.delete().where(table.c.webhook == webhook))
    return connection.execute(webhooks.delete().where(webhooks.c.id == webhook)).rowcount == 1


def add_secret(connection: Connection, webhook: str, salt: str, by: str, now: datetime) -> None:
    values = {"webhook": webhook, "salt": salt, "created_at": now, "created_by": by}
    connection.execute(webhook_secrets.insert(), values)


def end_secrets(connection: Connection, webhook: str, at: datetime) -> None:
    """None of those there are signs beyond `at`; one that ends earlier stays as it is."""
    ends = webhook_secrets.c.ends_at
    own = webhook_secrets.update().where(webhook_secrets.c.webhook == webhook, sa.or_(ends.is_(None), ends > at))
    connection.execute(own.values(ends_at=at))


def secrets(connection: Connection, webhook: str, now: datetime) -> list[sa.Row[Any]]:
    """Those that sign now, newest first."""
    valid = sa.or_(webhook_secrets.c.ends_at.is_(None), webhook_secrets.c.ends_at > now)
    query = sa.select(webhook_secrets).where(webhook_secrets.c.webhook == webhook, valid)
    return list(
        connection.execute(query.order_by(webhook_secrets.c.ends_at.is_not(None), webhook_secrets.c.ends_at.desc()))
    )
