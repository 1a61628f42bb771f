"""Documents and found passages as the use cases give them, for the tests of the console."""

from __future__ import annotations

from typing import Any

from service.domain.access import ROLES, Principal

WRITER = Principal("key_1", "olga", ROLES["operations"])
APPROVER = Principal("key_2", "maria", ROLES["operations"])
READER = Principal("key_3", "rita", ROLES["reviewer"])
TEXT = "## Raising a claim\n\nAsk first.\n\n| Need | Ready in |\n| --- | --- |\n| a claim | 7 days |\n"


def summary(**changes: Any) -> dict[str, Any]:
    return {
        "collection": "retail-banking",
        "id": "disputes",
        "version": 2,
        "status": "submitted",
        "standing": None,
        "title": "Disputes",
        "owner": "care",
        "audience": [],
        "jurisdiction": [],
        "citations": [],
        "fields": {},
        "effective_from": None,
        "effective_until": None,
        "review_by": None,
        "overdue": False,
        "digest": "d1" * 32,
        "source": None,
        "similar": [],
        "submitted_by": "olga",
        "submitted_at": "2026-11-20T09:00:00.000Z",
        "authors": ["olga"],
        "approved_by": None,
        "approved_at": None,
        "ended_by": None,
        "ended_at": None,
        "sequence": 7,
        **changes,
    }


def approved(**changes: Any) -> dict[str, Any]:
    signed = {"approved_by": "maria", "approved_at": "2026-01-02T09:00:00.000Z"}
    return summary(**{"version": 1, "status": "approved", "standing": "in_force", **signed, **changes})


def whole(**changes: Any) -> dict[str, Any]:
    head = summary(**{name: value for name, value in changes.items() if name in summary()})
    around = {
        "text": TEXT,
        "note": None,
        "notices": [],
        "cites": [],
        "cited_by": [],
        "names": [],
        "versions": [head, approved()],
    }
    return {**head, **around, **changes}


def neighbour(**changes: Any) -> dict[str, Any]:
    given = {"collection": "retail-banking", "id": "fees", "version": 3, "title": "Fees", "status": "approved"}
    return {**given, **changes}


def diff(*lines: tuple[str, str | None, str | None], changed: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Lines as (kind, older, newer); what stands between stars is marked."""
    told = [{"kind": kind, "older": _stretches(older), "newer": _stretches(newer)} for kind, older, newer in lines]
    sides = {"older": approved(), "newer": summary()}
    return {"collection": "retail-banking", "id": "disputes", **sides, "changed": changed or [], "lines": told}


def _stretches(line: str | None) -> list[list[Any]] | None:
    if line is None:
        return None
    return [[text, place % 2 == 1] for place, text in enumerate(line.split("*")) if text]


def preview(**changes: Any) -> dict[str, Any]:
    before: dict[str, Any] = {"label": None, "automatic": False, "documents": []}
    after = {"label": "charged_twice", "automatic": True, "documents": ["disputes", "fees"]}
    workflow = {
        "workflow": "retail-banking",
        "cases": 360,
        "cases_changed": 1,
        "answers_changed": 1,
        "automatic_before": 0.822,
        "automatic_after": 0.825,
        "holds": True,
        "examples": [{"text": "They took it twice.", "before": before, "after": after}],
        **changes,
    }
    place = {"collection": "retail-banking", "id": "disputes", "version": 2, "step": "approve", "replaces": 1}
    return {**place, "workflows": [workflow], "sentences": ["One case of 360 changes."]}


def report(**changes: Any) -> dict[str, Any]:
    came_in = {"id": "disputes", "version": 2, "status": "submitted", "title": "Disputes", "source": "disputes.docx"}
    similar = [{"id": "fees", "version": 3, "similarity": 0.83}]
    return {
        "collection": "retail-banking",
        "added": 1,
        "unchanged": 0,
        "documents": [{**came_in, "similar": similar, "retired": None, "notes": ["1 image left out"]}],
        "duplicates": [],
        "unreadable": [],
        "notices": [],
        **changes,
    }


def hit(name: str = "disputes", **changes: Any) -> dict[str, Any]:
    """One passage found; its score is the sum of share times part, unless it is given."""
    parts = changes.get("parts", {"dense": 1.0, "lexical": 0.5})
    shares = changes.get("shares", {"dense": 0.5, "lexical": 0.5})
    return {
        "id": f"doc_{name}",
        "collection": "retail-banking",
        "version": 2,
        "status": "approved",
        "title": name.capitalize(),
        "heading": "Raising a claim",
        "passage": "Ask first.",
        "passage_id": f"retail-banking/{name}@2#0",
        "highlights": [[0, 3]],
        "start": 20,
        "end": 30,
        "cosine": 0.6,
        "score": sum(shares[part] * value for part, value in parts.items()),
        **changes,
        "parts": parts,
        "shares": shares,
    }
