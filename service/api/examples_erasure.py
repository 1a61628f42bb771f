"""The examples of the reference about erasing, holding and deleting by age."""

from __future__ import annotations

from typing import Any

from service.api.examples import DECISION_ID

_HOLD = "hold_01KB3AC5E8G1J4M7P0R3T6V9X2"

ERASE: dict[str, Any] = {"subject": "customer-4711", "dry_run": False}
ERASURE: dict[str, Any] = {
    "id": "era_01KB3AC5E8G1J4M7P0R3T6V9X3",
    "dry_run": False,
    "decisions": 2,
    "payloads": {"answer": 2, "case_note": 1, "request": 2, "vector": 1},
    "examples": 1,
    "cases": [{"case": "case_01KB3AC5E8G1J4M7P0R3T6V9X4", "decision": DECISION_ID, "state": "queued"}],
    "models": ["mod_01KB3AC5E8G1J4M7P0R3T6V9X5"],
    "holds": [],
    "erased_before": [],
}
PLACE_HOLD: dict[str, Any] = {"kind": "subject", "target": "customer-4711", "why": "Court order 12/26."}
HOLD: dict[str, Any] = {
    "id": _HOLD,
    "kind": "subject",
    "target": "customer-4711",
    "why": "Court order 12/26.",
    "by": "operations",
    "placed_at": "2026-11-21T09:00:00.000Z",
    "released_by": None,
    "released_at": None,
}
HOLDS: dict[str, Any] = {"items": [HOLD]}
RELEASED: dict[str, Any] = HOLD | {"released_by": "operations", "released_at": "2026-12-21T09:00:00.000Z"}
PURGE: dict[str, Any] = {"dry_run": True, "workflow": None}
PURGED: dict[str, Any] = {
    "dry_run": True,
    "workflows": [
        {
            "workflow": "retail-banking",
            "days": 400,
            "before": "2025-10-17T09:00:00.000Z",
            "decisions": 118,
            "kept": {"held": 3, "open": 0, "calibration": 12},
        }
    ],
}
REQUESTS: dict[str, dict[str, Any]] = {"Erase": ERASE, "PlaceHold": PLACE_HOLD, "Purge": PURGE}
