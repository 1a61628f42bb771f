"""A person decides a case: a record linked to the automatic decision, made once, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.answer import to_bytes
from service.domain.audit import keyed_digest
from service.domain.case import CaseAction, CaseState
from service.domain.types import DecidedBy, Outcome, Workflow
from service.errors import FieldProblem, InvalidRequest
from service.store import cases, decisions, events, ledger, payloads
from service.store.engine import Connection, Row
from service.usecases.claim_case import held
from service.usecases.house import House
from service.usecases.read_decision import view


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

    def work(connection: Connection) -> str:
        row = held(connection, principal, case_id, token, CaseAction.DECIDE, now)
        workflow = _workflow(house, connection, row)
        outcome = settle_outcome(workflow, resolution)
        _record(house, connection, principal, row, resolution, outcome, now)
        return str(row.decision)

    decision_id = house.store.commit(work)
    house.changed.tell(decision_id)
    return view(house, principal, decision_id)


def settle_outcome(workflow: Workflow, resolution: Resolution) -> Outcome:
    """The outcome that goes out: the one named, else the labels' own. A person must end with allow or block."""
    problems = [
        FieldProblem("labels", f"no label {label!r} in workflow {workflow.name}", "choose from the case's choices")
        for label in resolution.labels
        if workflow.label(label) is None
    ]
    if not resolution.reason_code.strip():
        problems.append(FieldProblem("reason_code", "empty", "say in a word why"))
    own = {found.outcome for label in resolution.labels if (found := workflow.label(label))}
    outcome = resolution.outcome or (own.pop() if len(own) == 1 else None)
    if outcome is None or outcome is Outcome.REVIEW:
        hint = "these labels settle no outcome; name `allow` or `block`"
        problems.append(FieldProblem("outcome", "a person's decision ends in allow or block", hint))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    assert outcome is not None
    return outcome


def _workflow(house: House, connection: Connection, case: Row[Any]) -> Workflow:
    decision = decisions.get(connection, case.decision)
    assert decision is not None, "the foreign key keeps the decision"
    return house.shelf.open(decision.release).workflow


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
    done = {"state": CaseState.DECIDED.value, "holder": None, "lease_token": None, "lease_until": None}
    cases.write(connection, case, {**done, "decided_at": now})
    label = resolution.labels[0] if resolution.labels else None
    decisions.settle(
        connection, case.decision, outcome=outcome.value, decided_by=DecidedBy.REVIEWER.value, label=label, now=now
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
