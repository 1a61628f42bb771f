"""Read cases: the queue at a glance, and one case with everything a person needs to decide it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rules import pii
from rules.normalize import normalize
from service.domain.access import Principal
from service.domain.answer import timestamp
from service.domain.case import CaseState, lease_expired, overdue
from service.domain.types import Workflow
from service.errors import NotFound
from service.store import cases, decisions, payloads
from service.store.engine import Row
from service.store.pointers import pointers
from service.usecases.house import House
from service.usecases.read_decision import current

_EXCERPT = 160  # characters of the text shown in a list


def view(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """One case: the text, why it is here, what was found, what may be chosen, who holds it."""
    now = house.clock()
    with house.store.read() as connection:
        row = cases.get(connection, case_id)
        decision = decisions.get(connection, row.decision) if row else None
        if row is None or decision is None:
            raise NotFound(f"there is no case {case_id}")
        request = json.loads(payloads.get(connection, decision.request))
        made = json.loads(payloads.get(connection, decision.answer))
        stands = current(connection, decision, explain=True)
    workflow = house.shelf.policy(decision.release)
    return {
        **_summary(row, now),
        "text": _shown(request, made),
        "attributes": request.get("attributes", {}),
        "subject": request.get("subject"),
        "suggestion": _suggestion(workflow, decision.label, made),
        "labels": made.get("labels", []),
        "rules": made.get("rules"),
        "documents": made.get("documents", []),
        "draft": made.get("draft"),
        "choices": choices(workflow),
        "review": stands.get("review"),
        "outcome": stands["outcome"],
    }


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
            items.append({**_summary(row, now), "excerpt": _shown(request, made)[:_EXCERPT]})
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


def _shown(request: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    """The request's text with what the rules oblige to redact blotted out. Length and places stay the same."""
    text = str(request.get("text", ""))
    redact = {f"{pii.PREFIX}{kind}" for kind in (made.get("rules") or {}).get("redact", ())}
    if not redact:
        return text
    shown = list(text)
    for span in pii.find(normalize(text)):
        if span.source in redact:
            shown[span.start : span.end] = ["•" if char.isalnum() else char for char in shown[span.start : span.end]]
    return "".join(shown)


def _summary(row: Row[Any], now: datetime) -> dict[str, Any]:
    state = CaseState(row.state)
    expired = lease_expired(state, row.lease_until, now)
    held = state is CaseState.CLAIMED and not expired
    return {
        "id": row.id,
        "decision": row.decision,
        "workflow": row.workflow,
        "queue": row.queue,
        "kind": row.kind,
        "state": CaseState.QUEUED.value if expired else row.state,
        "priority": row.priority,
        "reasons": row.reasons,
        "created_at": timestamp(row.created_at),
        "due_at": timestamp(row.due_at),
        "overdue": overdue(state, row.due_at, now),
        "lease": {"holder": row.holder, "until": timestamp(row.lease_until)} if held else None,
        "version": row.version,
    }


def _suggestion(workflow: Workflow, label_id: str | None, made: dict[str, Any]) -> dict[str, Any] | None:
    label = workflow.label(label_id) if label_id and made.get("labels") else None
    if label is None:
        return None
    first = made["labels"][0]
    return {"label": label.id, "title": label.title, "probability": first["probability"]}
