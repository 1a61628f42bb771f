"""Whoever asked for a decision answers what they were asked.

The request stays as it was recorded, and so does what was made of it: the answer is evidence for whoever decides. But
rules are to miss nothing, so those in force now look at the answer, and at the request as it is complete with it. What
they find is shown to the reviewer and recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rules.evaluate import evaluate
from rules.model import Ruling
from rules.normalize import normalize
from service.domain.access import Principal
from service.domain.answer import rules_part, timestamp, to_bytes
from service.domain.answered import BETWEEN, found_in
from service.domain.audit import keyed_digest
from service.domain.case import CaseAction, CaseState
from service.errors import Conflict, FieldProblem, InvalidRequest, KeyReused, NotFound
from service.store import cases, decisions, payloads, questions
from service.store.engine import Connection, Row
from service.store.pointers import pointer
from service.usecases.come_back import boosted
from service.usecases.house import House
from service.usecases.move_case import locked, move
from service.usecases.queue_policy import queue_policy


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody has to say to a question."""

    text: str
    attributes: Mapping[str, object] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        return to_bytes(
            {"text": self.text, "attributes": {name: self.attributes[name] for name in sorted(self.attributes)}}
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """What rules made of an answer."""

    ruling: Ruling
    release: str  #: whose rules


@dataclass(frozen=True, slots=True)
class Taken:
    """What whoever answered is told."""

    body: Mapping[str, Any]
    replayed: bool = False  #: it had been taken before, with the same key


def answer(house: House, principal: Principal, decision_id: str, said: Answer, *, key: str | None = None) -> Taken:
    """The case comes back before all that are due alike. The same `key` with the same answer is told the same again.

    NotFound for a decision that is somebody else's; Conflict where nobody asks, and says how the case stands;
    KeyReused; InvalidRequest names each field that is wrong.
    """
    now, digest = house.clock(), keyed_digest(house.secret, said.as_bytes())
    with house.store.read() as connection:
        decision = decisions.get(connection, decision_id)
        if decision is None or decision.principal != principal.name:
            raise NotFound(f"there is no decision {decision_id}")
        repeat = _repeat(connection, decision, key, digest)
        if repeat is not None:
            return repeat
        case = _case_of(connection, decision)
        request = json.loads(payloads.get(connection, decision.request))
        made = json.loads(payloads.get(connection, decision.answer))
    _refuse_unasked(case, decision_id)
    looked = _look(house, decision, request, made, said, now)
    policy = queue_policy(house, case.queue, case.workflow)

    def work(connection: Connection) -> Taken:
        repeat = _repeat(connection, decision, key, digest)
        if repeat is not None:
            return repeat
        row = locked(connection, case.id)
        question = questions.open_of(connection, row.id)
        if question is None or question.decision != decision_id:  # what is attached to a case is not what is asked
            raise _unasked(row, decision_id)
        values = boosted(connection, row, policy, now)
        payload = house.new_id("pay")
        written = to_bytes({**json.loads(said.as_bytes()), "rules": rules_part(looked.ruling)})
        payloads.add_beside(connection, decision_id, now, (payload, "information", written))
        effect = looked.ruling.effect
        questions.end(
            connection,
            question.id,
            "answered",
            now,
            {
                "said": payload,
                "said_by": principal.name,
                "release": looked.release,
                "effect": effect.value if effect else None,
                "key": key,
                "digest": digest,
            },
        )
        move(
            connection,
            house,
            row,
            CaseAction.ANSWER,
            by=principal.name,
            now=now,
            values=values,
            told={"question": question.id},
            recorded={"written_digest": keyed_digest(house.secret, written), **_recorded(looked)},
        )
        return _told(question.id, decision_id, now)

    return house.store.commit(work)


def _look(
    house: House, decision: Row[Any], request: Mapping[str, Any], made: Mapping[str, Any], said: Answer, now: datetime
) -> Looked:
    """What the rules in force now say of the answer, and of the request with it. InvalidRequest."""
    with house.store.read() as connection:
        found = pointer(connection, decision.workflow)
    assert found is not None, "what was decided has a workflow that answers"
    ruleset = house.shelf.rules(found.release)
    problems = [
        FieldProblem(f"attributes.{each.field}" if each.field else "attributes", each.message, each.remedy)
        for each in ruleset.schema.check(said.attributes)
    ]
    text = normalize(said.text)
    if len(said.text) > house.settings.max_text_chars:
        most = house.settings.max_text_chars
        problems.append(FieldProblem("text", f"longer than {most} characters", "send a shorter text"))
    elif not text.clean.strip():
        problems.append(FieldProblem("text", "nothing to read in it", "answer the question in words"))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    attributes = ruleset.schema.coerce({**request.get("attributes", {}), **said.attributes})
    key, off = request.get("subject"), house.disables.off(found, now).rules
    before = f"{request.get('text', '')}{BETWEEN}"
    alone = evaluate(ruleset, text, attributes, now, key=key, off=off)
    whole = evaluate(ruleset, normalize(before + said.text), attributes, now, key=key, off=off)
    return Looked(found_in(alone, whole, _known(made), len(before)), found.release)


def _known(made: Mapping[str, Any]) -> frozenset[str]:
    """Rules that matched the request, or might have: the reviewer sees those beside it."""
    rules = made.get("rules") or {}
    return frozenset(each["rule"] for part in ("findings", "unknown") for each in rules.get(part, ()))


def _recorded(looked: Looked) -> dict[str, Any]:
    """What the ledger says: rules and what they ask for, never a word of the answer."""
    ruling = looked.ruling
    findings = [
        {"rule": each.rule, "status": each.status.value, "effect": each.effect.value}
        for each in (*ruling.matched, *ruling.unknown, *ruling.exempted)
    ]
    return {"release": looked.release, "findings": findings}


def _repeat(connection: Connection, decision: Row[Any], key: str | None, digest: str) -> Taken | None:
    question = questions.answered_with(connection, decision.id, key) if key is not None else None
    if question is None:
        return None
    if question.digest != digest:
        raise KeyReused(
            "this Idempotency-Key came with another answer to this decision", remedy="use a new key for a new answer"
        )
    return _told(question.id, decision.id, question.ended_at, replayed=True)


def _told(question: str, decision_id: str, at: datetime, *, replayed: bool = False) -> Taken:
    return Taken({"decision": decision_id, "question": question, "answered_at": timestamp(at)}, replayed)


def _case_of(connection: Connection, decision: Row[Any]) -> Row[Any]:
    case = cases.get(connection, decision.case) if decision.case is not None else None
    if case is None:
        raise Conflict(
            f"decision {decision.id} is {decision.state}: nobody asks anything of it",
            remedy="read the decision: `question` says what is asked",
            extra={"state": decision.state},
        )
    return case


def _refuse_unasked(case: Row[Any], decision_id: str) -> None:
    if case.state != CaseState.NEEDS_INFORMATION.value:
        raise _unasked(case, decision_id)


def _unasked(case: Row[Any], decision_id: str) -> Conflict:
    words = case.state.replace("_", " ")
    return Conflict(
        f"nobody asks anything of decision {decision_id} now: its case is {words}",
        remedy="read the decision: `question` says what is asked; it was answered already, or people went on without",
        extra={"state": case.state},
    )
