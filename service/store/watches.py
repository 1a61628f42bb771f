"""Looks at live traffic: what each found, what it looks at, and whether one sent everything to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import cases, decisions, ledger, payloads, releases, reviews, workflows
from service.store.tables_learning import watches


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(watches.insert(), dict(values))


def latest(connection: Connection, workflow: str) -> sa.Row[Any] | None:
    return next(iter(page(connection, workflow, 1)), None)


def page(connection: Connection, workflow: str, limit: int) -> list[sa.Row[Any]]:
    """Newest first."""
    query = sa.select(watches).where(watches.c.workflow == workflow).order_by(watches.c.id.desc()).limit(limit)
    return list(connection.execute(query))


def looks_at(connection: Connection, workflow: str, head: str, encoder: str) -> int:
    """How many looks there were at that head, under whatever rules."""
    query = (
        sa.select(sa.func.count())
        .select_from(watches.join(releases, releases.c.id == watches.c.release))
        .where(watches.c.workflow == workflow, releases.c.head == head, releases.c.encoder == encoder)
    )
    return connection.scalar(query) or 0


def decided(
    connection: Connection, workflow: str, since: datetime, until: datetime, before: str | None, limit: int
) -> list[sa.Row[Any]]:
    """What was decided from `since` until `until` and before decision `before`, newest first: id,
    created_at, probability, the request (None when it is gone) and the record of the ledger."""
    recorded = sa.and_(ledger.c.subject_id == decisions.c.id, ledger.c.kind == "decision.made")
    query = (
        sa.select(
            decisions.c.id,
            decisions.c.created_at,
            decisions.c.probability,
            payloads.c.data.label("request"),
            ledger.c.record,
        )
        .select_from(decisions.join(ledger, recorded).outerjoin(payloads, payloads.c.id == decisions.c.request))
        .where(decisions.c.workflow == workflow, decisions.c.created_at >= since, decisions.c.created_at <= until)
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query if before is None else query.where(decisions.c.id < before)))


def reviewed(connection: Connection, workflow: str, first: str, last: str) -> dict[str, sa.Row[Any]]:
    """What people said of the workflow's decisions from `first` to `last` (ids): decision -> labels, outcome. Of
    several reviews the latest."""
    query = (
        sa.select(reviews.c.decision, reviews.c.labels, reviews.c.outcome)
        .select_from(reviews.join(cases, cases.c.id == reviews.c.case))
        .where(
            cases.c.workflow == workflow, reviews.c.decision.between(first, last), reviews.c.delivered_at.is_not(None)
        )
        .order_by(reviews.c.id)
    )
    found: dict[str, Any] = {}
    for row in connection.execute(query):
        found[row.decision] = row
    return found


def first_answer(connection: Connection, workflow: str, head: str, encoder: str) -> datetime | None:
    """When the workflow first decided by that head; None: not yet."""
    made_of = sa.select(releases.c.id).where(
        releases.c.workflow == workflow, releases.c.head == head, releases.c.encoder == encoder
    )
    query = sa.select(decisions.c.created_at).where(decisions.c.workflow == workflow, decisions.c.release.in_(made_of))
    found: datetime | None = connection.scalar(query.order_by(decisions.c.id).limit(1))
    return found


def resumed_at(connection: Connection, workflow: str) -> datetime | None:
    """When a person last let the workflow go on after an alarm."""
    found: datetime | None = connection.scalar(sa.select(workflows.c.watched_from).where(workflows.c.name == workflow))
    return found


def pause(connection: Connection, workflow: str, look: str) -> bool:
    """People decide everything because of that look; whether they did not already."""
    going_on = workflows.update().where(workflows.c.name == workflow, workflows.c.watched_by.is_(None))
    return connection.execute(going_on.values(watched_by=look)).rowcount == 1


def resume(connection: Connection, names: Sequence[str], since: datetime | None) -> dict[str, str]:
    """Automatic again, of those that were not: workflow -> the look that had paused it.

    With `since`, later looks count only what came from then on.
    """
    paused = workflows.c.name.in_(list(names)), workflows.c.watched_by.is_not(None)
    found = {row.name: row.watched_by for row in connection.execute(sa.select(workflows).where(*paused))}
    values: dict[str, Any] = {"watched_by": None} | ({"watched_from": since} if since else {})
    connection.execute(workflows.update().where(workflows.c.name.in_(list(found))).values(**values))
    return found
