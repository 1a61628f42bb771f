"""Places of the sentences that head long requests, worked out ahead of whoever will read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import OPEN
from service.store.tables import cases, decisions, payloads
from service.store.tables_replies import summaries

_request, _answer = payloads.alias("request_data"), payloads.alias("answer_data")
_OPEN = cases.c.state.in_([state.value for state in OPEN])


def get(connection: Connection, decision: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(summaries).where(summaries.c.decision == decision)).one_or_none()


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Unless there is one: what it says depends on nothing that changes."""
    if get(connection, values["decision"]) is None:
        connection.execute(summaries.insert(), dict(values))


def wanting(connection: Connection, after: str, longer: int, within: int) -> tuple[list[sa.Row[Any]], str]:
    """Of the next so many cases after the one with id `after`, the open ones whose request takes more bytes than that
    and has no summary (decision, release, request, answer); and the id of the last one looked at.

    However many cases there are, one look is at a bounded number of them.
    """
    few = sa.select(cases.c.id).where(cases.c.id > after).order_by(cases.c.id).limit(within)
    ids = list(connection.scalars(few))
    if not ids:
        return [], after
    query = (
        sa.select(
            cases.c.decision,
            decisions.c.release,
            _request.c.data.label("request"),
            _answer.c.data.label("answer"),
        )
        .select_from(
            cases.join(decisions, decisions.c.id == cases.c.decision)
            .join(_request, _request.c.id == decisions.c.request)
            .join(_answer, _answer.c.id == decisions.c.answer)
        )
        .where(
            cases.c.id.in_(ids),
            _OPEN,
            sa.func.length(_request.c.data) > longer,
            ~sa.exists().where(summaries.c.decision == cases.c.decision),
        )
    )
    return list(connection.execute(query)), ids[-1]
