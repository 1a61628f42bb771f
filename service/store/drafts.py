"""Replies that a language model is asked to draft: wanted, being written, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.types import DecidedBy, State
from service.store.tables import decisions
from service.store.tables_replies import drafts

WAITING, WRITING, WRITTEN, REFUSED, FAILED = "waiting", "writing", "written", "refused", "failed"
OPEN: Final = (WAITING, WRITING)

_NOTHING_YET: Final = {"citations": [], "passages": [], "loose": 0, "tokens": 0}


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(drafts.insert(), {**_NOTHING_YET, **values})


def get(connection: Connection, draft_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(drafts).where(drafts.c.id == draft_id)).one_or_none()


def of_case(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """Newest first."""
    query = sa.select(drafts).where(drafts.c.case == case_id).order_by(drafts.c.id.desc())
    return list(connection.execute(query))


def sent_with(connection: Connection, decision: str) -> sa.Row[Any] | None:
    """What was written to go out with an automatic decision."""
    return connection.execute(
        sa.select(drafts).where(drafts.c.decision == decision, drafts.c.case.is_(None), drafts.c.state == WRITTEN)
    ).one_or_none()


def take(connection: Connection, worker: str, now: datetime, lost: datetime) -> tuple[sa.Row[Any] | None, bool]:
    """The oldest that waits, or that a worker began before `lost` and did not end; and whether it is such a one.

    It is that worker's from then on; no other one gets it. None when there is none.
    """
    found = connection.execute(
        sa.select(drafts).where(_free(lost)).order_by(drafts.c.id).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if found is None:
        return None, False
    begun = {"state": WRITING, "worker": worker, "begun_at": now}
    connection.execute(drafts.update().where(drafts.c.id == found.id).values(**begun))
    return get(connection, found.id), found.state == WRITING


def any_free(connection: Connection, lost: datetime) -> bool:
    """Whether `take` would find one; reads only."""
    return connection.scalar(sa.select(drafts.c.id).where(_free(lost)).limit(1)) is not None


def _free(lost: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(drafts.c.state == WAITING, sa.and_(drafts.c.state == WRITING, drafts.c.begun_at <= lost))


def write(connection: Connection, row: sa.Row[Any], values: Mapping[str, Any]) -> bool:
    """Change it if it is still this worker's, as it was taken; whether it was."""
    mine = (drafts.c.id == row.id, drafts.c.state == WRITING, drafts.c.worker == row.worker)
    changed = connection.execute(drafts.update().where(*mine, drafts.c.begun_at == row.begun_at).values(**values))
    return changed.rowcount == 1


def tokens_since(connection: Connection, since: datetime) -> int:
    """What drafting cost, and what is being written may cost at most."""
    return int(connection.scalar(sa.select(sa.func.sum(drafts.c.tokens)).where(drafts.c.begun_at >= since)) or 0)


def without(connection: Connection, workflow: str, release: str, since: datetime, limit: int) -> Sequence[sa.Row[Any]]:
    """Decisions that the classifier made alone in a release since then, and no draft was asked for; oldest first."""
    asked = sa.exists().where(drafts.c.decision == decisions.c.id, drafts.c.case.is_(None))
    return list(
        connection.execute(
            sa.select(decisions)
            .where(
                decisions.c.workflow == workflow,
                decisions.c.release == release,
                decisions.c.created_at >= since,
                decisions.c.state == State.FINAL.value,
                decisions.c.decided_by == DecidedBy.CLASSIFIER.value,
                decisions.c.known_answer.is_(None),
                ~asked,
            )
            .order_by(decisions.c.id)
            .limit(limit)
        )
    )
