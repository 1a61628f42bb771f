"""Decisions whose time is over: what people wrote about them may go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.types import State
from service.store.tables import decisions, payloads
from service.store.tables_keys import payload_keys

_later = decisions.alias("later")


def workflows(connection: Connection) -> list[str]:
    """The workflows that decided anything."""
    return list(connection.scalars(sa.select(decisions.c.workflow).distinct().order_by(decisions.c.workflow)))


def over(connection: Connection, workflow: str, before: datetime, after: str, limit: int) -> list[sa.Row[Any]]:
    """Decisions whose last word was said before that moment, after decision `after` by id, with `subject`: the owner
    of the key of whom they are about, None for nobody. Not what is gone already, nor what shares its request with a
    younger decision or with one that still waits."""
    said = sa.func.coalesce(decisions.c.final_at, decisions.c.created_at)
    later = sa.func.coalesce(_later.c.final_at, _later.c.created_at)
    needed = sa.exists().where(
        _later.c.request == decisions.c.request,
        _later.c.id != decisions.c.id,
        sa.or_(later >= before, _later.c.state == State.WAITING.value),
    )
    query = (
        sa.select(decisions, payload_keys.c.owner.label("subject"))
        .select_from(
            decisions.join(payloads, payloads.c.id == decisions.c.request).outerjoin(
                payload_keys,
                sa.and_(payload_keys.c.key == payloads.c.key, payload_keys.c.owner.startswith("subject:")),
            )
        )
        .where(
            decisions.c.workflow == workflow,
            decisions.c.id > after,
            decisions.c.created_at < before,
            said < before,
            decisions.c.state != State.WAITING.value,
            sa.func.length(payloads.c.data) > 0,
            ~needed,
        )
        .order_by(decisions.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def sharing(connection: Connection, decision_ids: Collection[str]) -> list[sa.Row[Any]]:
    """These decisions and those that have a request in common with one of them."""
    requests = sa.select(decisions.c.request).where(decisions.c.id.in_(sorted(decision_ids)))
    return list(connection.execute(sa.select(decisions).where(decisions.c.request.in_(requests))))
