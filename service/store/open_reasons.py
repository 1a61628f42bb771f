"""Why the open cases of a queue are there, counted."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.types import Reason
from service.store import tables
from service.store.cases import BLIND_IF_DRAWN
from service.store.known_answers import REAL_CASE
from service.store.tables import case_reasons, cases, decisions

#: A blind check only says that it was drawn.
_SAYS = sa.or_(
    case_reasons.c.reason == Reason.RANDOM_CHECK.value, decisions.c.probability.is_(None), sa.not_(BLIND_IF_DRAWN)
)
_COUNT = (
    sa.select(case_reasons.c.reason, sa.func.count().label("many"))
    .select_from(cases.join(case_reasons, case_reasons.c.case == cases.c.id).join(decisions))
    .where(
        cases.c.queue == sa.bindparam("queue"),
        sa.text(tables.OPEN.replace("state IN", "cases.state IN")),
        _SAYS,
        REAL_CASE,
    )
    .group_by(case_reasons.c.reason)
)


def count(connection: Connection, queue: str) -> dict[str, int]:
    """Open cases of the queue by reason; one that has several counts for each of them."""
    return {row.reason: int(row.many) for row in connection.execute(_COUNT, {"queue": queue})}
