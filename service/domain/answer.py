"""The answer as callers, reviewers and auditors read it. Pure: values in, plain JSON-able values out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from index.model import Evidence
from rules.model import Finding, Ruling
from service.domain.chosen import chosen
from service.domain.reply import compose, quotable
from service.domain.types import Automatic, Autonomy, Judgement, Scored, State, Workflow

#: Labels shown with an answer; the rest have next to no probability.
SHOWN_LABELS = 5


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as in `2026-11-21T09:00:00.000Z`."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(
    *,
    decision_id: str,
    workflow: Workflow,
    release: str,
    automatic: Automatic,
    ruling: Ruling,
    judgement: Judgement | None,
    evidence: Sequence[Evidence],
    case_id: str | None,
    created_at: datetime,
) -> dict[str, Any]:
    """The full answer; `seen_by` takes out what a caller without scope `explain` must not see."""
    scores = _shown_scores(workflow, automatic, judgement)
    documents = [document_part(found) for found in evidence]
    drafted = compose(workflow, automatic.labels, [quotable(part) for part in documents])
    return {
        "id": decision_id,
        "workflow": workflow.name,
        "state": automatic.state.value,
        "outcome": automatic.outcome.value,
        "decided_by": automatic.decided_by.value if automatic.decided_by else None,
        "labels": [{"label": s.label, "probability": round(s.probability, 4)} for s in scores],
        "reasons": [reason.value for reason in automatic.reasons],
        "public_reason": automatic.public_reason,
        "rules": rules_part(ruling),
        "documents": documents,
        "draft": drafted.as_dict() if drafted else None,
        "case": case_id,
        "release": release,
        "created_at": timestamp(created_at),
    }


def _shown_scores(workflow: Workflow, automatic: Automatic, judgement: Judgement | None) -> tuple[Scored, ...]:
    """The labels decided; else the best few, or none where one of those chosen leaves people to decide unled."""
    scores = judgement.scores if judgement else ()
    if automatic.state is State.FINAL or not scores:
        return tuple(scored for scored in scores if scored.label in automatic.labels)
    likely = [workflow.label(label) for label in chosen(workflow, judgement) or (scores[0].label,)]
    if any(label is not None and label.autonomy is Autonomy.PEOPLE for label in likely):
        return ()
    return scores[: max(SHOWN_LABELS, len(likely))]


def rules_part(ruling: Ruling) -> dict[str, Any]:
    """What the rules said: matches, unknowns and what an exemption sets aside in full, the rest by count."""
    return {
        "effect": ruling.effect.value if ruling.effect else None,
        "findings": [_finding(f) for f in ruling.matched],
        "unknown": [_finding(f) | {"unknown": list(f.unknown)} for f in ruling.unknown],
        "exempted": [_finding(f) | {"exemption": f.exemption} for f in ruling.exempted],
        "asked": ruling.asked,
        "no_match": ruling.asked - len(ruling.matched) - len(ruling.unknown) - len(ruling.exempted),
        "redact": sorted(ruling.obligations.redact),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "effect": finding.effect.value,
        "severity": finding.severity.value,
        "reason_code": finding.reason_code,
        "reason": finding.reason,
        "spans": [[span.start, span.end, span.source] for span in finding.spans],
    }


def document_part(found: Evidence) -> dict[str, Any]:
    """One piece of evidence with its place, its words and the parts of its score."""
    return {
        "id": f"doc_{found.key.id}",
        "collection": found.key.collection,
        "version": found.key.version,
        "title": found.title,
        "heading": found.heading,
        "passage": found.passage,
        "passage_id": passage_id(found),
        "highlights": [list(span) for span in found.highlights],
        "score": round(found.score, 4),
        "cosine": round(found.cosine, 4),
        "parts": {name: round(value, 4) for name, value in found.parts.items()},
    }


def passage_id(found: Evidence) -> str:
    """Names a passage for good: collection, document, version and place."""
    return f"{found.key.collection}/{found.key.id}@{found.key.version}#{found.ordinal}"


def seen_by(full: Mapping[str, Any], *, explain: bool) -> dict[str, Any]:
    """The answer as one kind of caller may see it: rule ids and traces need scope `explain`."""
    return dict(full) if explain else {**full, "rules": None}


def to_bytes(value: Mapping[str, Any]) -> bytes:
    """The same value always gives the same bytes, so that a repeat is identical to the first answer."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
