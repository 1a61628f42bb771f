"""Give somebody a copy of a case whose answer is known, in place of the case that was theirs next.

The copy is a decision and a case of their own: the same words, attributes, evidence and classifier's view as then, and
about as old as the case it stands in for, which waits on for whoever claims next. It counts for nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal, identity, same_person
from service.domain.answer import timestamp, to_bytes
from service.domain.case import CaseKind, CaseState
from service.domain.types import QueuePolicy, State
from service.ids import id_at, made_at
from service.store import cases, decisions, known_answers, ledger, payloads
from service.store.engine import Connection, Row
from service.usecases.case_grounds import suggestions
from service.usecases.collect import request_of
from service.usecases.house import House
from service.usecases.known_answers import retire
from service.usecases.move_case import SERVICE

_LOOKED = 50  # known answers of a queue, newest first
_OLDER = (0.005, 0.05)  # shares of its age by which a copy is older than the case it stands in for
_AT_LEAST = timedelta(seconds=1)
_SLOWEST = timedelta(seconds=5)  # from when a request came to when its case got its id
_TRIES = 10  # of these, in an order of chance


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to be given, as it was read."""

    known: Row[Any]
    decision: Row[Any]
    case: Row[Any]  #: in which it was decided first
    made: Mapping[str, Any]  #: what was answered
    labels: tuple[str, ...]  #: that it was answered with, or that people were led to


def drawn(house: House, principal: Principal, queue: str, policy: QueuePolicy) -> Copy | None:
    """The copy that this person is to be given next; None as a rule. Opens policies, so never inside a transaction.

    Never of a request that they had to do with, nor of one they were given before.
    """
    if not policy.known_answers or house.draw() >= policy.known_answers:
        return None
    with house.store.read() as connection:
        found = known_answers.for_person(connection, queue, identity(principal.name), _LOOKED)
    there = [known for known in found if principal.reaches(known.workflow)]
    for known in _by_chance(house, there)[:_TRIES]:
        if retire(house, known):
            continue
        with house.store.read() as connection:
            people = known_answers.involved(connection, known.decision)
        if not any(same_person(name, principal.name) for name in people):
            return _read(house, known)
    return None


def _by_chance(house: House, found: Sequence[Row[Any]]) -> list[Row[Any]]:
    begin = int(house.draw() * len(found))
    return [*found[begin:], *found[:begin]]


def _read(house: House, known: Row[Any]) -> Copy | None:
    with house.store.read() as connection:
        decision = decisions.get(connection, known.decision)
        case = cases.first_of(connection, known.decision)
        made = request_of(payloads.get(connection, decision.answer)) if decision is not None else {}
    if decision is None or case is None or not made:
        return None
    if made["state"] == State.FINAL.value:
        labels = tuple(scored["label"] for scored in made["labels"])
    else:
        labels = tuple(each["label"] for each in suggestions(house.shelf.policy(decision.release), made))
    return Copy(known, decision, case, made, labels)


def give(
    connection: Connection, house: House, copy: Copy, principal: Principal, instead_of: Row[Any], now: datetime
) -> Row[Any] | None:
    """The copy as a case, queued for a moment; None when it ended or was given to this person meanwhile."""
    known, who = known_answers.get(connection, copy.known.id), identity(principal.name)
    source = copy.decision.id
    if known is None or known.ended_at is not None or known_answers.had(connection, source, who):
        return None
    at = _a_little_older(house, instead_of.created_at, now)
    made = at + max(timedelta(0), min(_SLOWEST, made_at(instead_of.id) - instead_of.created_at))
    case_id, decision_id = id_at("case", made), id_at("dec", made)
    _add_decision(connection, house, copy, decision_id, case_id, at)
    _add_case(connection, copy, decision_id, case_id, instead_of, at)
    known_answers.give(
        connection,
        {
            "case": case_id,
            "decision": decision_id,
            "known_answer": known.id,
            "source": source,
            "person": principal.name,
            "identity": who,
            "given_at": now,
        },
    )
    body = {"case": case_id, "decision": decision_id, "source": source, "to": principal.name, "queue": instead_of.queue}
    ledger.append(connection, "known_answer.given", known.id, now, body)
    return cases.get(connection, case_id)


def _a_little_older(house: House, created_at: datetime, now: datetime) -> datetime:
    """Not of the very same moment: the other case may be the one that this person is given next."""
    share = _OLDER[0] + house.draw() * (_OLDER[1] - _OLDER[0])
    return created_at - max(_AT_LEAST, (now - created_at) * share)


def _add_decision(
    connection: Connection, house: House, copy: Copy, decision_id: str, case_id: str, at: datetime
) -> None:
    """As it stood before anybody had decided it. The request is the same payload, so that erasing that erases this."""
    row, made = copy.decision, copy.made
    answer_id = house.new_id("pay")
    answer = to_bytes({**made, "id": decision_id, "case": case_id, "created_at": timestamp(at)})
    payloads.add_beside(connection, row.id, at, (answer_id, "answer", answer))
    final = made["state"] == State.FINAL.value
    decisions.add(
        connection,
        {
            "id": decision_id,
            "workflow": row.workflow,
            "release": row.release,
            "principal": SERVICE,
            "groups": row.groups,
            "document_sequence": row.document_sequence,
            "created_at": at,
            "request": row.request,
            "answer": answer_id,
            "state": State.FINAL.value if final else State.WAITING.value,
            "outcome": made["outcome"],
            "decided_by": made["decided_by"],
            "label": copy.labels[0] if copy.labels else None,
            "labels": list(copy.labels),
            "probability": row.probability,
            "case": case_id,
            "final_at": at if final else None,
            "known_answer": copy.known.id,
        },
    )


def _add_case(
    connection: Connection, copy: Copy, decision_id: str, case_id: str, instead_of: Row[Any], at: datetime
) -> None:
    cases.add(
        connection,
        {
            "id": case_id,
            "decision": decision_id,
            "workflow": copy.case.workflow,
            "queue": instead_of.queue,
            "kind": CaseKind.KNOWN_ANSWER.value,
            "state": CaseState.QUEUED.value,
            "stage": CaseState.QUEUED.value,
            "priority": copy.case.priority,
            "reasons": list(copy.case.reasons),
            "created_at": at,
            "due_at": at + (instead_of.due_at - instead_of.created_at),
            "rank_at": instead_of.rank_at,
            "version": 1,
        },
    )
