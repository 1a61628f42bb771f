"""What reviewers said of the documents that were found for a decision."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.known_answers import REAL_DECISION
from service.store.tables import decisions, payloads, reviews


def marked(connection: Connection, workflow: str, limit: int) -> list[sa.Row[Any]]:
    """Reviews of a workflow's decisions, newest first: the passages that justified them, the decision's created_at and
    groups, and its request (None when it is gone). Reviews that name no passage are among them."""
    query = (
        sa.select(reviews.c.passages, decisions.c.created_at, decisions.c.groups, payloads.c.data.label("request"))
        .select_from(
            reviews.join(decisions, decisions.c.id == reviews.c.decision).outerjoin(
                payloads, payloads.c.id == decisions.c.request
            )
        )
        .where(decisions.c.workflow == workflow, REAL_DECISION, reviews.c.delivered_at.is_not(None))
        .order_by(reviews.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))
