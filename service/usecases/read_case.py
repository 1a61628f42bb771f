"""Read cases: the queue at a glance, and one case with everything a person needs to decide it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseKind, CaseState, blind, lease_expired, overdue
from service.domain.chosen import LIKELY
from service.domain.types import Reason, Workflow
from service.errors import NotFound
from service.store import cases, decisions, payloads
from service.store.engine import Row
from service.store.pointers import pointers
from service.usecases.house import House
from service.usecases.masked import masked
from service.usecases.read_decision import current

_EXCERPT = 160  # characters of the text shown in a list

# What was made of a request, and what stands for it where it is not shown.
_NOTHING: Mapping[str, Any] = {"labels": [], "rules": None, "documents": [], "draft": None}


def view(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """One case: the text, why it is here, what was found, what may be chosen, who holds it.

    Of a blind check that nobody has decided yet: the text, what is known of the request, and what may be chosen. Not
    what rules, search and classifier made of it, nor what the caller was told, nor anything that follows from these.
    """
    now = house.clock()
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
        decision = decisions.get(connection, row.decision) if row else None
        if row is None or decision is None:
            raise NotFound(f"there is no case {case_id}")
        request = json.loads(payloads.get(connection, decision.request))
        made = json.loads(payloads.get(connection, decision.answer))
        stands = current(connection, decision, explain=True)
    workflow, unseen = house.shelf.policy(decision.release), is_blind(row, decision)
    suggested = [] if unseen else suggestions(workflow, made)
    return {
        **_summary(row, unseen, now),
        "text": shown_text(request, made),
        "attributes": request.get("attributes", {}),
        "subject": request.get("subject"),
        "several": workflow.several,
        "suggestion": suggested[0] if suggested else None,
        "suggestions": suggested,
        **(_NOTHING if unseen else {name: made.get(name, nothing) for name, nothing in _NOTHING.items()}),
        "choices": choices(workflow),
        "review": stands.get("review"),
        "outcome": None if unseen else stands["outcome"],
    }


def is_blind(case: Row[Any], decision: Row[Any]) -> bool:
    """Whether a case is a blind check that nobody has decided yet; `decision` is the one that it is about."""
    return blind(CaseKind(case.kind), CaseState(case.state), decision.probability)


def page(
    house: House,
    principal: Principal,
    *,
    queue: str | None = None,
    state: str | None = None,
    reason: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Open cases best first, others newest first; `next` is the cursor of the following page."""
    now = house.clock()
    with house.store.read() as connection:
        rows = cases.page(connection, queue=queue, state=state, reason=reason, after=after, limit=limit + 1)
        items = []
        for row in rows[:limit]:
            decision = decisions.get(connection, row.decision)
            assert decision is not None, "the foreign key keeps the decision"
            request = json.loads(payloads.get(connection, decision.request))
            made = json.loads(payloads.get(connection, decision.answer))
            summary = _summary(row, is_blind(row, decision), now)
            items.append({**summary, "excerpt": shown_text(request, made)[:_EXCERPT]})
    return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}


def queues(house: House, principal: Principal) -> list[dict[str, Any]]:
    """Every queue with open cases, and with zeros those that the policies in force name; by name."""
    empty = {"open": 0, "claimed": 0, "overdue": 0, "oldest_at": None}
    found = {policy.queue.name: {"queue": policy.queue.name, **empty} for policy in policies(house)}
    with house.store.read() as connection:
        rows = cases.queues(connection, house.clock())
    for row in rows:
        found[row.queue] = {
            "queue": row.queue,
            "open": int(row.open),
            "claimed": int(row.claimed),
            "overdue": int(row.overdue),
            "oldest_at": timestamp(row.oldest_at),
        }
    return [found[name] for name in sorted(found)]


def policies(house: House) -> list[Workflow]:
    """The policy in force of every workflow, by the workflows' names."""
    with house.store.read() as connection:
        active = pointers(connection)
    return [house.shelf.policy(pointer.release) for pointer in active]


def choices(workflow: Workflow) -> list[dict[str, Any]]:
    """The labels a person may choose from, with their definitions."""
    return [
        {
            "id": label.id,
            "title": label.title,
            "definition": label.definition,
            "includes": list(label.includes),
            "excludes": list(label.excludes),
            "outcome": label.outcome.value,
            "documents": list(label.documents),
        }
        for label in workflow.labels
    ]


def shown_text(request: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    """The request's text with what the rules oblige to redact blotted out. Length and places stay the same."""
    redact: list[str] = (made.get("rules") or {}).get("redact", [])
    return masked(str(request.get("text", "")), redact)


def _summary(row: Row[Any], unseen: bool, now: datetime) -> dict[str, Any]:
    state = CaseState(row.state)
    expired = lease_expired(state, row.lease_until, now)
    held = state is CaseState.CLAIMED and not expired
    return {
        "id": row.id,
        "decision": row.decision,
        "workflow": row.workflow,
        "queue": row.queue,
        "kind": None if unseen else row.kind,
        "blind": unseen,
        "state": CaseState.QUEUED.value if expired else row.state,
        "priority": row.priority,
        "reasons": [Reason.RANDOM_CHECK.value] if unseen else row.reasons,
        "created_at": timestamp(row.created_at),
        "due_at": timestamp(row.due_at),
        "overdue": overdue(state, row.due_at, now),
        "lease": {"holder": row.holder, "until": timestamp(row.lease_until)} if held else None,
        "version": row.version,
    }


def suggestions(workflow: Workflow, made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the classifier would say, best first, from what was answered; nothing where people are to decide unled."""
    scores = made.get("labels", ())
    led = [scored for scored in scores if scored["probability"] >= LIKELY] if workflow.several else scores[:1]
    known = [(label, scored["probability"]) for scored in led if (label := workflow.label(scored["label"]))]
    return [{"label": label.id, "title": label.title, "probability": probability} for label, probability in known]
