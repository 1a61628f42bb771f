"""Cases and their leases. Every write names the version it was read with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import OPEN, SETTLED, CaseKind, CaseState
from service.domain.types import Reason
from service.store import known_answers, tables
from service.store.tables import case_reasons, case_skips, cases, decisions

#: A case of a decision that was drawn at random is a blind check then, as `service.domain.case.blind` has it.
BLIND_IF_DRAWN = sa.and_(
    cases.c.state.not_in([state.value for state in SETTLED]), cases.c.kind != CaseKind.APPEAL.value
)

_OPEN, _FREE, _HANDED_OVER = (sa.text(words) for words in (tables.OPEN, tables.FREE, tables.HANDED_OVER))
_BY_RANK = (cases.c.rank_at, cases.c.id)
_PASSED_OVER = (
    sa.exists().where(case_skips.c.person == sa.bindparam("person"), case_skips.c.case == cases.c.id).correlate(cases)
)
_MINE = (
    sa.select(cases)
    .where(cases.c.assigned_to == sa.bindparam("person"), cases.c.queue == sa.bindparam("queue"), _HANDED_OVER)
    .order_by(*_BY_RANK)
    .limit(1)
    .with_for_update(skip_locked=True, of=cases)
)
_BEST = (
    sa.select(cases)
    .where(cases.c.queue == sa.bindparam("queue"), _FREE, ~_PASSED_OVER)
    .order_by(*_BY_RANK)
    .limit(1)
    .with_for_update(skip_locked=True, of=cases)
)
_GET = sa.select(cases).where(cases.c.id == sa.bindparam("case_id"))
_LOCK = _GET.with_for_update()
_WRITE = (
    cases.update()
    .where(cases.c.id == sa.bindparam("case_id"), cases.c.version == sa.bindparam("read"))
    .returning(*cases.c)
)
_WAKING = (
    sa.select(cases)
    .where(cases.c.wake_at.is_not(None), cases.c.wake_at <= sa.bindparam("now"))
    .order_by(cases.c.wake_at, cases.c.queue)
    .limit(sa.bindparam("most"))
)
_DUE = _WAKING.where(cases.c.queue == sa.bindparam("queue"), cases.c.state != CaseState.DECIDED.value).with_for_update(
    skip_locked=True
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(cases.insert(), dict(values))
    reasons = [{"case": values["id"], "reason": reason} for reason in values["reasons"]]
    if reasons:
        connection.execute(case_reasons.insert(), reasons)


def get(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    return connection.execute(_GET, {"case_id": case_id}).one_or_none()


def first_of(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """The case in which a decision came before people first."""
    query = sa.select(cases).where(cases.c.decision == decision_id).order_by(cases.c.id).limit(1)
    return connection.execute(query).one_or_none()


def lock(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    """The case as it is, held against other writers until this transaction ends."""
    return connection.execute(_LOCK, {"case_id": case_id}).one_or_none()


def waking(connection: Connection, now: datetime, limit: int) -> list[sa.Row[Any]]:
    """Cases that move by themselves because their time has come, the longest first."""
    return list(connection.execute(_WAKING, {"now": now, "most": limit}))


def due(connection: Connection, queue: str, now: datetime, limit: int) -> list[sa.Row[Any]]:
    """Those of one queue, but for decisions that are to go out; held until this transaction ends. What somebody else is
    writing is passed over."""
    return list(connection.execute(_DUE, {"queue": queue, "now": now, "most": limit}))


def best(
    connection: Connection, queue: str, person: str, workflows: Collection[str] | None = None
) -> sa.Row[Any] | None:
    """What was handed over to this person, then the best of what anybody may have and they did not pass over; of some
    workflows only, or of all (None).

    Held until this transaction ends, and passed over by other claimers meanwhile.
    """
    whose = {"queue": queue, "person": person}
    mine, free = _MINE, _BEST
    if workflows is not None:
        mine, free = (query.where(cases.c.workflow.in_(sorted(workflows))) for query in (mine, free))
    return connection.execute(mine, whose).one_or_none() or connection.execute(free, whose).one_or_none()


def write(connection: Connection, case: sa.Row[Any], values: Mapping[str, Any]) -> sa.Row[Any] | None:
    """Change the case if it is still the one that was read: as it is then, and None when it was not."""
    read = {"case_id": case.id, "read": case.version}
    return connection.execute(_WRITE, {**values, **read, "version": case.version + 1}).one_or_none()


def pass_over(connection: Connection, case_id: str, people: Iterable[str], why: str, now: datetime) -> None:
    """Claim-next gives the case to none of them any more."""
    known = set(connection.scalars(sa.select(case_skips.c.person).where(case_skips.c.case == case_id)))
    rows = [{"person": person, "case": case_id, "why": why, "at": now} for person in sorted(set(people) - known)]
    if rows:
        connection.execute(case_skips.insert(), rows)


def passed_over(connection: Connection, case_id: str) -> list[sa.Row[Any]]:
    """Whom claim-next passes it over for, and why."""
    query = sa.select(case_skips).where(case_skips.c.case == case_id).order_by(case_skips.c.at, case_skips.c.person)
    return list(connection.execute(query))


def page(
    connection: Connection,
    *,
    queues: Collection[str] | None,
    state: str | None,
    reason: str | None,
    after: str | None,
    limit: int,
    workflows: Collection[str] | None = None,
) -> list[sa.Row[Any]]:
    """Best first for open ones, newest first otherwise; of some queues and workflows only, or of all (None). The cursor
    is the last case's id."""
    query = sa.select(cases)
    if workflows is not None:
        query = query.where(cases.c.workflow.in_(sorted(workflows)))
    if queues is not None:
        query = query.where(cases.c.queue.in_(queues) if len(queues) != 1 else cases.c.queue == min(queues))
    if state == "open":
        query = query.where(_OPEN)
    elif state is not None:
        query = query.where(cases.c.state == state)
    if reason is not None:
        query = query.where(_shows(reason))
    last = get(connection, after) if after else None
    if state in ("open", *(each.value for each in OPEN)):
        query = query.where(_OPEN).order_by(*_BY_RANK)
        if last is not None:
            place = sa.tuple_(sa.bindparam(None, last.rank_at, type_=cases.c.rank_at.type), sa.literal(last.id))
            query = query.where(sa.tuple_(*_BY_RANK) > place)
    else:
        query = query.order_by(cases.c.id.desc())
        if last is not None:
            query = query.where(cases.c.id < last.id)
    return list(connection.execute(query.limit(limit)))


def _shows(reason: str) -> sa.ColumnElement[bool]:
    """Whether a case is here for this reason and says so: a blind check only says that it was drawn."""
    has = sa.exists().where(case_reasons.c.case == cases.c.id, case_reasons.c.reason == reason)
    if reason == Reason.RANDOM_CHECK:
        return has
    drawn = sa.exists().where(decisions.c.id == cases.c.decision, decisions.c.probability.is_not(None))
    return sa.and_(has, ~sa.and_(drawn, BLIND_IF_DRAWN))


def queues(connection: Connection, now: datetime) -> list[sa.Row[Any]]:
    """One row a queue and state with open cases: queue, state, cases, late (due by now), oldest_at.

    Without copies whose answer is known. Those are claimed as long as they are open, and few: only where there are any
    the claimed ones are looked at one by one, so that everything else is counted from the index alone.
    """
    mixed = known_answers.held_in(connection)
    found = list(connection.execute(_counted(now).where(_OPEN)))
    if not mixed:
        return found
    claimed = cases.c.state == CaseState.CLAIMED.value
    real = _counted(now).where(_OPEN, claimed, cases.c.queue.in_(sorted(mixed)), known_answers.REAL_CASE)
    kept = [row for row in found if row.state != CaseState.CLAIMED.value or row.queue not in mixed]
    return sorted([*kept, *connection.execute(real)], key=lambda row: (row.queue, row.state))


def _counted(now: datetime) -> sa.Select[Any]:
    late = sa.case((cases.c.due_at <= now, 1), else_=0)
    return (
        sa.select(
            cases.c.queue,
            cases.c.state,
            sa.func.count().label("cases"),
            sa.func.sum(late).label("late"),
            sa.func.min(cases.c.created_at).label("oldest_at"),
        )
        .group_by(cases.c.queue, cases.c.state)
        .order_by(cases.c.queue, cases.c.state)
    )


def leased(connection: Connection, now: datetime) -> dict[str, int]:
    """How many cases of each queue somebody holds by a lease that runs still, whatever for."""
    query = (
        sa.select(cases.c.queue, sa.func.count().label("cases"))
        .where(cases.c.state == CaseState.CLAIMED.value, cases.c.lease_until > now)
        .group_by(cases.c.queue)
    )
    return {row.queue: int(row.cases) for row in connection.execute(query)}
