"""The answer of a decision as the service stands by it: the first one, or the one made when what waited was resumed."""

from __future__ import annotations

import json
from typing import Any

from service.domain.answer import timestamp
from service.store import corrections, payloads
from service.store import resumed as store
from service.store.engine import Connection, Row

#: What the later answer says anew. The rest is the decision's own, and stays.
_ANEW = ("labels", "reasons", "public_reason", "rules", "documents", "draft", "release")


def first_answer(connection: Connection, decision: Row[Any]) -> dict[str, Any]:
    """As it was made; empty where it is erased."""
    found: dict[str, Any] = json.loads(payloads.get(connection, decision.answer))
    return found


def standing_answer(connection: Connection, decision: Row[Any]) -> dict[str, Any]:
    """With what resume made of it, where it did; empty where it is erased."""
    made, later = first_answer(connection, decision), store.of_decision(connection, decision.id)
    if later is None or not made:
        return made
    again = json.loads(payloads.get(connection, later.answer))
    return {**made, **{name: again[name] for name in _ANEW if name in again}}


def without_people(connection: Connection, decision: Row[Any]) -> list[dict[str, Any]]:
    """What became of it since it was made that no person decided, oldest first, as its history tells it."""
    told: list[dict[str, Any]] = []
    later = store.of_decision(connection, decision.id)
    if later is not None:
        again = json.loads(payloads.get(connection, later.answer))
        said = {name: again.get(name) for name in ("outcome", "decided_by")}
        labels = [each["label"] for each in again.get("labels", ())]
        told.append({"at": timestamp(later.at), "state": "final", **said, "labels": labels, "resumed": True})
    newer = corrections.of_decision(connection, decision.id)
    if newer is not None:
        stood = {"outcome": decision.outcome, "decided_by": decision.decided_by}
        told.append({"at": timestamp(newer.at), "state": "superseded", **stood, "superseded_by": newer.superseded_by})
    return told
