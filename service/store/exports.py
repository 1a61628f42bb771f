"""Cases and examples for taking out, in steps of bounded size: they are never all held, however many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import OPEN
from service.store.known_answers import REAL_CASE
from service.store.tables import cases, decisions, payloads, reviews
from service.store.tables_learning import examples

_request, _review = payloads.alias("request_data"), payloads.alias("review_data")

_CASES = (
    sa.select(
        cases,
        decisions.c.release,
        decisions.c.probability,
        reviews.c.reviewer,
        reviews.c.labels,
        reviews.c.outcome,
        reviews.c.reason_code,
        reviews.c.suggested,
        _request.c.data.label("request"),
        _review.c.data.label("written"),
    )
    .select_from(
        cases.join(decisions, decisions.c.id == cases.c.decision)
        .outerjoin(reviews, sa.and_(reviews.c.case == cases.c.id, reviews.c.delivered_at.is_not(None)))
        .outerjoin(_request, _request.c.id == decisions.c.request)
        .outerjoin(_review, _review.c.id == reviews.c.payload)
    )
    .where(REAL_CASE)
    .order_by(cases.c.id)
)
_EXAMPLES = (
    sa.select(examples, payloads.c.data.label("request"))
    .select_from(examples.outerjoin(payloads, payloads.c.id == examples.c.payload))
    .order_by(examples.c.id)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases or examples; None: all."""

    workflow: str | None = None
    queue: str | None = None
    state: str | None = None  #: of a case; `open`: whatever a person has still to decide
    since: datetime | None = None  #: created then or later
    until: datetime | None = None  #: created before


def some_cases(
    connection: Connection, wanted: Wanted, queues: Collection[str] | None, after: str, limit: int
) -> list[sa.Row[Any]]:
    """The cases after the one with id `after`, by id, each with what was decided; of those `queues` only, if named."""
    query = _within(_CASES, cases, wanted).where(cases.c.id > after).limit(limit)
    if queues is not None:
        query = query.where(cases.c.queue.in_(sorted(queues)))
    if wanted.queue is not None:
        query = query.where(cases.c.queue == wanted.queue)
    if wanted.state == "open":
        query = query.where(cases.c.state.in_([state.value for state in OPEN]))
    elif wanted.state is not None:
        query = query.where(cases.c.state == wanted.state)
    return list(connection.execute(query))


def some_examples(connection: Connection, wanted: Wanted, after: str, limit: int) -> list[sa.Row[Any]]:
    """The examples after the one with id `after`, by id; without those that are not to be learned from."""
    kept = _within(_EXAMPLES, examples, wanted).where(examples.c.aside_at.is_(None))
    return list(connection.execute(kept.where(examples.c.id > after).limit(limit)))


def _within(query: sa.Select[Any], table: sa.Table, wanted: Wanted) -> sa.Select[Any]:
    if wanted.workflow is not None:
        query = query.where(table.c.workflow == wanted.workflow)
    if wanted.since is not None:
        query = query.where(table.c.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(table.c.created_at < wanted.until)
    return query
