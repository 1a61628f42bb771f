"""The examples of the reference about people: a reviewer of one queue who leads another."""

from __future__ import annotations

from typing import Any

PERSON: dict[str, Any] = {
    "id": "per_01KB3AC5E8G1J4M7P0R3T6V9X2",
    "name": "Maya Lind",
    "role": "reviewer",
    "limits": [
        {"queue": "retail-banking", "role": "", "actions": []},
        {"queue": "complaints", "role": "lead", "actions": ["claim", "decide", "assign"]},
    ],
    "groups": ["staff"],
    "password": True,
    "provider": False,
    "code_open": False,
    "disabled": False,
    "created_at": "2026-11-21T09:00:00.000Z",
    "created_by": "Olga Brandt",
    "password_at": "2026-11-21T09:12:00.000Z",
}
INVITED: dict[str, Any] = {
    **PERSON,
    "password": False,
    "password_at": None,
    "code_open": True,
    "code": "k7m2p-x4hqe-9fznw-3tcrb",
    "code_hours": 24,
}
DISABLED: dict[str, Any] = {
    **PERSON,
    "disabled": True,
    "password": False,
    "password_at": None,
    "keys_revoked": ["key_01KB3AC5E8G1J4M7P0R3T6V9X3"],
}
PEOPLE: dict[str, Any] = {"items": [PERSON]}
SESSIONS: dict[str, Any] = {
    "items": [
        {
            "id": "ses_01KB3AC5E8G1J4M7P0R3T6V9X4",
            "how": "password",
            "browser": "Firefox on Linux",
            "created_at": "2026-11-21T09:12:00.000Z",
            "seen_at": "2026-11-21T11:40:00.000Z",
            "expires_at": "2026-11-21T21:12:00.000Z",
            "this": False,
        }
    ]
}
ENDED: dict[str, Any] = {"ended": 1}

REQUESTS: dict[str, Any] = {
    "NewPerson": {
        "name": "Maya Lind",
        "role": "reviewer",
        "limits": [
            {"queue": "retail-banking"},
            {"queue": "complaints", "role": "lead", "actions": ["claim", "decide", "assign"]},
        ],
        "groups": ["staff"],
        "subject": None,
    },
    "PersonRights": {"role": "lead", "limits": []},
    "PersonLogin": {"subject": "248289761001"},
    "SessionsEnd": {"session": None},
}
