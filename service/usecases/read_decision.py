"""Read decisions: where each stands now, and how it came there."""

from __future__ import annotations

import json
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.answer import seen_by, timestamp
from service.domain.case import CaseKind, CaseState, blind
from service.domain.types import Outcome, Reason, State
from service.errors import BlindCheck, NotFound
from service.store import cases, corrections, decisions, payloads, replies, reviews
from service.store.engine import Connection, Row
from service.usecases.deliver_case import deliver_due
from service.usecases.draft_reply import sent_reply
from service.usecases.erased import refuse_erased
from service.usecases.house import House
from service.usecases.queue_policy import sees
from service.usecases.read_questions import open_question
from service.usecases.standing_answer import first_answer, standing_answer, without_people

# What stands for what was made of a request, where it is being checked blind.
_UNSEEN = {
    "state": State.WAITING.value,
    "outcome": Outcome.REVIEW.value,
    "decided_by": None,
    "labels": [],
    "reasons": [Reason.RANDOM_CHECK.value],
    "public_reason": None,
    "rules": None,
    "documents": [],
    "draft": None,
    "reply": None,
    "question": None,
    "history": [],
    "supersedes": None,
    "superseded_by": None,
}


def view(house: House, principal: Principal, decision_id: str) -> dict[str, Any]:
    """The decision as it stands now. NotFound also for one that is somebody else's: its existence is not told.

    BlindCheck for a reviewer while it is being checked blind. What nobody can take back any more is out from this
    moment on, also when nobody has come to send it out yet. Erased, telling what is left, where its request is.
    """
    with house.store.read() as connection:
        case = _case_of(connection, decisions.get(connection, decision_id))
    if case is not None and case.state == CaseState.DECIDED.value and case.wake_at <= house.clock():
        deliver_due(house, case.id)
    with house.store.read() as connection:
        row = seen(connection, principal, decision_id)
        refuse_erased(connection, row)
        return current(connection, row, explain=principal.may(Scope.EXPLAIN))


def seen(connection: Connection, principal: Principal, decision_id: str) -> Row[Any]:
    """The decision, when the principal may see it; NotFound and BlindCheck as `view`."""
    row = decisions.get(connection, decision_id)
    if row is None or not _may_see(connection, principal, row):
        raise NotFound(f"there is no decision {decision_id}")
    if unseen_by(connection, principal, row):
        raise BlindCheck(
            f"decision {decision_id} was drawn at random, and nobody has decided its case yet",
            remedy=f"decide case {row.case} first: it says all there is to know till then",
        )
    return row


def unseen_by(connection: Connection, principal: Principal, row: Row[Any]) -> bool:
    """Whether the principal might be given this decision to check blind."""
    if row.probability is None or row.case is None or not principal.may_somewhere(Scope.REVIEW):
        return False
    case = _case_of(connection, row)
    return case is not None and blind(CaseKind(case.kind), CaseState(case.state), row.probability)


def current(connection: Connection, row: Row[Any], *, explain: bool) -> dict[str, Any]:
    """The automatic part as it was made, under what people decided since; `history` keeps the order of events.

    Without `explain` a review shows what was decided and the reply, not by whom, on what grounds or with which note.
    """
    made = first_answer(connection, row)
    told = [_review(connection, review, explain=explain) for review in reviews.of_decision(connection, row.id)]
    automatic = {"at": made.get("created_at"), "state": made.get("state"), "outcome": made.get("outcome")}
    automatic["decided_by"] = made.get("decided_by")
    now = {
        **standing_answer(connection, row),
        "state": row.state,
        "outcome": row.outcome,
        "decided_by": row.decided_by,
        "case": row.case,
    }
    if told:
        now["labels"] = [{"label": label, "probability": None} for label in told[-1]["labels"]]
        now["review"] = told[-1]
    now["reply"] = sent_reply(connection, row)
    now["question"] = open_question(connection, row.id) if row.case is not None else None
    later = without_people(connection, row)
    now["history"] = sorted(
        [automatic, *later, *({"state": "final", **review} for review in told)], key=lambda each: each["at"] or ""
    )
    now["supersedes"] = corrections.predecessor(connection, row.id)
    now["superseded_by"] = next((each["superseded_by"] for each in later if "superseded_by" in each), None)
    return seen_by(now, explain=explain)


def decided(house: House, principal: Principal, case: Row[Any]) -> dict[str, Any]:
    """For whoever just decided a case: the decision as it stands, with what they said, though it may not be out yet.

    Of a blind check that is not out nothing else: they can still say something else.
    """
    with house.store.read() as connection:
        row = decisions.get(connection, case.decision)
        assert row is not None, "the foreign key keeps the decision"
        now = current(connection, row, explain=principal.may(Scope.EXPLAIN))
        if blind(CaseKind(case.kind), CaseState(case.state), row.probability):
            now |= _UNSEEN
        return {**now, "review": _review(connection, reviews.of_case(connection, case.id)[-1], explain=True)}


def page(
    house: House,
    principal: Principal,
    *,
    workflow: str | None = None,
    state: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first; a caller sees its own, scope `read` sees all. Reviewers see none that is being checked blind."""
    own = None if principal.may(Scope.READ) else principal.name
    unled = principal.may_somewhere(Scope.REVIEW)
    with house.store.read() as connection:
        rows = decisions.page(
            connection, principal=own, workflow=workflow, state=state, after=after, limit=limit + 1, blind=unled
        )
    items = [
        {
            "id": row.id,
            "workflow": row.workflow,
            "state": row.state,
            "outcome": row.outcome,
            "decided_by": row.decided_by,
            "label": row.label,
            "labels": row.labels,
            "case": row.case,
            "release": row.release,
            "created_at": timestamp(row.created_at),
        }
        for row in rows[:limit]
    ]
    return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}


def _may_see(connection: Connection, principal: Principal, row: Row[Any]) -> bool:
    if principal.may(Scope.READ) or row.principal == principal.name:
        return True
    case = _case_of(connection, row)
    return case is not None and sees(principal, case.queue)


def _case_of(connection: Connection, row: Row[Any] | None) -> Row[Any] | None:
    """The case that a decision goes on in."""
    return cases.get(connection, row.case) if row is not None and row.case is not None else None


def opinion(connection: Connection, review: Row[Any]) -> dict[str, Any]:
    """What one person said, in full."""
    return {**_review(connection, review, explain=True), "stage": review.stage}


def _review(connection: Connection, review: Row[Any], *, explain: bool) -> dict[str, Any]:
    written = json.loads(payloads.get(connection, review.payload)) if review.payload else {}
    told = {
        "at": timestamp(review.created_at),
        "outcome": review.outcome,
        "decided_by": "reviewer",
        "labels": review.labels,
        "reply": written.get("reply"),
        "reply_by_model": bool(written.get("reply")) and replies.by_model(connection, review.id),
    }
    if not explain:
        return told
    return {
        **told,
        "reason_code": review.reason_code,
        "reviewer": review.reviewer,
        "passages": review.passages,
        "note": written.get("note"),
    }
