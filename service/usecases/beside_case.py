"""What stands beside a case: decided ones that are much like it, what else there is of its subject, and every rule.

Read apart from the case, so that nobody waits for it who only wants to decide. Whoever is to decide unled sees which
requests are like it and not how they ended, nor anything that rules made of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from index.model import Vector
from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.case import SETTLED, CaseState
from service.domain.types import Workflow
from service.errors import Conflict
from service.store import attached, cases, decisions, known_answers, payloads, reviews
from service.store import beside as store
from service.store.engine import Connection, Row
from service.usecases.case_grounds import Grounds, grounds, is_blind, unled
from service.usecases.case_vector import read_vector
from service.usecases.explain_rules import explain_made
from service.usecases.house import House
from service.usecases.move_case import no_case
from service.usecases.queue_policy import sees, visible
from service.usecases.read_as import read_text
from service.usecases.read_case import EXCERPT, summary
from service.usecases.shown_text import shown_text

_LOOKED_AT = 2_000  # cases of the workflow that went out last
_NEAREST = 5
_LIKE = 0.5  # cosine below which nothing is like it
_OF_SUBJECT = 10


def beside(house: House, principal: Principal, case_id: str) -> dict[str, Any]:
    """`nearest`, `subject` and `rules`; NotFound. `rules` is None for whoever must not be led, or may not explain."""
    found = grounds(house, case_id)
    if not sees(principal, found.case.queue):
        raise no_case(case_id)
    with house.store.read() as connection:
        led = not unled(connection, found, principal.name)
        stored = store.vector_of(connection, found.decision.id)
    vector, encoder = _vector(house, found, stored)
    queues = visible(principal)
    with house.store.read() as connection:
        own = _own(connection, found)
        nearest = [] if vector is None else _nearest(connection, found, vector, encoder, own, queues)
        return {
            "case": case_id,
            "led": led,
            "nearest": [_like(house, connection, each, similarity, led=led) for each, similarity in nearest],
            "subject": _of_subject(house, connection, found, own, queues, principal.workflows, led=led),
            "rules": _rules(house, found) if led and principal.may(Scope.EXPLAIN) else None,
        }


def _own(connection: Connection, found: Grounds) -> tuple[str, ...]:
    """The decisions that the case is about: its own, what is attached to it, and what it is a copy of."""
    source = known_answers.source_of(connection, found.decision.id)
    others = (each.id for each in attached.of_case(connection, found.case.id))
    return (found.decision.id, *others, *([source] if source else ()))


def _vector(house: House, found: Grounds, stored: Row[Any] | None) -> tuple[Vector | None, str]:
    """The vector that was kept; of a copy and of what came before vectors were, one made now. None: it is erased."""
    if stored is not None and stored.data is not None:
        return read_vector(stored.data), stored.encoder
    with house.store.read() as connection:
        text = str(json.loads(payloads.get(connection, found.decision.request)).get("text", ""))
    if not text:
        return None, ""
    release = house.shelf.open(found.decision.release)
    windows = release.encoder.windows(read_text(text), max_windows=house.settings.max_windows)
    return windows.pooled, release.encoder.digest


def _nearest(
    connection: Connection,
    found: Grounds,
    vector: Vector,
    encoder: str,
    own: Collection[str],
    queues: Collection[str] | None,
) -> list[tuple[Row[Any], float]]:
    near = store.decided(connection, found.case.workflow, encoder, own, queues, _LOOKED_AT)
    rows = [row for row in near if row.data is not None]  # of what is erased the vector is gone
    if not rows:
        return []
    similarity = np.stack([read_vector(row.data) for row in rows]) @ vector
    order = np.argsort(-similarity, kind="stable")[:_NEAREST]
    return [(rows[place], float(similarity[place])) for place in order if similarity[place] >= _LIKE]


def _like(house: House, connection: Connection, near: Row[Any], similarity: float, *, led: bool) -> dict[str, Any]:
    decision, case = decisions.get(connection, near.decision), cases.get(connection, near.case)
    assert decision is not None, "the foreign key keeps the decision"
    assert case is not None, "it was found just now"
    return {
        "similarity": round(min(1.0, similarity), 4),
        "excerpt": _excerpt(connection, decision),
        "delivered_at": timestamp(case.delivered_at),
        # Where these lead, what was decided stands: nothing for whoever is to decide unled.
        "case": case.id if led else None,
        "decision": decision.id if led else None,
        "decided": _decided(house, connection, decision) if led else None,
    }


def _of_subject(
    house: House,
    connection: Connection,
    found: Grounds,
    own: Sequence[str],
    queues: Collection[str] | None,
    workflows: Collection[str] | None,
    *,
    led: bool,
) -> dict[str, Any]:
    if found.subject is None:
        return {"subject": None, "cases": [], "more": False}
    rows = store.of_subject(connection, found.subject, own, queues, _OF_SUBJECT + 1, workflows)
    request = json.loads(payloads.get(connection, found.decision.request))
    return {
        "subject": request.get("subject"),
        "cases": [_other(house, connection, row, led=led) for row in rows[:_OF_SUBJECT]],
        "more": len(rows) > _OF_SUBJECT,
    }


def _other(house: House, connection: Connection, row: Row[Any], *, led: bool) -> dict[str, Any]:
    decision = decisions.get(connection, row.decision)
    assert decision is not None, "the foreign key keeps the decision"
    unseen = is_blind(row, decision)
    out = led and not unseen and CaseState(row.state) in SETTLED
    return {
        **summary(row, row.kind, unseen, house.clock()),
        "excerpt": _excerpt(connection, decision),
        "decided": _decided(house, connection, decision) if out else None,
    }


def _decided(house: House, connection: Connection, decision: Row[Any]) -> dict[str, Any] | None:
    """What a person made of it, and who; None where nobody did."""
    said = reviews.of_decision(connection, decision.id)
    if not said:
        return None
    workflow: Workflow = house.shelf.policy(decision.release)
    labels = [(name, workflow.label(name)) for name in said[-1].labels]
    return {
        "outcome": said[-1].outcome,
        "labels": [{"label": name, "title": label.title if label else name} for name, label in labels],
        "reason_code": said[-1].reason_code,
        "by": said[-1].reviewer,
    }


def _excerpt(connection: Connection, decision: Row[Any]) -> str:
    request = json.loads(payloads.get(connection, decision.request))
    made = json.loads(payloads.get(connection, decision.answer))
    return shown_text(request, made)[:EXCERPT]


def _rules(house: House, found: Grounds) -> dict[str, Any] | None:
    """What every rule said, and why; None when the request was erased."""
    try:
        return explain_made(house, found.decision.id)
    except Conflict:
        return None
