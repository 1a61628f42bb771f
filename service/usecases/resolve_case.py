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
from service.domain.chosen import combined
from service.domain.types import DecidedBy, Outcome, Workflow
from service.errors import FieldProblem, InvalidRequest, NotFound
from service.store import cases, decisions, events, ledger, payloads, rule_hours
from service.store.engine import Connection, Row
from service.usecases.claim_case import held, move
from service.usecases.collect import teach
from service.usecases.house import House
from service.usecases.read_case import is_blind, suggestions
from service.usecases.read_decision import view

#: What a reason code looks like: it goes on the ledger, which holds no personal text.
REASON_CODE = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}"
_SPOKEN_OF = frozenset({Effect.BLOCK, Effect.REVIEW, Effect.RECHECK})  # by what a person decides


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a reviewer decides. `labels` may be empty: none of these."""

    labels: tuple[str, ...]
    reason_code: str
    outcome: Outcome | None = None  #: None: the labels' own
    note: str | None = None
    passage_ids: tuple[str, ...] = ()  #: the passages that justified it
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What a case is about, as it was before anybody decides it."""

    workflow: Workflow  #: the policy of the release that made the decision
    decision: Row[Any]
    made: Mapping[str, Any]  #: what was answered
    blind: bool

    @property
    def passages(self) -> frozenset[str]:
        """The passages that a person may name: those that the case shows."""
        return frozenset() if self.blind else frozenset(found["passage_id"] for found in self.made.get("documents", ()))

    @property
    def suggested(self) -> str | None:
        """What the person was shown as the most likely label; None when nothing was."""
        led = () if self.blind else suggestions(self.workflow, self.made)
        return led[0]["label"] if led else None


def resolve(house: House, principal: Principal, case_id: str, token: str, resolution: Resolution) -> dict[str, Any]:
    """Decide the case. LeaseLost when the lease is not the caller's any more; InvalidRequest for bad fields."""
    now = house.clock()
    grounds = _grounds(house, case_id)

    def work(connection: Connection) -> str:
        row = held(connection, principal, case_id, token, CaseAction.DECIDE, now)
        outcome = settle_outcome(grounds.workflow, resolution, grounds.passages)
        _record(house, connection, principal, row, resolution, outcome, now)
        _judge_rules(connection, grounds, outcome, now)
        teach(
            connection,
            house,
            decision=grounds.decision.id,
            request_payload=grounds.decision.request,
            labels=resolution.labels,
            by=principal.name,
            drawn=grounds.decision.probability,
            suggested=grounds.suggested,
            now=now,
            outcome=None if outcome is _own(grounds.workflow, resolution) else outcome,
        )
        return str(row.decision)

    decision_id = house.store.commit(work)
    house.changed.tell(decision_id)
    return view(house, principal, decision_id)


def settle_outcome(workflow: Workflow, resolution: Resolution, passages: Collection[str]) -> Outcome:
    """The outcome that goes out: the one named, else the labels' own. A person must end with allow or block.

    Several labels settle the strictest of their outcomes. `passages` are the ids of those that the case shows.
    InvalidRequest names each field that is wrong.
    """
    problems = [
        FieldProblem("labels", f"no label {label!r} in workflow {workflow.name}", "choose from the case's choices")
        for label in resolution.labels
        if workflow.label(label) is None
    ]
    if len(resolution.labels) > 1 and not workflow.several:
        problems.append(FieldProblem("labels", f"a request of {workflow.name} has one label", "choose the best"))
    if len(set(resolution.labels)) < len(resolution.labels):
        problems.append(FieldProblem("labels", "one of them is named twice", "name each once"))
    if not _is_code(workflow, resolution.reason_code):
        hint = "letters, digits and _ . : - only, 80 at most; what is to be said in words goes into `note`"
        problems.append(FieldProblem("reason_code", "not a code", hint))
    problems += [
        FieldProblem("passage_ids", f"{passage!r} was not shown with this case", "choose from the case's documents")
        for passage in resolution.passage_ids
        if passage not in passages
    ]
    outcome = resolution.outcome or _own(workflow, resolution)
    if outcome is None or outcome is Outcome.REVIEW:
        hint = "these labels settle no outcome; name `allow` or `block`"
        problems.append(FieldProblem("outcome", "a person's decision ends in allow or block", hint))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    assert outcome is not None
    return outcome


def _own(workflow: Workflow, resolution: Resolution) -> Outcome | None:
    """What the labels settle by themselves."""
    return combined(found.outcome for label in resolution.labels if (found := workflow.label(label)))


def _is_code(workflow: Workflow, code: str) -> bool:
    """A code, or the id of a label: the policy's own word, however it is written."""
    return re.fullmatch(REASON_CODE, code) is not None or workflow.label(code) is not None


def _grounds(house: House, case_id: str) -> _Grounds:
    with house.store.read() as connection:
        case = cases.get(connection, case_id)
        decision = decisions.get(connection, case.decision) if case else None
        if case is None or decision is None:
            raise NotFound(f"there is no case {case_id}")
        made = json.loads(payloads.get(connection, decision.answer))
    return _Grounds(house.shelf.policy(decision.release), decision, made, is_blind(case, decision))


def _judge_rules(connection: Connection, grounds: _Grounds, outcome: Outcome, now: datetime) -> None:
    """Count for each rule that blocked or asked for a person whether that person blocked what it matched."""
    findings = (grounds.made.get("rules") or {}).get("findings", ())
    rules = {finding["rule"] for finding in findings if finding["effect"] in _SPOKEN_OF}
    what = "upheld" if outcome is Outcome.BLOCK else "overturned"
    place = {"workflow": grounds.workflow.name, "release": grounds.decision.release, "hour": rule_hours.hour_of(now)}
    rule_hours.add_rules(connection, [{**place, "rule": rule, what: 1} for rule in rules])


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
