"""Make one decision: the story of the product.

Ticket, pointer, rooms, record. Everything up to the record only reads; the record is one transaction that holds the
decision, its audit record, the case if a person has to look, the outgoing event and the answer to repeat.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rules.model import AttributeValue
from rules.normalize import normalize
from service.domain.access import Principal, Scope
from service.domain.answer import answer, seen_by, timestamp, to_bytes
from service.domain.audit import keyed_digest, millionths
from service.domain.case import CaseKind, CaseState
from service.domain.decide import Circumstances
from service.domain.types import State
from service.errors import FieldProblem, InvalidRequest, KeyReused
from service.observe.metrics import DECISIONS, REASONS
from service.store import cases, decisions, events, idempotency, ledger, payloads
from service.store.engine import Connection, Row, Store
from service.store.pointers import Pointer, pointer, pointers
from service.usecases.consider import Considered, consider
from service.usecases.house import House
from service.usecases.shelf import OpenRelease


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller sends."""

    workflow: str
    text: str
    attributes: Mapping[str, object] = field(default_factory=dict)
    subject: str | None = None  #: the caller's name for the person concerned


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
        future = store.submit(self.record)
        future.add_done_callback(self._count)
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
    attributes: Mapping[str, AttributeValue]
    release: OpenRelease
    pointer: Pointer
    considered: Considered
    answer: dict[str, Any]
    at: datetime

    @property
    def status(self) -> int:
        return 202 if self.considered.automatic.state is State.WAITING else 200

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
        found = None if repeat else pointer(connection, ask.workflow)
        known = [] if repeat or found else [p.workflow for p in pointers(connection)]
    if repeat:
        return Prepared(answered=repeat)
    if found is None:
        raise InvalidRequest(
            f"there is no workflow {ask.workflow!r}",
            problems=(FieldProblem("workflow", "unknown workflow", f"known are {', '.join(known) or 'none yet'}"),),
        )
    made = _make(house, principal, ask, found)
    if dry_run:
        return Prepared(answered=made.answered(principal, location=False))
    return Prepared(
        record=lambda connection: _record(house, principal, made, ticket, connection), count=lambda: _count(made)
    )


def check_request(release: OpenRelease, ask: Ask, max_chars: int) -> dict[str, AttributeValue]:
    """The request's attributes, typed; InvalidRequest names every field that cannot be decided on."""
    problems = [
        FieldProblem(f"attributes.{p.field}" if p.field else "attributes", p.message, p.remedy)
        for p in release.ruleset.schema.check(ask.attributes)
    ]
    if len(ask.text) > max_chars:
        problems.append(FieldProblem("text", f"longer than {max_chars} characters", "send a shorter text"))
    elif not normalize(ask.text).clean.strip():
        problems.append(FieldProblem("text", "nothing to read in it", "send the words of the request"))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    return dict(release.ruleset.schema.coerce(ask.attributes))


def _make(house: House, principal: Principal, ask: Ask, found: Pointer) -> _Made:
    release = house.shelf.open(found.release)
    attributes = check_request(release, ask, house.settings.max_text_chars)
    now = house.clock()
    considered = consider(
        release,
        house.encoder,
        ask.text,
        attributes,
        lambda narrow: house.allowed.get(
            release.workflow.collections, found.document_sequence, principal.groups, now, narrow
        ),
        now,
        k=house.settings.evidence_k,
        max_windows=house.settings.max_windows,
        circumstances=Circumstances(halted=found.halted, random_check=house.draw() < release.workflow.random_check),
        certificate=release.certificate,
    )
    automatic = considered.automatic
    decision_id = house.new_id("dec")
    wants_case = automatic.state is State.WAITING or automatic.after_the_fact
    case_id = house.new_id("case") if wants_case else None
    full = answer(
        decision_id=decision_id,
        workflow=release.workflow,
        release=release.id,
        automatic=automatic,
        ruling=considered.ruling,
        judgement=considered.judgement,
        evidence=considered.evidence,
        case_id=case_id,
        created_at=now,
    )
    return _Made(decision_id, case_id, ask, attributes, release, found, considered, full, now)


def _record(
    house: House, principal: Principal, made: _Made, ticket: _Ticket | None, connection: Connection
) -> Answered:
    """One transaction: payloads, decision, case, audit record, event, ticket. No ink, no decision."""
    repeat = ticket.repeat(connection) if ticket else None
    if repeat:
        return repeat
    automatic, now = made.considered.automatic, made.at
    request = to_bytes({"text": made.ask.text, "attributes": dict(made.ask.attributes), "subject": made.ask.subject})
    stored_answer = to_bytes(made.answer)
    request_id, answer_id = house.new_id("pay"), house.new_id("pay")
    written = ((request_id, "request", request), (answer_id, "answer", stored_answer))
    payloads.add(connection, made.ask.subject, now, *written)
    decisions.add(
        connection,
        {
            "id": made.id,
            "workflow": made.release.workflow.name,
            "release": made.release.id,
            "principal": principal.name,
            "groups": sorted(principal.groups),
            "document_sequence": made.pointer.document_sequence,
            "created_at": now,
            "request": request_id,
            "answer": answer_id,
            "state": automatic.state.value,
            "outcome": automatic.outcome.value,
            "decided_by": automatic.decided_by.value if automatic.decided_by else None,
            "label": automatic.label,
            "case": made.case_id,
            "final_at": now if automatic.state is State.FINAL else None,
        },
    )
    if made.case_id:
        _open_case(connection, made, made.case_id)
    body = _audit_body(made, principal)
    body["request_digest"] = keyed_digest(house.secret, request)
    body["answer_digest"] = keyed_digest(house.secret, stored_answer)
    ledger.append(connection, "decision.made", made.id, now, body)
    told = {"decision": made.id, "workflow": made.release.workflow.name, "state": automatic.state.value}
    events.add(connection, house.new_id("evt"), "decision.created", made.id, told, now)
    if ticket:
        ticket.keep(connection, made)
    return made.answered(principal)


def _open_case(connection: Connection, made: _Made, case_id: str) -> None:
    automatic, policy = made.considered.automatic, made.release.workflow.queue
    cases.add(
        connection,
        {
            "id": case_id,
            "decision": made.id,
            "workflow": made.release.workflow.name,
            "queue": automatic.queue or policy.name,
            "kind": (CaseKind.HELD if automatic.state is State.WAITING else CaseKind.AFTER_THE_FACT).value,
            "state": CaseState.QUEUED.value,
            "priority": automatic.priority,
            "reasons": [reason.value for reason in automatic.reasons],
            "created_at": made.at,
            "due_at": made.at + timedelta(hours=policy.sla_hours),
            "version": 1,
        },
    )


def _audit_body(made: _Made, principal: Principal) -> dict[str, Any]:
    """What the ledger says of a decision: ids, digests and numbers, never a word of the request."""
    automatic, ruling, judgement = made.considered.automatic, made.considered.ruling, made.considered.judgement
    row = made.release.row
    return {
        "workflow": made.release.workflow.name,
        "release": made.release.id,
        "parts": {name: row[name] for name in ("rules", "policy", "head", "snapshot", "encoder")},
        "route": dict(row["route"]),
        "document_sequence": made.pointer.document_sequence,
        "groups": sorted(principal.groups),
        "clock": timestamp(made.at),
        "principal": principal.name,
        "state": automatic.state.value,
        "outcome": automatic.outcome.value,
        "decided_by": automatic.decided_by.value if automatic.decided_by else None,
        "label": automatic.label,
        "reasons": [reason.value for reason in automatic.reasons],
        "case": made.case_id,
        "findings": [
            {"rule": f.rule, "status": f.status.value, "effect": f.effect.value}
            for f in (*ruling.matched, *ruling.unknown)
        ],
        "judgement": {
            "label": judgement.scores[0].label,
            "confidence": millionths(judgement.confidence),
            "margin": millionths(judgement.margin),
            "energy": millionths(judgement.energy),
            "in_domain": judgement.in_domain,
        }
        if judgement
        else None,
        "evidence": [
            {
                "document": f"{e.key.collection}/{e.key.id}@{e.key.version}",
                "passage": e.ordinal,
                "score": millionths(e.score),
            }
            for e in made.considered.evidence
        ],
    }


def _count(made: _Made) -> None:
    automatic, name = made.considered.automatic, made.release.workflow.name
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
        if row.request_digest != self.digest:
            raise KeyReused(
                f"this Idempotency-Key belongs to decision {row.decision}, which was asked for something else",
                remedy="use a new key for a new request",
            )
        return self._first_answer(connection, row)

    @staticmethod
    def _first_answer(connection: Connection, row: Row[Any]) -> Answered:
        decision = decisions.get(connection, row.decision)
        assert decision is not None, "the foreign key keeps the decision"
        full = json.loads(payloads.get(connection, decision.answer))
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
            now=made.at,
        )
