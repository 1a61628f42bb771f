"""What is to be sent to webhooks: filled from the events, leased by whoever sends it, kept with what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import events
from service.store.tables_webhooks import webhook_deliveries as deliveries
from service.store.tables_webhooks import webhooks

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
STATES = (WAITING, DELIVERED, DEAD)
_UNLEASED = {"leased_by": None, "leased_until": None}
_earlier = deliveries.alias("earlier")
_WITH_EVENT = sa.select(deliveries, events.c.id, events.c.type, events.c.subject_id, events.c.body, events.c.created_at)
_WITH_EVENT = _WITH_EVENT.join(events, events.c.sequence == deliveries.c.sequence)


def fill(connection: Connection, webhook: str, upto: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """`rows` ({sequence, line}) are to be sent; every event up to `upto` was looked at."""
    if rows:
        new = {"webhook": webhook, "state": WAITING, "attempts": 0, "due_at": now}
        connection.execute(deliveries.insert(), [new | dict(row) for row in rows])
    connection.execute(webhooks.update().where(webhooks.c.id == webhook).values(upto=upto))


def any_due(connection: Connection, webhook: str, now: datetime) -> bool:
    query = sa.select(deliveries.c.sequence).where(*_due(webhook, now)).limit(1)
    return connection.scalar(query) is not None


def under_way(connection: Connection, webhook: str, now: datetime) -> int:
    """How many are being sent at this moment, by all workers."""
    leased = deliveries.c.webhook == webhook, deliveries.c.state == WAITING, deliveries.c.leased_until > now
    return connection.scalar(sa.select(sa.func.count()).select_from(deliveries).where(*leased)) or 0


def lease(
    connection: Connection, webhook: str, worker: str, now: datetime, until: datetime, most: int
) -> list[sa.Row[Any]]:
    """Take up to `most` that are due, with their events. Of a line, only the first that has not come to its end."""
    before = sa.exists().where(
        _earlier.c.webhook == webhook,
        _earlier.c.line == deliveries.c.line,
        _earlier.c.state == WAITING,
        _earlier.c.sequence < deliveries.c.sequence,
    )
    first = sa.select(deliveries.c.sequence).where(*_due(webhook, now), ~before)
    chosen = list(connection.scalars(first.order_by(deliveries.c.due_at, deliveries.c.sequence).limit(most)))
    if not chosen:
        return []
    these = deliveries.c.webhook == webhook, deliveries.c.sequence.in_(chosen)
    connection.execute(deliveries.update().where(*these).values(leased_by=worker, leased_until=until))
    return list(connection.execute(_WITH_EVENT.where(*these).order_by(deliveries.c.sequence)))


def _due(webhook: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    free = sa.or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until <= now)
    return deliveries.c.webhook == webhook, deliveries.c.state == WAITING, deliveries.c.due_at <= now, free


def end(
    connection: Connection, webhook: str, sequence: int, worker: str, until: datetime, values: Mapping[str, Any]
) -> bool:
    """Write down what became of an attempt; whether the lease of it was still the worker's."""
    own = (
        deliveries.c.webhook == webhook,
        deliveries.c.sequence == sequence,
        deliveries.c.state == WAITING,
        deliveries.c.leased_by == worker,
        deliveries.c.leased_until == until,
    )
    tried = {"attempts": deliveries.c.attempts + 1, **_UNLEASED, **values}
    return connection.execute(deliveries.update().where(*own).values(**tried)).rowcount == 1


def put_back(connection: Connection, worker: str) -> None:
    """The worker goes: what it had leased may be sent by others at once."""
    connection.execute(deliveries.update().where(deliveries.c.leased_by == worker).values(**_UNLEASED))


def page(
    connection: Connection, webhook: str, *, state: str | None, before: int | None, limit: int
) -> list[sa.Row[Any]]:
    """Newest first, with their events."""
    query = _WITH_EVENT.where(deliveries.c.webhook == webhook)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if before is not None:
        query = query.where(deliveries.c.sequence < before)
    return list(connection.execute(query.order_by(deliveries.c.sequence.desc()).limit(limit)))


def again(connection: Connection, webhook: str, sequence: int, by: str, now: datetime) -> bool:
    """Send one anew, with all its attempts; whether there is such a one. One under way is left alone."""
    return _again(connection, by, now, deliveries.c.webhook == webhook, deliveries.c.sequence == sequence) == 1


def all_again(
    connection: Connection, webhook: str, states: Sequence[str], since: datetime | None, by: str, now: datetime
) -> int:
    """Send anew what is in one of the states, of events since then; how many."""
    chosen = [deliveries.c.webhook == webhook, deliveries.c.state.in_(states)]
    if since is not None:
        recent = sa.select(events.c.sequence).where(events.c.created_at >= since)
        chosen.append(deliveries.c.sequence.in_(recent))
    return _again(connection, by, now, *chosen)


def _again(connection: Connection, by: str, now: datetime, *chosen: sa.ColumnElement[bool]) -> int:
    free = sa.or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until <= now)
    anew = {"state": WAITING, "attempts": 0, "due_at": now, "resent_by": by, **_UNLEASED}
    return connection.execute(deliveries.update().where(*chosen, free).values(**anew)).rowcount


def due_now(connection: Connection, webhook: str, now: datetime) -> None:
    """Whatever waits for its next attempt need not wait any longer."""
    waiting = deliveries.update().where(deliveries.c.webhook == webhook, deliveries.c.state == WAITING)
    connection.execute(waiting.where(deliveries.c.due_at > now).values(due_at=now))


def tally(connection: Connection) -> dict[str, dict[str, int]]:
    """Webhook -> state -> how many. What arrived is not counted: it is much, and old ones are dropped."""
    open_ = sa.select(deliveries.c.webhook, deliveries.c.state, sa.func.count()).where(
        deliveries.c.state.in_((WAITING, DEAD))
    )
    query = open_.group_by(deliveries.c.webhook, deliveries.c.state)
    found: dict[str, dict[str, int]] = {}
    for webhook, state, count in connection.execute(query):
        found.setdefault(webhook, {})[state] = count
    return found


def oldest_waiting(connection: Connection, webhook: str) -> datetime | None:
    """When the event happened that has waited longest."""
    query = sa.select(events.c.created_at).join(deliveries, deliveries.c.sequence == events.c.sequence)
    query = query.where(deliveries.c.webhook == webhook, deliveries.c.state == WAITING)
    return connection.scalar(query.order_by(deliveries.c.sequence).limit(1))


def latest(connection: Connection, webhook: str, state: str) -> sa.Row[Any] | None:
    """The newest event's delivery in that state."""
    rows = page(connection, webhook, state=state, before=None, limit=1)
    return rows[0] if rows else None


def forget(connection: Connection, webhook: str, tried_before: datetime, most: int) -> int:
    """Drop what arrived before then; how many."""
    old = (
        sa.select(deliveries.c.sequence)
        .where(deliveries.c.webhook == webhook, deliveries.c.state == DELIVERED, deliveries.c.tried_at < tried_before)
        .order_by(deliveries.c.sequence)
        .limit(most)
    )
    gone = deliveries.delete().where(deliveries.c.webhook == webhook, deliveries.c.sequence.in_(old))
    return connection.execute(gone).rowcount
