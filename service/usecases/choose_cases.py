"""Which cases something is to be done to at once: those named, or those of a queue that fit.

What a lead has seen in a preview is what is done, and nothing else: the preview has a digest of the cases it found, and
doing it asks for that digest. Blind checks and second opinions are never among them, for each is somebody's own look.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.case import CaseState, lease_expired
from service.errors import FieldProblem, Forbidden, InvalidRequest
from service.store import cases, decisions, payloads
from service.store.engine import Connection, Row
from service.usecases.case_grounds import is_blind, suggestions
from service.usecases.house import House
from service.usecases.move_case import is_copy, no_case
from service.usecases.queue_policy import queue_policy
from service.usecases.read_as import read_text
from service.usecases.read_case import EXCERPT
from service.usecases.shown_text import shown_text

MOST = 500  #: cases at once
_LOOKED = 2_000  # cases of a queue, best first, that are looked through


@dataclass(frozen=True, slots=True)
class Wanted:
    """Cases by name; or those of a queue that wait, narrowed by what else is given."""

    cases: tuple[str, ...] = ()
    queue: str | None = None
    reason: str | None = None
    label: str | None = None  #: the classifier's most likely one
    like: str | None = None  #: a case whose request theirs resembles
    least: float = 0.9  #: cosine of the two requests, -1 to 1


@dataclass(frozen=True, slots=True)
class Item:
    """A case that would be among them."""

    case: str
    queue: str
    workflow: str
    excerpt: str
    suggestion: str | None  #: the classifier's most likely label
    similarity: float | None  #: to the request that they are to resemble


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was found, best first."""

    items: tuple[Item, ...]
    left_out: tuple[tuple[str, str], ...]  #: (case, why)
    more: bool  #: more than `MOST` fit; the first ones are here

    @property
    def digest(self) -> str:
        """Names these very cases."""
        return hashlib.sha256("\n".join(sorted(item.case for item in self.items)).encode()).hexdigest()[:16]


def choose(house: House, principal: Principal, wanted: Wanted, states: Iterable[CaseState]) -> Chosen:
    """The cases in one of `states`, of queues that the principal leads.

    InvalidRequest when neither cases nor a queue are named, or both; NotFound for a case that is not there; Forbidden
    for a queue that the principal does not lead.
    """
    _check(wanted)
    now, admitted = house.clock(), frozenset(states)
    target = None if wanted.like is None else _vector(house, _text(house, principal, wanted.like))
    blind_first = cache(lambda queue, workflow: queue_policy(house, queue, workflow).blind_first)
    items: list[Item] = []
    left_out: list[tuple[str, str]] = []
    with house.store.read() as connection:
        rows = _rows(connection, principal, wanted)
        for row in rows:
            if target is None and len(items) > MOST:
                break  # they come best first
            _admit(principal, row.queue)
            decision = decisions.get(connection, row.decision)
            assert decision is not None, "the foreign key keeps the decision"
            state = CaseState(row.state)
            if lease_expired(state, row.lease_until, now):
                state = CaseState(row.stage)
            why = _why_not(row, decision, state, admitted)
            if why is not None:
                if wanted.cases:
                    left_out.append((row.id, why))
                continue
            request = json.loads(payloads.get(connection, decision.request))
            made = json.loads(payloads.get(connection, decision.answer))
            # Where people decide first nobody is led, nor by which cases a label finds.
            first = blind_first(row.queue, row.workflow)
            led = [] if first else suggestions(house.shelf.policy(decision.release), made)
            suggestion = led[0]["label"] if led else None
            if wanted.label is not None and suggestion != wanted.label:
                continue
            near = None if target is None else float(target @ _vector(house, str(request.get("text", ""))))
            if near is None or near >= wanted.least:
                excerpt = shown_text(request, made)[:EXCERPT]
                items.append(Item(row.id, row.queue, row.workflow, excerpt, suggestion, near))
    if target is not None:
        items.sort(key=lambda item: -(item.similarity or 0.0))
    return Chosen(tuple(items[:MOST]), tuple(left_out), len(items) > MOST or len(rows) == _LOOKED)


def _check(wanted: Wanted) -> None:
    problem = None
    if bool(wanted.cases) == (wanted.queue is not None):
        problem = FieldProblem("queue", "name either cases or a queue", "leave one of the two out")
    elif len(wanted.cases) > MOST:
        problem = FieldProblem("cases", f"{len(wanted.cases)} are too many", f"name {MOST} at most")
    if problem is not None:
        raise InvalidRequest(problem.message, problems=(problem,))


def _rows(connection: Connection, principal: Principal, wanted: Wanted) -> Sequence[Row[Any]]:
    if wanted.queue is not None:
        among, reason = frozenset({wanted.queue}), wanted.reason
        mine = principal.workflows
        return cases.page(
            connection, queues=among, state="open", reason=reason, after=None, limit=_LOOKED, workflows=mine
        )
    found = []
    for case_id in dict.fromkeys(wanted.cases):
        row = cases.get(connection, case_id)
        if row is None or not principal.reaches(row.workflow):
            raise no_case(case_id)
        found.append(row)
    return found


def _admit(principal: Principal, queue: str) -> None:
    if not principal.may_in(queue, Scope.LEAD):
        raise Forbidden(
            f"{principal.name!r} does not lead queue {queue}",
            remedy="ask operations for the role lead in this queue",
            extra={"scopes": [Scope.LEAD.value], "queue": queue},
        )


def _why_not(row: Row[Any], decision: Row[Any], state: CaseState, admitted: frozenset[CaseState]) -> str | None:
    if is_blind(row, decision):
        return "it is a blind check: whoever decides it has to look at it by itself"
    if is_copy(row):
        return "it is for whoever holds it alone"
    if row.stage in (CaseState.SECOND_REVIEW.value, CaseState.ADJUDICATION.value):
        return "it waits for an opinion of its own"
    if state is CaseState.CLAIMED and state not in admitted:
        return f"{row.holder} holds it until {timestamp(row.lease_until)}"
    return None if state in admitted else f"it is {state.value.replace('_', ' ')}"


def _text(house: House, principal: Principal, case_id: str) -> str:
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
        decision = decisions.get(connection, row.decision) if row is not None else None
        if row is None or decision is None or not principal.reaches(row.workflow):
            raise no_case(case_id)
        _admit(principal, row.queue)
        return str(json.loads(payloads.get(connection, decision.request)).get("text", ""))


def _vector(house: House, text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return house.encoder.windows(read_text(text), max_windows=house.settings.max_windows).pooled
