"""Cases whose answer is known, and the copies of them that people were given."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.case import CaseKind, CaseState
from service.store.tables import case_events, case_skips, cases, decisions, ledger, reviews
from service.store.tables_console import lookers
from service.store.tables_known import known_answer_cases, known_answers
from service.store.tables_learning import examples

#: Of decisions: made for somebody who asked, and not to see what somebody makes of it.
REAL_DECISION = decisions.c.known_answer.is_(None)
#: Of cases, likewise.
REAL_CASE = cases.c.kind != CaseKind.KNOWN_ANSWER.value

#: Why one ended that was perhaps never right: what people made of it says nothing of them.
DOUBTED = ("taken_back", "corrected", "reopened")

_GIVEN_IN = sa.select(known_answer_cases).where(known_answer_cases.c.case == sa.bindparam("case_id"))
_SOURCE = sa.select(known_answer_cases.c.source).where(known_answer_cases.c.decision == sa.bindparam("decision_id"))


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(known_answers.insert(), dict(values))


def get(connection: Connection, known_id: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(known_answers).where(known_answers.c.id == known_id)).one_or_none()


def of_decision(connection: Connection, decision_id: str) -> sa.Row[Any] | None:
    """The one that stands; None where none does."""
    query = sa.select(known_answers).where(known_answers.c.decision == decision_id, known_answers.c.ended_at.is_(None))
    return connection.execute(query).one_or_none()


def page(connection: Connection, queues: Collection[str] | None, *, standing: bool, limit: int) -> list[sa.Row[Any]]:
    """Newest first, of some queues only or of all (None); only those that stand, or the others as well."""
    query = sa.select(known_answers).order_by(known_answers.c.created_at.desc(), known_answers.c.id.desc())
    if queues is not None:
        query = query.where(known_answers.c.queue.in_(sorted(queues)))
    if standing:
        query = query.where(known_answers.c.ended_at.is_(None))
    return list(connection.execute(query.limit(limit)))


def for_person(connection: Connection, queue: str, identity: str, limit: int) -> list[sa.Row[Any]]:
    """Those that stand in the queue and whose request this person was not given yet, newest first."""
    had = sa.exists().where(
        known_answer_cases.c.source == known_answers.c.decision, known_answer_cases.c.identity == identity
    )
    query = sa.select(known_answers).where(known_answers.c.queue == queue, known_answers.c.ended_at.is_(None), ~had)
    return list(connection.execute(query.order_by(known_answers.c.created_at.desc()).limit(limit)))


def end(connection: Connection, known_id: str, by: str, why: str, now: datetime) -> bool:
    """Nobody is given it any more; whether it stood."""
    standing = known_answers.update().where(known_answers.c.id == known_id, known_answers.c.ended_at.is_(None))
    return connection.execute(standing.values(ended_at=now, ended_by=by, ended_why=why)).rowcount == 1


def involved(connection: Connection, decision_id: str) -> set[str]:
    """Everybody who had to do with a decision or its cases, by name: who asked, decided, held, skipped, commented,
    looked or put it right."""
    of_it = sa.select(cases.c.id).where(cases.c.decision == decision_id)
    looked = sa.and_(ledger.c.kind == "case.revealed", ledger.c.subject_id.in_(of_it))
    found = set(connection.scalars(sa.select(decisions.c.principal).where(decisions.c.id == decision_id)))
    for column, place in (
        (reviews.c.reviewer, reviews.c.decision == decision_id),
        (case_events.c.by, case_events.c.case.in_(of_it)),
        (case_skips.c.person, case_skips.c.case.in_(of_it)),
        (lookers.c.person, lookers.c.case.in_(of_it)),
        (examples.c.by, examples.c.decision == decision_id),
        (known_answers.c.by, known_answers.c.decision == decision_id),
    ):
        found |= set(connection.scalars(sa.select(column).where(place).distinct()))
    records = connection.scalars(sa.select(ledger.c.record).where(looked))
    return found | {str(json.loads(record)["body"]["by"]) for record in records}


def give(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(known_answer_cases.insert(), dict(values))


def had(connection: Connection, source: str, identity: str) -> bool:
    """Whether somebody was given a copy of that decision already."""
    query = sa.select(known_answer_cases.c.case).where(
        known_answer_cases.c.source == source, known_answer_cases.c.identity == identity
    )
    return connection.scalar(query) is not None


def given_in(connection: Connection, case_id: str) -> sa.Row[Any] | None:
    """What was given in this case; None for a real one."""
    return connection.execute(_GIVEN_IN, {"case_id": case_id}).one_or_none()


def source_of(connection: Connection, decision_id: str) -> str | None:
    """The decision that this one is a copy of; None for a real one."""
    return connection.scalar(_SOURCE, {"decision_id": decision_id})


def close(connection: Connection, case_id: str, correct: bool | None, now: datetime) -> None:
    """Nothing comes of it any more; `correct` is None when it went back undecided."""
    mine = known_answer_cases.update().where(known_answer_cases.c.case == case_id)
    connection.execute(mine.values(ended_at=now, correct=correct))


def held_in(connection: Connection) -> set[str]:
    """The queues in which somebody holds a copy now: nobody waits for those, so they are no backlog."""
    query = (
        sa.select(cases.c.queue)
        .select_from(known_answer_cases.join(cases, cases.c.id == known_answer_cases.c.case))
        .where(known_answer_cases.c.ended_at.is_(None), cases.c.state == CaseState.CLAIMED.value)
    )
    return set(connection.scalars(query))


def results(connection: Connection, queues: Collection[str] | None, since: datetime) -> list[sa.Row[Any]]:
    """What people made of copies decided for good since then: (person, labels, outcome, correct). Not of answers that
    somebody doubted since."""
    query = (
        sa.select(
            known_answer_cases.c.person, known_answers.c.labels, known_answers.c.outcome, known_answer_cases.c.correct
        )
        .select_from(known_answer_cases.join(known_answers, known_answers.c.id == known_answer_cases.c.known_answer))
        .where(
            known_answer_cases.c.correct.is_not(None),
            known_answer_cases.c.ended_at >= since,
            sa.or_(known_answers.c.ended_why.is_(None), known_answers.c.ended_why.not_in(DOUBTED)),
        )
        .order_by(known_answer_cases.c.given_at, known_answer_cases.c.case)
    )
    return list(connection.execute(query if queues is None else query.where(known_answers.c.queue.in_(sorted(queues)))))


def counts(connection: Connection, known_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """Of each of these: how many decided it for good, and how many of them rightly."""
    rightly = sa.func.sum(sa.case((known_answer_cases.c.correct.is_(True), 1), else_=0))
    query = (
        sa.select(known_answer_cases.c.known_answer, sa.func.count(known_answer_cases.c.correct), rightly)
        .where(known_answer_cases.c.known_answer.in_(sorted(known_ids)))
        .group_by(known_answer_cases.c.known_answer)
    )
    return {known: (int(decided), int(right or 0)) for known, decided, right in connection.execute(query)}
