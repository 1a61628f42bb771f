"""What happened to each case, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import case_events, payloads

_ADD = case_events.insert()
_OF = (
    sa.select(case_events, payloads.c.data.label("written"))
    .select_from(case_events.outerjoin(payloads, payloads.c.id == case_events.c.note))
    .where(case_events.c.case == sa.bindparam("case_id"))
    .order_by(case_events.c.sequence)
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_ADD, dict(values))


def of(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """Oldest first; `written` is what somebody wrote with it, None when they wrote nothing or it is erased."""
    return list(connection.execute(_OF, {"case_id": case_id}))
