"""Examples about the ledger, for the reference."""

from __future__ import annotations

from typing import Any

_HASH, _ROOT, _KEY = "7c9e" + 60 * "0", "41d0" + 60 * "0", "eb63522655bf79e9"
_PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA…\n-----END PUBLIC KEY-----\n"
_DECISION = "dec_01KB39Z1A4D7G0K3N6R9T2W5Y8"

RECORD: dict[str, Any] = {
    "sequence": 18204,
    "kind": "workflow.halted",
    "subject": "retail-banking",
    "at": "2026-11-21T09:00:00.000Z",
    "body": {"by": "operations", "note": "pay_01KB39Z1A4D7G0K3N6R9T2W5Y8", "note_digest": "5be1" + 60 * "0"},
    "hash": _HASH,
}
RECORDS: dict[str, Any] = {"items": [RECORD], "next": None}
VERIFIED: dict[str, Any] = {
    "ok": True,
    "records": 18204,
    "first_bad": None,
    "why": "",
    "head": _HASH,
    "root": _ROOT,
    "checkpoints": {"checked": 12, "last": 18200, "keys": [{"id": _KEY, "trusted": True}], "wrong": []},
    "rows": {
        "compared": {"decisions": 12801, "reviews": 1734, "releases": 9, "workflows": 1},
        "wrong": [],
        "wrong_in_all": 0,
        "restored_until": None,
    },
}
CHECKPOINT: dict[str, Any] = {
    "stream": "main",
    "sequence": 18204,
    "head": _HASH,
    "root": _ROOT,
    "peaks": ["9a02" + 60 * "0", "c71f" + 60 * "0"],
    "at": "2026-11-21T09:00:00.000Z",
    "previous": 64 * "0",
    "key": _KEY,
    "signature": 128 * "0",
}
CHECKPOINTS: dict[str, Any] = {"items": [CHECKPOINT], "key": _KEY, "public_key": _PEM}
DOSSIER: dict[str, Any] = {
    "format": "signoff-dossier/1",
    "decision": _DECISION,
    "at": "2026-11-21T09:00:00.000Z",
    "by": "auditor",
    "stands": {"state": "final", "outcome": "allow", "decided_by": "classifier", "labels": ["card_arrival"]},
    "release": {"id": "rel_01KB2ZH3F6C9E2G5J8L1N4P7R0", "certificate": {"alpha": 0.05, "delta": 0.05}},
    "artefacts": {"rules": {"digest": _HASH, "text": "{…}"}, "policy": {"digest": _ROOT, "text": "name: …"}},
    "model": None,
    "documents": [],
    "reviews": [],
    "words": None,
    "records": [
        {
            "record": {"kind": "decision.made", "sequence": 18190, "subject": _DECISION, "body": {"outcome": "allow"}},
            "previous": 64 * "0",
            "hash": _HASH,
            "proof": [_ROOT],
        }
    ],
    "checkpoint": CHECKPOINT,
    "key": _KEY,
    "public_key": _PEM,
    "signature": 128 * "0",
}
