"""Replies that people sent, and how much of a draft was left in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.known_answers import REAL_CASE
from service.store.tables import cases, reviews
from service.store.tables_replies import replies


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(replies.insert(), dict(values))


def by_model(connection: Connection, review: str) -> bool:
    """Whether the reply that went with that decision of a person is a language model's."""
    return bool(connection.scalar(sa.select(replies.c.by_model).where(replies.c.review == review)))


def counted(connection: Connection, workflow: str, since: datetime) -> list[sa.Row[Any]]:
    """One row for each label and kind of draft: label, by_model, sent, drafted, unedited, changed (the sum of shares).

    What went out counts: not what was undone, nor what a first of two people would have sent.
    """
    unedited = sa.func.sum(sa.case((replies.c.unedited.is_(True), 1), else_=0))
    out = (
        replies.c.workflow == workflow,
        replies.c.created_at >= since,
        reviews.c.delivered_at.is_not(None),
        REAL_CASE,
    )
    return list(
        connection.execute(
            sa.select(
                replies.c.label,
                replies.c.by_model,
                sa.func.count().label("sent"),
                sa.func.count(replies.c.draft).label("drafted"),
                unedited.label("unedited"),
                sa.func.sum(replies.c.changed).label("changed"),
            )
            .select_from(
                replies.join(reviews, reviews.c.id == replies.c.review).join(cases, cases.c.id == reviews.c.case)
            )
            .where(*out)
            .group_by(replies.c.label, replies.c.by_model)
            .order_by(replies.c.label, replies.c.by_model)
        )
    )
