"""A person decides a case: a record linked to the automatic decision, made once, with a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.model import Effect
from service.domain.access import Principal
from service.domain.answer import to_bytes
from service.domain.audit import keyed_digest
from service.domain.case import CaseAction
from service.domain.types import DecidedBy, Outcome, Workflow
from service.errors import FieldProblem, InvalidRequest, NotFound
from service.store import cases, decisions, events, ledger, payloads, rule_hours
from service.store.engine import Connection, Row
from service.usecases.claim_case import held, move
from service.usecases.house import House
from service.usecases.read_decision import view

#: What a reason code looks like: it goes on the ledger, which holds no personal text.
REASON_CODE = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}"
_ASKS_FOR_A_PERSON = frozenset({Effect.REVIEW, Effect.RECHECK})


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a reviewer decides. `labels` may be empty: none of these."""

    labels: tuple[str, ...]
    reason_code: str
    outcome: Outcome | None = None  #: None: the labels' own
    note: str | None = None
    passage_ids: tuple[str, ...] = ()  #: the passages that justified it
    reply: str | None = None


def resolve(house: House, principal: Principal, case_id: str, token: str, resolution: Resolution) -> dict[str, Any]:
    """Decide the case. LeaseLost when the lease is not the caller's any more; InvalidRequest for bad fields."""
    now = house.clock()
    release, made = _grounds(house, case_id)
    passages = frozenset(found["passage_id"] for found in made.get("documents", ()))
    workflow = house.shelf.policy(release)

    def work(connection: Connection) -> str:
        row = held(connection, principal, case_id, token, CaseAction.DECIDE, now)
        outcome = settle_outcome(workflow, resolution, passages)
        _record(house, connection, principal, row, resolution, outcome, now)
        _judge_rules(connection, workflow.name, release, made, outcome, now)
        return str(row.decision)

    decision_id = house.store.commit(work)
    house.changed.tell(decision_id)
    return view(house, principal, decision_id)


def settle_outcome(workflow: Workflow, resolution: Resolution, passages: Collection[str]) -> Outcome:
    """The outcome that goes out: the one named, else the labels' own. A person must end with allow or block.

    `passages` are the ids of those found for the decision. InvalidRequest names each field that is wrong.
    """
    problems = [
        FieldProblem("labels", f"no label {label!r} in workflow {workflow.name}", "choose from the case's choices")
        for label in resolution.labels
        if workflow.label(label) is None
    ]
    if not _is_code(workflow, resolution.reason_code):
        hint = "letters, digits and _ . : - only, 80 at most; what is to be said in words goes into `note`"
        problems.append(FieldProblem("reason_code", "not a code", hint))
    problems += [
        FieldProblem("passage_ids", f"{passage!r} was not found for this decision", "choose from the case's documents")
        for passage in resolution.passage_ids
        if passage not in passages
    ]
    own = {found.outcome for label in resolution.labels if (found := workflow.label(label))}
    outcome = resolution.outcome or (own.pop() if len(own) == 1 else None)
    if outcome is None or outcome is Outcome.REVIEW:
        hint = "these labels settle no outcome; name `allow` or `block`"
        problems.append(FieldProblem("outcome", "a person's decision ends in allow or block", hint))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    assert outcome is not None
    return outcome


def _is_code(workflow: Workflow, code: str) -> bool:
    """A code, or the id of a label: the policy's own word, however it is written."""
    return re.fullmatch(REASON_CODE, code) is not None or workflow.label(code) is not None


def _grounds(house: House, case_id: str) -> tuple[str, dict[str, Any]]:
    """The release that made the case's decision, and what it answered."""
    with house.store.read() as connection:
        case = cases.get(connection, case_id)
        decision = decisions.get(connection, case.decision) if case else None
        if decision is None:
            raise NotFound(f"there is no case {case_id}")
        return decision.release, json.loads(payloads.get(connection, decision.answer))


def _judge_rules(
    connection: Connection, workflow: str, release: str, made: Mapping[str, Any], outcome: Outcome, now: datetime
) -> None:
    """Count for each rule that asked for a person whether that person blocked what it matched."""
    asked = {f["rule"] for f in (made.get("rules") or {}).get("findings", ()) if f["effect"] in _ASKS_FOR_A_PERSON}
    what = "upheld" if outcome is Outcome.BLOCK else "overturned"
    place = {"workflow": workflow, "release": release, "hour": rule_hours.hour_of(now)}
    rule_hours.add_rules(connection, [{**place, "rule": rule, what: 1} for rule in asked])


def _record(
    house: House,
    connection: Connection,
    principal: Principal,
    case: Row[Any],
    resolution: Resolution,
    outcome: Outcome,
    now: datetime,
) -> None:
    written = to_bytes({"note": resolution.note, "reply": resolution.reply})
    review_id, payload_id = house.new_id("rev"), house.new_id("pay")
    payloads.add(connection, None, now, (payload_id, "review", written))
    decisions.add_review(
        connection,
        {
            "id": review_id,
            "case": case.id,
            "decision": case.decision,
            "reviewer": principal.name,
            "labels": list(resolution.labels),
            "outcome": outcome.value,
            "reason_code": resolution.reason_code,
            "passages": list(resolution.passage_ids),
            "payload": payload_id,
            "created_at": now,
        },
    )
    move(connection, case, CaseAction.DECIDE, {"decided_at": now})
    decisions.settle(
        connection,
        case.decision,
        outcome=outcome.value,
        decided_by=DecidedBy.REVIEWER.value,
        labels=resolution.labels,
        now=now,
    )
    body = {
        "case": case.id,
        "reviewer": principal.name,
        "labels": list(resolution.labels),
        "outcome": outcome.value,
        "reason_code": resolution.reason_code,
        "passages": list(resolution.passage_ids),
        "written_digest": keyed_digest(house.secret, written),
    }
    ledger.append(connection, "case.decided", case.decision, now, body)
    told = {"decision": case.decision, "case": case.id, "outcome": outcome.value}
    events.add(connection, house.new_id("evt"), "decision.final", case.decision, told, now)
