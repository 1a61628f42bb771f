"""What people taught: requests with the labels they gave them. The words themselves lie with the payloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import decisions, payloads
from service.store.tables_learning import examples


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(examples.insert(), dict(values))


def get(connection: Connection, example_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(examples).where(examples.c.id == example_id)).one_or_none()


def taught_by(connection: Connection, decision_id: str) -> str | None:
    """The id of the example that a decision became."""
    return connection.scalar(sa.select(examples.c.id).where(examples.c.decision == decision_id))


def last_of(connection: Connection, workflow: str, payload: str) -> sa.Row[Any] | None:
    """What was said last of a request."""
    query = sa.select(examples).where(examples.c.workflow == workflow, examples.c.payload == payload)
    return connection.execute(query.order_by(examples.c.id.desc()).limit(1)).one_or_none()


def everything(connection: Connection, workflow: str, part: str | None = None) -> list[sa.Row[Any]]:
    """Every example of a workflow, or of one part, oldest first: its own columns, `request` (the payload, None when it
    is gone) and `asked_at` (when the decision it came from was made; None for what came from no decision)."""
    query = (
        sa.select(examples, payloads.c.data.label("request"), decisions.c.created_at.label("asked_at"))
        .select_from(
            examples.outerjoin(payloads, payloads.c.id == examples.c.payload).outerjoin(
                decisions, decisions.c.id == examples.c.decision
            )
        )
        .where(examples.c.workflow == workflow)
        .order_by(examples.c.id)
    )
    return list(connection.execute(query if part is None else query.where(examples.c.part == part)))


def known_words(connection: Connection, workflow: str) -> set[str]:
    """The keyed digests of the words of every example."""
    return set(connection.scalars(sa.select(examples.c.words).where(examples.c.workflow == workflow)))


def counts(connection: Connection, workflow: str) -> dict[tuple[str, str], int]:
    """(part, source) -> how many examples that are not set aside."""
    query = (
        sa.select(examples.c.part, examples.c.source, sa.func.count())
        .where(examples.c.workflow == workflow, examples.c.aside_by.is_(None))
        .group_by(examples.c.part, examples.c.source)
    )
    return {(part, source): int(count) for part, source, count in connection.execute(query)}


def labels_of(connection: Connection, workflow: str) -> list[Sequence[str]]:
    """The labels of every example that is not set aside, as they were called then."""
    query = sa.select(examples.c.labels).where(examples.c.workflow == workflow, examples.c.aside_by.is_(None))
    return list(connection.scalars(query))


def drawn_between(connection: Connection, workflow: str, first: datetime, last: datetime) -> int:
    """How many decisions made from `first` to `last`, both included, were drawn at random."""
    query = sa.select(sa.func.count()).where(
        decisions.c.workflow == workflow,
        decisions.c.created_at >= first,
        decisions.c.created_at <= last,
        decisions.c.probability.is_not(None),
        decisions.c.known_answer.is_(None),  # a copy of a drawn one was drawn once
    )
    return connection.scalar(query) or 0


def set_aside(connection: Connection, example_id: str, by: str, now: datetime) -> bool:
    """Whether it was not set aside already."""
    changed = connection.execute(
        examples.update()
        .where(examples.c.id == example_id, examples.c.aside_by.is_(None))
        .values(aside_by=by, aside_at=now)
    )
    return changed.rowcount == 1


def take_in(connection: Connection, example_id: str) -> bool:
    """Learn from it again; whether it had been set aside."""
    changed = connection.execute(
        examples.update()
        .where(examples.c.id == example_id, examples.c.aside_by.is_not(None))
        .values(aside_by=None, aside_at=None)
    )
    return changed.rowcount == 1


def relabel(connection: Connection, example_id: str, labels: Sequence[str], by: str) -> None:
    connection.execute(examples.update().where(examples.c.id == example_id).values(labels=list(labels), by=by))


def remove(connection: Connection, example_id: str) -> None:
    """For what somebody takes back at once; the ledger keeps both."""
    connection.execute(examples.delete().where(examples.c.id == example_id))


def counted_since(connection: Connection, workflow: str, since: datetime) -> int:
    """How many examples came after that moment and are not set aside."""
    query = sa.select(sa.func.count()).where(
        examples.c.workflow == workflow, examples.c.created_at > since, examples.c.aside_by.is_(None)
    )
    return connection.scalar(query) or 0
