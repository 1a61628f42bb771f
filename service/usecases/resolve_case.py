"""A person decides a case: a record linked to the automatic decision, made with a reason, to be undone for a while."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp, to_bytes
from service.domain.audit import keyed_digest
from service.domain.case import CaseAction, CaseState
from service.domain.chosen import combined
from service.domain.overturned import Expected
from service.domain.types import Outcome, Workflow
from service.errors import FieldProblem, InvalidRequest
from service.store import payloads, reviews
from service.store.engine import Connection, Row
from service.usecases import keep_reply
from service.usecases.case_grounds import Grounds, grounds, suggestions, unled
from service.usecases.claim_case import another_person, independent
from service.usecases.deliver_case import settle, tell_waiting
from service.usecases.expectation import expected
from service.usecases.house import House
from service.usecases.move_case import held, move
from service.usecases.queue_policy import at_hand
from service.usecases.read_decision import decided

#: What a reason code looks like: it goes on the ledger, which holds no personal text.
REASON_CODE = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}"
#: The one of a decision without a label, unless another is named.
NONE_OF_THESE = "none_of_these"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a reviewer decides. `labels` may be empty: none of these."""

    labels: tuple[str, ...]
    reason_code: str = ""  #: empty: that of the first label
    outcome: Outcome | None = None  #: None: the labels' own
    note: str | None = None
    passage_ids: tuple[str, ...] = ()  #: the passages that justified it
    reply: str | None = None

    @property
    def code(self) -> str:
        """The reason code, which is the first label's id unless somebody says otherwise."""
        return self.reason_code or next(iter(self.labels), NONE_OF_THESE)


def resolve(house: House, principal: Principal, case_id: str, token: str, resolution: Resolution) -> dict[str, Any]:
    """Decide the case. The decision as it stands then, what this person said, and till when they can undo it.

    LeaseLost when the lease is not the caller's any more; InvalidRequest for bad fields; SamePerson where somebody else
    has to decide.
    """
    at_hand(house, principal, case_id, CaseAction.DECIDE)
    found, now = grounds(house, case_id), house.clock()
    reply = keep_reply.compared(house, found, principal.name, resolution)

    def work(connection: Connection) -> Row[Any]:
        row = held(connection, principal, case_id, token, CaseAction.DECIDE, now)
        if not independent(connection, row, principal):
            raise another_person(row)
        outcome = admissible(found, resolution, expected(connection, found, principal.name))
        row = _record(house, connection, principal, found, row, resolution, outcome, reply, now)
        return settle(connection, house, found, row, now) if row.wake_at <= now else row

    row = house.store.commit(work)
    tell_waiting(house, row)
    undo_until = timestamp(row.wake_at) if row.state == CaseState.DECIDED.value else None
    return {**decided(house, principal, row), "undo_until": undo_until}


def admissible(found: Grounds, resolution: Resolution, unspoken: Expected | None) -> Outcome:
    """The outcome, where the case may be decided so; InvalidRequest names each field that is wrong. `unspoken` is what
    needs no note; None: nothing needs one."""
    outcome = settle_outcome(found.workflow, resolution, passages(found))
    _refuse_unsaid(resolution, outcome, unspoken)
    return outcome


def passages(found: Grounds) -> frozenset[str]:
    """The passages that a person may name: those that the case shows."""
    return frozenset() if found.blind else frozenset(each["passage_id"] for each in found.made.get("documents", ()))


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
    if not _is_code(workflow, resolution.code):
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


def _refuse_unsaid(resolution: Resolution, outcome: Outcome, unspoken: Expected | None) -> None:
    """InvalidRequest where a note is needed and there is none."""
    if unspoken is None or (resolution.note or "").strip():
        return
    why = unspoken.why(resolution.labels, outcome)
    if why is not None:
        problem = FieldProblem("note", f"needed {why}", "say why, for colleagues and auditors")
        raise InvalidRequest(f"note: {problem.message}", problems=(problem,))


def _own(workflow: Workflow, resolution: Resolution) -> Outcome | None:
    """What the labels settle by themselves."""
    return combined(found.outcome for label in resolution.labels if (found := workflow.label(label)))


def _is_code(workflow: Workflow, code: str) -> bool:
    """A code, or the id of a label: the policy's own word, however it is written."""
    return re.fullmatch(REASON_CODE, code) is not None or workflow.label(code) is not None


def _record(
    house: House,
    connection: Connection,
    principal: Principal,
    found: Grounds,
    case: Row[Any],
    resolution: Resolution,
    outcome: Outcome,
    reply: keep_reply.Reply | None,
    now: datetime,
) -> Row[Any]:
    """The decided case: what was said is an opinion till it goes out."""
    written = to_bytes({"note": resolution.note, "reply": resolution.reply})
    review_id, payload_id = house.new_id("rev"), house.new_id("pay")
    payloads.add_beside(connection, case.decision, now, (payload_id, "review", written))
    led = [] if unled(connection, found, principal.name) else suggestions(found.workflow, found.made)
    reviews.add(
        connection,
        {
            "id": review_id,
            "case": case.id,
            "decision": case.decision,
            "stage": case.stage,
            "reviewer": principal.name,
            "labels": list(resolution.labels),
            "outcome": outcome.value,
            "reason_code": resolution.code,
            "passages": list(resolution.passage_ids),
            "payload": payload_id,
            "suggested": led[0]["label"] if led else None,
            "begun_at": case.claimed_at,
            "created_at": now,
        },
    )
    keep_reply.keep(connection, house, reply, review_id, principal.name, now)
    recorded = {
        "reviewer": principal.name,
        "labels": list(resolution.labels),
        "outcome": outcome.value,
        "reason_code": resolution.code,
        "passages": list(resolution.passage_ids),
        "written_digest": keyed_digest(house.secret, written),
    }
    return move(
        connection,
        house,
        case,
        CaseAction.DECIDE,
        by=principal.name,
        now=now,
        values={"decided_at": now, "wake_at": now + timedelta(seconds=found.queue.undo_seconds)},
        told={"review": review_id},
        recorded=recorded,
    )
