"""What the ledger says of a decision: ids, digests and numbers, never a word of the request.

All that its outcome depended on is among it, so that the same decision can be made again: release, settings, document
sequence, groups, clock, whether the certificate counted, which rules were off, whether it was drawn.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from service.domain.answer import timestamp
from service.domain.audit import millionths
from service.usecases.ask import Asked

_PARTS = ("rules", "policy", "head", "snapshot", "encoder", "adapter")


def record_of(asked: Asked, principal: str, groups: Collection[str], case_id: str | None) -> dict[str, Any]:
    """The body of the record of a decision asked for by `principal`, who was in `groups`."""
    considered = asked.considered
    automatic, judgement, row = considered.automatic, considered.judgement, asked.release.row
    return {
        "workflow": asked.release.workflow.name,
        "release": asked.release.id,
        "parts": {name: row[name] for name in _PARTS if row[name] is not None},
        "route": dict(asked.route),
        "document_sequence": asked.pointer.document_sequence,
        "groups": sorted(groups),
        "clock": timestamp(asked.at),
        **({"asked_at": asked.asked_at.isoformat(timespec="microseconds")} if asked.asked_at else {}),
        "certified": asked.certificate is not None,
        "principal": principal,
        "state": automatic.state.value,
        "outcome": automatic.outcome.value,
        "decided_by": automatic.decided_by.value if automatic.decided_by else None,
        "label": automatic.label,
        **({"labels": list(automatic.labels)} if asked.release.workflow.several else {}),
        "reasons": [reason.value for reason in automatic.reasons],
        **({"drawn": millionths(asked.drawn)} if asked.drawn is not None else {}),
        "case": case_id,
        **_said_by_rules(asked),
        "judgement": {
            "label": judgement.scores[0].label,
            "confidence": millionths(judgement.confidence),
            "margin": millionths(judgement.margin),
            "energy": millionths(judgement.energy),
            "in_domain": judgement.in_domain,
            **({"chosen": list(judgement.chosen)} if asked.release.workflow.several else {}),
        }
        if judgement
        else None,
        "evidence": [
            {
                "document": f"{e.key.collection}/{e.key.id}@{e.key.version}",
                "passage": e.ordinal,
                "score": millionths(e.score),
            }
            for e in considered.evidence
        ],
    }


def _said_by_rules(asked: Asked) -> dict[str, Any]:
    """Findings that tell something, also those without effect: exempted, in shadow, of disabled rules."""
    ruling = asked.considered.ruling
    said: dict[str, Any] = {
        "findings": [
            {"rule": f.rule, "status": f.status.value, "effect": f.effect.value}
            | ({"exemption": f.exemption} if f.exemption else {})
            for f in (*ruling.matched, *ruling.unknown, *ruling.exempted)
        ]
    }
    if ruling.shadow:
        said["shadow"] = [{"rule": f.rule, "status": f.status.value} for f in ruling.shadow]
    if asked.off:
        said["disabled"] = sorted(asked.off)
    return said
