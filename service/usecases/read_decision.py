"""Read decisions: where each stands now, and how it came there."""

from __future__ import annotations

import json
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.answer import seen_by, timestamp
from service.domain.case import CaseKind, CaseState, blind
from service.errors import BlindCheck, NotFound
from service.store import cases, decisions, payloads
from service.store.engine import Connection, Row
from service.usecases.house import House


def view(house: House, principal: Principal, decision_id: str) -> dict[str, Any]:
    """The decision as it stands now. NotFound also for one that is somebody else's: its existence is not told.

    BlindCheck for a reviewer while it is being checked blind.
    """
    with house.store.read() as connection:
        row = seen(connection, principal, decision_id)
        return current(connection, row, explain=principal.may(Scope.EXPLAIN))


def seen(connection: Connection, principal: Principal, decision_id: str) -> Row[Any]:
    """The decision, when the principal may see it; NotFound and BlindCheck as `view`."""
    row = decisions.get(connection, decision_id)
    if row is None or not _may_see(principal, row):
        raise NotFound(f"there is no decision {decision_id}")
    if unseen_by(connection, principal, row):
        raise BlindCheck(
            f"decision {decision_id} was drawn at random, and nobody has decided its case yet",
            remedy=f"decide case {row.case} first: it says all there is to know till then",
        )
    return row


def unseen_by(connection: Connection, principal: Principal, row: Row[Any]) -> bool:
    """Whether the principal might be given this decision to check blind."""
    if row.probability is None or row.case is None or not principal.may(Scope.REVIEW):
        return False
    case = cases.get(connection, row.case)
    return case is not None and blind(CaseKind(case.kind), CaseState(case.state), row.probability)


def current(connection: Connection, row: Row[Any], *, explain: bool) -> dict[str, Any]:
    """The automatic part as it was made, under what people decided since; `history` keeps the order of events.

    Without `explain` a review shows what was decided and the reply, not by whom, on what grounds or with which note.
    """
    made = json.loads(payloads.get(connection, row.answer))
    reviews = [_review(connection, review, explain=explain) for review in decisions.reviews_of(connection, row.id)]
    automatic = {"at": made.get("created_at"), "state": made.get("state"), "outcome": made.get("outcome")}
    automatic["decided_by"] = made.get("decided_by")
    now = {**made, "state": row.state, "outcome": row.outcome, "decided_by": row.decided_by}
    if reviews:
        now["labels"] = [{"label": label, "probability": None} for label in reviews[-1]["labels"]]
        now["review"] = reviews[-1]
    now["history"] = [automatic, *({"state": "final", **review} for review in reviews)]
    return seen_by(now, explain=explain)


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
    unled = principal.may(Scope.REVIEW)
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


def _may_see(principal: Principal, row: Row[Any]) -> bool:
    return principal.may(Scope.READ) or row.principal == principal.name


def _review(connection: Connection, review: Row[Any], *, explain: bool) -> dict[str, Any]:
    written = json.loads(payloads.get(connection, review.payload)) if review.payload else {}
    told = {
        "at": timestamp(review.created_at),
        "outcome": review.outcome,
        "decided_by": "reviewer",
        "labels": review.labels,
        "reply": written.get("reply"),
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
