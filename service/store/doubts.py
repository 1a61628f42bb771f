"""Labels that looked wrong to a model that never saw the example. No word of a request stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_learning import doubts


def replace(connection: Connection, workflow: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """What a new look found, instead of what the last one did. What was confirmed stays."""
    connection.execute(doubts.delete().where(doubts.c.workflow == workflow, doubts.c.confirmed_by.is_(None)))
    if rows:
        connection.execute(doubts.insert(), [dict(row) for row in rows])


def unsettled(connection: Connection, workflow: str) -> list[sa.Row[Any]]:
    """What nobody confirmed, the clearest first."""
    query = sa.select(doubts).where(doubts.c.workflow == workflow, doubts.c.confirmed_by.is_(None))
    return list(connection.execute(query.order_by((doubts.c.probability - doubts.c.given).desc(), doubts.c.id)))


def get(connection: Connection, doubt: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(doubts).where(doubts.c.id == doubt)).one_or_none()


def confirmed(connection: Connection, workflow: str) -> set[tuple[str, tuple[str, ...]]]:
    """The words and labels that people confirmed."""
    query = sa.select(doubts.c.words, doubts.c.labels).where(
        doubts.c.workflow == workflow, doubts.c.confirmed_by.is_not(None)
    )
    return {(words, tuple(labels)) for words, labels in connection.execute(query)}


def confirm(connection: Connection, workflow: str, words: str, by: str, now: datetime) -> None:
    """All labels of these words are right."""
    connection.execute(
        doubts.update()
        .where(doubts.c.workflow == workflow, doubts.c.words == words, doubts.c.confirmed_by.is_(None))
        .values(confirmed_by=by, confirmed_at=now)
    )
