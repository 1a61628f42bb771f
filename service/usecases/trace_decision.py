"""Show one request's way through the house, room by room, without recording anything."""

from __future__ import annotations

from typing import Any

from rules.model import Effect
from service.domain.access import Principal
from service.domain.answer import document_part, rules_part
from service.domain.chosen import chosen
from service.learn.judge import Need
from service.usecases.ask import Ask, Asked, consider_ask, find_pointer
from service.usecases.consider import Considered
from service.usecases.house import House
from service.usecases.shelf import OpenRelease


def trace(house: House, principal: Principal, ask: Ask) -> dict[str, Any]:
    """Every room's result and milliseconds, and the answer that would have been given."""
    with house.store.read() as connection:
        found = find_pointer(connection, ask.workflow)
    asked = consider_ask(house, principal, ask, found)
    return {"rooms": _rooms(asked), "answer": asked.answer("dec_dry_run", None)}


def _rooms(asked: Asked) -> list[dict[str, Any]]:
    considered = asked.considered
    ms = {room: round(seconds * 1_000, 3) for room, seconds in considered.seconds.items()}
    text, automatic, judgement = considered.text, considered.automatic, considered.judgement
    rooms = [
        {
            "name": "clean",
            "ms": ms["clean"],
            "result": {"clean": text.clean, "removed_characters": max(0, len(text.raw) - len(text.clean))},
            "notes": ["The text was changed for reading"] if text.clean != text.raw else [],
        },
        {
            "name": "law",
            "ms": ms["law"],
            "result": rules_part(considered.ruling),
            "notes": _law_notes(considered),
        },
    ]
    if considered.opinion is not None and judgement is not None:
        rooms += [
            {
                "name": "evidence",
                "ms": round(ms["encode"] + ms["evidence"], 3),
                "result": {"documents": [document_part(found) for found in considered.evidence]},
                "notes": [f"{ms['encode']} ms of this to encode {len(considered.opinion.windows.spans)} window(s)"],
            },
            {
                "name": "judgement",
                "ms": ms["judgement"],
                "result": {
                    "labels": [
                        {"label": s.label, "probability": round(s.probability, 4)} for s in judgement.scores[:5]
                    ],
                    "confidence": round(judgement.confidence, 4),
                    "margin": round(judgement.margin, 4),
                    "energy": round(judgement.energy, 4),
                    "in_domain": judgement.in_domain,
                },
                "notes": _judgement_notes(asked.release),
            },
        ]
    rooms.append(
        {
            "name": "routing",
            "ms": ms["routing"],
            "result": {
                "state": automatic.state.value,
                "outcome": automatic.outcome.value,
                "decided_by": automatic.decided_by.value if automatic.decided_by else None,
                "label": automatic.label,
                "labels": list(automatic.labels),
                "reasons": [reason.value for reason in automatic.reasons],
                "threshold": _threshold(asked),
            },
            "notes": [_certificate_note(asked)],
        }
    )
    return rooms


def _law_notes(considered: Considered) -> list[str]:
    if considered.ruling.effect is Effect.BLOCK:
        return ["Nothing after the rules is run"]
    return ["A room after this one failed, so a person decides"] if considered.fault else []


def _judgement_notes(release: OpenRelease) -> list[str]:
    """What the classifier looked at besides the text and its meaning."""
    notes = []
    if release.judge_encoder is not release.encoder:
        notes.append("By an encoder of its own: the text was encoded twice")
    if Need.ATTRIBUTES in release.head.needs:
        notes.append("It looks at the attributes too")
    if Need.VOTES in release.head.needs:
        notes.append("It looks at which labels the found documents name too")
    return notes


def _threshold(asked: Asked) -> float | None:
    """What confidence the promise for these labels asks for; None where nothing is automatic."""
    given = chosen(asked.release.workflow, asked.considered.judgement)
    threshold = asked.certificate.threshold_for(given) if asked.certificate and given else None
    return None if threshold is None else round(threshold, 4)


def _certificate_note(asked: Asked) -> str:
    granted, refused = asked.certificate, asked.release.refusal
    if granted is None and asked.release.certificate is not None:
        return "The certificate is not known to hold with what changed since: nothing is decided automatically"
    if granted is None:
        return refused.why if refused else "No certificate: nothing is decided automatically"
    return (
        f"With confidence {1 - granted.delta:.0%} at most {granted.alpha:.0%} of automatic decisions are wrong "
        f"for traffic like the calibration sample ({granted.sample}): "
        f"{granted.errors} of {granted.accepted} accepted of {granted.cases} cases"
    )
