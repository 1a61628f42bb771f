"""What is shown of a case's known answer, and to whom: to leads and auditors, and to nobody before they decided it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.access import Principal, Scope, same_person
from service.domain.case import CaseKind, CaseState
from service.domain.types import State
from service.store import known_answers
from service.store.engine import Connection, Row


@dataclass(frozen=True, slots=True)
class Given:
    """A copy, as it was given."""

    known: Row[Any]
    given: Row[Any]

    def open_to(self, principal: Principal, queue: str) -> bool:
        """Whether somebody may know what this is: who judges, and of their own once it is over."""
        own, over = same_person(self.given.person, principal.name), self.given.ended_at is not None
        return _judges(principal, queue) and (over or not own)


def kind_of(connection: Connection, principal: Principal, row: Row[Any], made: Mapping[str, Any]) -> str:
    """The kind that a case is to this person; `made` is what was answered. A copy is what its own case was."""
    given = _given(connection, row)
    if given is None or given.open_to(principal, row.queue):
        return str(row.kind)
    return (CaseKind.AFTER_THE_FACT if made.get("state") == State.FINAL.value else CaseKind.HELD).value


def answer_of(connection: Connection, principal: Principal, row: Row[Any], *, told: bool) -> Mapping[str, Any] | None:
    """The known answer of a case, or of the one it is a copy of; None: there is none, or it is not for this person.

    `told`: the queue tells the right answer to whoever decided a copy.
    """
    given = _given(connection, row)
    if given is None:
        return _marked(connection, row) if _judges(principal, row.queue) else None
    if given.open_to(principal, row.queue):
        return _shown(given.known, given.given, given.known.case)
    own, out = same_person(given.given.person, principal.name), row.delivered_at is not None
    return _shown(given.known, given.given, None) if told and own and out else None


def _given(connection: Connection, row: Row[Any]) -> Given | None:
    if row.kind != CaseKind.KNOWN_ANSWER.value:
        return None
    given = known_answers.given_in(connection, row.id)
    known = known_answers.get(connection, given.known_answer) if given is not None else None
    assert given is not None, "a case of this kind is given with its known answer"
    assert known is not None, "likewise"
    return Given(known, given)


def _judges(principal: Principal, queue: str) -> bool:
    return principal.may(Scope.AUDIT) or principal.may_in(queue, Scope.LEAD)


def _marked(connection: Connection, row: Row[Any]) -> Mapping[str, Any] | None:
    """Of a case that is out: whether its answer is known."""
    known = known_answers.of_decision(connection, row.decision) if row.state == CaseState.DELIVERED.value else None
    return None if known is None else _shown(known, None, known.case)


def _shown(known: Row[Any], given: Row[Any] | None, case: str | None) -> Mapping[str, Any]:
    return {
        "id": known.id,
        "labels": list(known.labels),
        "outcome": known.outcome,
        "case": case,
        "person": given.person if given is not None else None,
        "correct": given.correct if given is not None else None,
    }
