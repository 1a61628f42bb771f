"""Make one decision: the story of the product.

Ticket, pointer, rooms, record. Everything up to the record only reads; the record is one transaction that holds the
decision, its audit record, the case if a person has to look, the outgoing event and the answer to repeat.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.answer import seen_by, to_bytes
from service.domain.audit import keyed_digest
from service.domain.case import CaseKind, CaseState
from service.domain.case_order import points, rank_at
from service.domain.types import DecidedBy, State
from service.errors import KeyReused
from service.observe import tracing
from service.observe.metrics import COMMIT, DECISIONS, REASONS, STAGE_SECONDS
from service.store import cases, decisions, events, idempotency, ledger, payloads, pointers
from service.store.engine import Connection, Row, Store
from service.usecases.ask import Ask, Asked, consider_ask, find_pointer
from service.usecases.attach_case import attach, joined, likeness
from service.usecases.case_vector import keep_vector
from service.usecases.consider import routed_again
from service.usecases.decision_record import record_of
from service.usecases.erased import refuse_erased
from service.usecases.house import House

__all__ = ["Answered", "Ask", "Prepared", "decide", "prepare"]  # who asks names what is asked by this module


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back over the wire."""

    status: int  #: 200 when final, 202 while a person has to decide
    body: bytes
    location: str | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Either the answer already (a repeat, a dry run), or the work that records it."""

    answered: Answered | None = None
    record: Callable[[Connection], Answered] | None = None
    count: Callable[[], None] | None = None  #: tells the metrics, once the record is durable

    def submit(self, store: Store) -> Future[Answered]:
        """Queue the record; the future holds the answer once it is durable."""
        assert self.record is not None, "what is not answered yet has to be recorded"
        begun, traced = time.perf_counter(), tracing.later(COMMIT)

        def over(future: Future[Answered]) -> None:
            traced()
            STAGE_SECONDS.labels(COMMIT).observe(time.perf_counter() - begun)
            self._count(future)

        future = store.submit(self.record)
        future.add_done_callback(over)
        return future

    def _count(self, future: Future[Answered]) -> None:
        done = not future.cancelled() and future.exception() is None
        if self.count is not None and done and not future.result().replayed:
            self.count()


@dataclass(frozen=True, slots=True)
class _Made:
    """A decision that is made and not yet recorded."""

    id: str
    case_id: str | None
    ask: Ask
    asked: Asked
    answer: dict[str, Any]
    likeness: str | None  #: what a case that it may join has too; None: it joins none

    @property
    def status(self) -> int:
        return 202 if self.asked.considered.automatic.state is State.WAITING else 200

    def answered(self, principal: Principal, *, location: bool = True) -> Answered:
        body = to_bytes(seen_by(self.answer, explain=principal.may(Scope.EXPLAIN)))
        return Answered(self.status, body, f"/v1/decisions/{self.id}" if location else None)


def decide(house: House, principal: Principal, ask: Ask, *, key: str | None = None) -> Answered:
    """Prepare and record in one go, for callers that may block."""
    prepared = prepare(house, principal, ask, key=key)
    return prepared.answered or prepared.submit(house.store).result()


def prepare(house: House, principal: Principal, ask: Ask, *, key: str | None = None, dry_run: bool = False) -> Prepared:
    """Take the request from its ticket to the edge of the ledger. CPU work; run it in `house.judges`.

    Raises InvalidRequest naming each field that is wrong, and KeyReused for a key that came with another request.
    """
    ticket = _Ticket(principal, key, ask) if key is not None and not dry_run else None
    with house.store.read() as connection:
        repeat = ticket.repeat(connection) if ticket else None
        if repeat:
            return Prepared(answered=repeat)
        found = find_pointer(connection, ask.workflow)
    asked = consider_ask(house, principal, ask, found, checked=not dry_run)
    made = _made(house, ask, asked, None if dry_run else likeness(house, principal, ask, asked))
    if dry_run:
        return Prepared(answered=made.answered(principal, location=False))
    recorded = [made]

    def record(connection: Connection) -> Answered:
        recorded[0] = _as_it_stands(house, made, connection)
        return _record(house, principal, recorded[0], ticket, connection)

    return Prepared(record=record, count=lambda: _count(house, recorded[0]))


def _made(house: House, ask: Ask, asked: Asked, alike: str | None, decision_id: str = "") -> _Made:
    automatic = asked.considered.automatic
    decision_id = decision_id or house.new_id("dec")
    wants_case = automatic.state is State.WAITING or automatic.after_the_fact
    case_id = house.new_id("case") if wants_case else None
    return _Made(decision_id, case_id, ask, asked, asked.answer(decision_id, case_id), alike)


def _as_it_stands(house: House, made: _Made, connection: Connection) -> _Made:
    """The same, unless everything automatic was stopped since it was considered: then a person decides.

    Asked where it is recorded: once somebody who halts has their answer, nothing automatic is recorded any more.
    """
    asked, automatic = made.asked, made.asked.considered.automatic
    if automatic.decided_by is not DecidedBy.CLASSIFIER:
        return made
    stopped = pointers.stopped(connection, asked.release.workflow.name)
    if not stopped:
        return made
    before = asked.considered.circumstances
    now = replace(before, halted=stopped.halted, degraded=before.degraded or stopped.watched)
    considered = routed_again(asked.considered, asked.release, asked.certificate, now)
    return _made(house, made.ask, replace(asked, considered=considered), None, decision_id=made.id)


def _record(
    house: House, principal: Principal, made: _Made, ticket: _Ticket | None, connection: Connection
) -> Answered:
    """One transaction: payloads, decision, case, audit record, event, ticket. No ink, no decision."""
    repeat = ticket.repeat(connection) if ticket else None
    if repeat:
        return repeat
    asked, automatic, now = made.asked, made.asked.considered.automatic, made.asked.at
    joins = joined(connection, made.likeness, asked.release.workflow.queue.attach.most)
    if joins is not None:
        made = replace(made, case_id=joins.id, answer={**made.answer, "case": joins.id})
    request = to_bytes({"text": made.ask.text, "attributes": dict(made.ask.attributes), "subject": made.ask.subject})
    stored_answer = to_bytes(made.answer)
    request_id, answer_id = house.new_id("pay"), house.new_id("pay")
    written = ((request_id, "request", request), (answer_id, "answer", stored_answer))
    payloads.add(connection, made.ask.subject, now, *written, workflow=asked.release.workflow.name)
    decisions.add(
        connection,
        {
            "id": made.id,
            "workflow": asked.release.workflow.name,
            "release": asked.release.id,
            "principal": principal.name,
            "groups": sorted(principal.groups),
            "document_sequence": asked.pointer.document_sequence,
            "created_at": now,
            "request": request_id,
            "answer": answer_id,
            "state": automatic.state.value,
            "outcome": automatic.outcome.value,
            "decided_by": automatic.decided_by.value if automatic.decided_by else None,
            "label": automatic.label,
            "labels": list(automatic.labels),
            "probability": asked.drawn,
            "case": made.case_id,
            "final_at": now if automatic.state is State.FINAL else None,
        },
    )
    if made.case_id and joins is None:
        _open_case(house, connection, made, made.case_id)
    body = record_of(asked, principal.name, principal.groups, made.case_id)
    body["request_digest"] = keyed_digest(house.secret, request)
    body["answer_digest"] = keyed_digest(house.secret, stored_answer)
    ledger.append(connection, "decision.made", made.id, now, body)
    told = {"decision": made.id, "workflow": asked.release.workflow.name, "state": automatic.state.value}
    events.add(connection, house.new_id("evt"), "decision.created", made.id, told, now)
    if joins is not None:
        attach(connection, house, joins, made.id, now)
    if ticket:
        ticket.keep(connection, made)
    return made.answered(principal)


def _open_case(house: House, connection: Connection, made: _Made, case_id: str) -> None:
    automatic, workflow, now = made.asked.considered.automatic, made.asked.release.workflow, made.asked.at
    judgement, policy = made.asked.considered.judgement, workflow.queue.priority
    # The place of what was only drawn says nothing of what the classifier thinks.
    sure = judgement.confidence if judgement is not None and automatic.state is State.WAITING else None
    priority = points(policy, automatic.priority, made.ask.attributes, sure)
    due_at = now + timedelta(hours=workflow.queue.sla_hours)
    cases.add(
        connection,
        {
            "id": case_id,
            "decision": made.id,
            "workflow": workflow.name,
            "queue": automatic.queue or workflow.queue.name,
            "kind": (CaseKind.HELD if automatic.state is State.WAITING else CaseKind.AFTER_THE_FACT).value,
            "state": CaseState.QUEUED.value,
            "stage": CaseState.QUEUED.value,
            "priority": priority,
            "reasons": [reason.value for reason in automatic.reasons],
            "created_at": now,
            "due_at": due_at,
            "rank_at": rank_at(policy, due_at, priority),
            "likeness": made.likeness,
            "version": 1,
        },
    )
    keep_vector(house, connection, made.id, made.asked)
    events.add(
        connection,
        house.new_id("evt"),
        "case.created",
        case_id,
        {
            "case": case_id,
            "decision": made.id,
            "workflow": workflow.name,
            "queue": automatic.queue or workflow.queue.name,
            "state": CaseState.QUEUED.value,
        },
        now,
    )


def _count(house: House, made: _Made) -> None:
    asked, automatic = made.asked, made.asked.considered.automatic
    name = asked.release.workflow.name
    house.tally.count(name, asked.release.id, asked.considered.ruling, automatic, asked.at)
    DECISIONS.labels(name, automatic.outcome.value, automatic.decided_by or "nobody").inc()
    for reason in automatic.reasons:
        REASONS.labels(name, reason.value).inc()


class _Ticket:
    """An idempotency key with the digest of the request it came with."""

    def __init__(self, principal: Principal, key: str, ask: Ask) -> None:
        self.principal = principal
        self.key = key
        content = json.dumps(
            [ask.workflow, ask.text, ask.attributes, ask.subject], sort_keys=True, ensure_ascii=True, default=str
        )
        self.digest = hashlib.sha256(content.encode()).hexdigest()

    def repeat(self, connection: Connection) -> Answered | None:
        """The first answer, byte for byte, if this key was used with this request."""
        row = idempotency.find(connection, self.principal.name, self.key)
        if row is None:
            return None
        decision = decisions.get(connection, row.decision)
        assert decision is not None, "the foreign key keeps the decision"
        refuse_erased(connection, decision)
        if row.request_digest != self.digest:
            raise KeyReused(
                f"this Idempotency-Key belongs to decision {row.decision}, which was asked for something else",
                remedy="use a new key for a new request",
            )
        return self._first_answer(connection, row, decision.answer)

    @staticmethod
    def _first_answer(connection: Connection, row: Row[Any], answer: str) -> Answered:
        full = json.loads(payloads.get(connection, answer))
        body = to_bytes(seen_by(full, explain=row.explained))
        return Answered(row.status, body, f"/v1/decisions/{row.decision}", replayed=True)

    def keep(self, connection: Connection, made: _Made) -> None:
        idempotency.add(
            connection,
            principal=self.principal.name,
            key=self.key,
            request_digest=self.digest,
            decision=made.id,
            status=made.status,
            explained=self.principal.may(Scope.EXPLAIN),
            now=made.asked.at,
        )
