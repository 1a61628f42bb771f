"""The examples of the reference about API keys: a shop that asks for decisions of one workflow."""

from __future__ import annotations

from typing import Any

KEY: dict[str, Any] = {
    "id": "key_01KB3AC5E8G1J4M7P0R3T6V9X3",
    "name": "shop",
    "role": "caller",
    "scopes": ["decide"],
    "workflows": ["retail-banking"],
    "groups": [],
    "rate": 600,
    "state": "good",
    "created_at": "2026-11-21T09:00:00.000Z",
    "created_by": "Olga Brandt",
    "expires_at": "2027-02-19T09:00:00.000Z",
    "revoked_at": None,
    "used_at": "2026-11-21T11:40:00.000Z",
    "replaced_by": None,
}
MADE: dict[str, Any] = {**KEY, "used_at": None, "key": "sgn_…"}
ROTATED: dict[str, Any] = {**MADE, "id": "key_01KB3AC5E8G1J4M7P0R3T6V9X4", "instead_of": KEY["id"]}
REVOKED: dict[str, Any] = {**KEY, "state": "revoked", "revoked_at": "2026-11-21T12:00:00.000Z"}
KEYS: dict[str, Any] = {"items": [KEY]}

REQUESTS: dict[str, Any] = {
    "NewKey": {
        "name": "shop",
        "role": "caller",
        "scopes": None,
        "workflows": ["retail-banking"],
        "groups": [],
        "days": 90,
        "rate": 600,
    },
    "KeyRotation": {"overlap_hours": 24},
}
