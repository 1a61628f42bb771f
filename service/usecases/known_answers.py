"""Cases whose answer is known: a lead marks one that is surely right, and reviewers get copies of it now and then.

What stands is what was decided and went out; whoever knows better reopens the case first. A known answer ends by itself
once its request is erased, its case contested, its answer corrected, or the labels to choose from are others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.case import CaseKind, CaseState
from service.domain.known import Ended, labels_changed
from service.domain.types import Outcome, Workflow
from service.errors import Conflict, Forbidden, NotFound
from service.store import cases, decisions, examples, known_answers, ledger, payloads
from service.store.engine import Connection, Row
from service.store.pointers import pointers
from service.usecases.collect import request_of
from service.usecases.house import House
from service.usecases.move_case import SERVICE, no_case
from service.usecases.note import check_why, note_of, read_note
from service.usecases.queue_policy import sees

_MOST = 500  # looked through at once

_WHY = {
    Ended.ERASED: "its request was erased",
    Ended.REOPENED: "it is not out, or it is contested",
    Ended.CORRECTED: "another answer stands now than the one that went out",
    Ended.LABELS_CHANGED: "the workflow's labels have changed since",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one decision."""

    decision: str
    case: str
    workflow: str
    labels: tuple[str, ...]
    outcome: str


def mark(
    house: House,
    principal: Principal,
    case_id: str,
    note: str,
    *,
    labels: Sequence[str] | None = None,
    outcome: Outcome | None = None,
) -> dict[str, Any]:
    """Mark a case as one whose answer is known. `labels` and `outcome` are what went out; None: whatever that is.

    By whoever leads its queue, with a note of why it is sure. NotFound; Conflict where the case is not out, something
    else went out, it is marked already, or it could not be asked any more.
    """
    why = check_why(note)
    with house.store.read() as connection:
        row = _led(connection, principal, case_id)
        decision = decisions.get(connection, row.decision)
        assert decision is not None, "the foreign key keeps the decision"
    if row.kind == CaseKind.KNOWN_ANSWER.value:
        raise Conflict(
            f"case {case_id} is a copy of one whose answer is known", remedy="mark a case that somebody needed"
        )
    if row.state != CaseState.DELIVERED.value:
        raise Conflict(
            f"case {case_id} is {row.state.replace('_', ' ')}: only what is decided and out can be known for sure",
            remedy="mark it once it is delivered",
            extra={"state": row.state},
        )
    answer = Answer(row.decision, case_id, row.workflow, tuple(decision.labels), decision.outcome)
    said = (answer.labels if labels is None else tuple(labels), outcome.value if outcome else answer.outcome)
    if (set(said[0]), said[1]) != (set(answer.labels), answer.outcome):
        raise Conflict(
            f"case {case_id} was decided as {', '.join(answer.labels) or 'none of these'} with {answer.outcome}",
            remedy="reopen it first if that is wrong: what is known has to be what went out",
        )
    unfit = why_not(house, answer)
    if unfit is not None:
        raise Conflict(f"case {case_id} cannot be marked: {_WHY[unfit]}", remedy="mark another case")
    return _kept(house, principal, row, answer, why)


def _kept(house: House, principal: Principal, row: Row[Any], answer: Answer, why: str) -> dict[str, Any]:
    note, known_id, now = note_of(house, why), house.new_id("kna"), house.clock()

    def work(connection: Connection) -> None:
        if known_answers.of_decision(connection, answer.decision) is not None:
            raise Conflict(f"case {answer.case} is marked already", remedy="take that back first to mark it anew")
        note.keep(connection, now, about=answer.decision)
        values = {"decision": answer.decision, "case": answer.case, "workflow": answer.workflow, "queue": row.queue}
        said = {"labels": list(answer.labels), "outcome": answer.outcome}
        known_answers.add(
            connection,
            {"id": known_id, **values, **said, "note": note.id, "by": principal.name, "created_at": now},
        )
        ledger.append(
            connection, "known_answer.marked", known_id, now, {**values, **said, "by": principal.name, **note.told}
        )

    house.store.commit(work)
    with house.store.read() as connection:
        return _view(connection, _standing(connection, row))


def take_back(house: House, principal: Principal, case_id: str) -> None:
    """Nobody is given it any more, and what people made of it counts no more. NotFound where it is not marked."""
    now = house.clock()

    def work(connection: Connection) -> None:
        known = _standing(connection, _led(connection, principal, case_id))
        _end(connection, known, Ended.TAKEN_BACK, principal.name, now)

    house.store.commit(work)


def listing(
    house: House, principal: Principal, *, queue: str | None = None, ended: bool = False, limit: int = 200
) -> dict[str, Any]:
    """Known answers of the queues that somebody leads, or of all for auditors; newest first, with how many people
    decided a copy and how many of them rightly. With `ended` also those that nobody is given any more."""
    mine = judged_by(principal)
    if queue is not None:
        if mine is not None and queue not in mine:
            raise _not_yours(principal, queue)
        mine = frozenset({queue})
    with house.store.read() as connection:
        rows = known_answers.page(connection, mine, standing=not ended, limit=limit)
        counted = known_answers.counts(connection, [row.id for row in rows])
        return {"items": [_view(connection, row, *counted.get(row.id, (0, 0))) for row in rows]}


def judged_by(principal: Principal) -> frozenset[str] | None:
    """The queues whose known answers somebody sees, and what people made of them: whoever leads there; None: all, for
    auditors."""
    return None if principal.may(Scope.AUDIT) else principal.queues(Scope.LEAD)


def why_not(house: House, answer: Answer | Row[Any]) -> Ended | None:
    """Why nobody can be asked for this any more; None: it stands. Opens policies, so never inside a transaction."""
    with house.store.read() as connection:
        decision, case = decisions.get(connection, answer.decision), cases.get(connection, answer.case)
        assert decision is not None, "the foreign key keeps the decision"
        assert case is not None, "likewise the case"
        erased = not all(request_of(payloads.get(connection, each)) for each in (decision.request, decision.answer))
        taught = examples.taught_by(connection, answer.decision)
        example = examples.get(connection, taught) if taught is not None else None
        active = {pointer.workflow: pointer.release for pointer in pointers(connection)}
    if erased:
        return Ended.ERASED
    if case.state != CaseState.DELIVERED.value:
        return Ended.REOPENED
    learned = list(answer.labels) if example is None else list(example.labels)
    doubted = example is not None and example.aside_by is not None
    if doubted or any(set(each) != set(answer.labels) for each in (decision.labels, learned)):
        return Ended.CORRECTED
    if decision.outcome != answer.outcome:
        return Ended.CORRECTED
    then, now = house.shelf.policy(decision.release), _in_force(house, active, answer.workflow)
    return Ended.LABELS_CHANGED if now is None or labels_changed(answer.labels, then, now) else None


def _in_force(house: House, active: dict[str, str], workflow: str) -> Workflow | None:
    return house.shelf.policy(active[workflow]) if workflow in active else None


def retire_unfit(house: House) -> int:
    """End those that nobody can be asked for any more; how many."""
    with house.store.read() as connection:
        rows = known_answers.page(connection, None, standing=True, limit=_MOST)
    return sum(retire(house, row) for row in rows)


def retire(house: House, known: Row[Any]) -> bool:
    """End it if nobody can be asked for it any more; whether that is so."""
    why, now = why_not(house, known), house.clock()
    if why is not None:
        house.store.commit(lambda connection: _end(connection, known, why, SERVICE, now))
    return why is not None


def _end(connection: Connection, known: Row[Any], why: Ended, by: str, now: Any) -> None:
    if known_answers.end(connection, known.id, by, why.value, now):
        body = {"decision": known.decision, "case": known.case, "by": by, "why": why.value}
        ledger.append(connection, "known_answer.ended", known.id, now, body)


def _led(connection: Connection, principal: Principal, case_id: str) -> Row[Any]:
    row = cases.get(connection, case_id)
    if row is None or not sees(principal, row.queue):
        raise no_case(case_id)
    if not principal.may_in(row.queue, Scope.LEAD):
        raise _not_yours(principal, row.queue)
    return row


def _not_yours(principal: Principal, queue: str) -> Forbidden:
    return Forbidden(
        f"{principal.name!r} does not lead queue {queue}",
        remedy="ask operations for the role lead in this queue",
        extra={"scopes": [Scope.LEAD.value], "queue": queue},
    )


def _standing(connection: Connection, row: Row[Any]) -> Row[Any]:
    known = known_answers.of_decision(connection, row.decision)
    if known is None:
        raise NotFound(f"case {row.id} is not marked as one whose answer is known")
    return known


def _view(connection: Connection, known: Row[Any], decided: int = 0, correct: int = 0) -> dict[str, Any]:
    return {
        "id": known.id,
        "case": known.case,
        "decision": known.decision,
        "workflow": known.workflow,
        "queue": known.queue,
        "labels": list(known.labels),
        "outcome": known.outcome,
        "note": read_note(connection, known.note),
        "by": known.by,
        "created_at": timestamp(known.created_at),
        "ended_at": timestamp(known.ended_at) if known.ended_at else None,
        "ended_by": known.ended_by,
        "ended_why": known.ended_why,
        "decided": decided,
        "correct": correct,
    }
