"""Calls about API keys, for whoever automates that they come, change and go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .answers import Answer
from .steps import Calling, Steps, quoted, send


class Key(Answer):
    """An API key; `key`, its secret, is there only when it was just made, and is shown that once."""

    id: str
    name: str
    role: str
    scopes: list[str]
    workflows: list[str] | None
    groups: list[str]
    rate: int | None
    state: str
    created_at: datetime
    created_by: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    replaced_by: str | None = None
    key: str | None = None


class _Keys(Answer):
    items: list[Key]


class KeyCalls(Calling):
    """Needs scope `keys`. What would do something twice is not repeated blindly."""

    __slots__ = ()

    def api_keys(self) -> Steps[list[Key]]:
        """Every key, oldest first."""
        return (yield from self._one(_Keys, send("GET", "/v1/keys"))).items

    def api_key(self, key_id: str) -> Steps[Key]:
        """One of them. SignoffError `not_found` when there is none of that id."""
        return (yield from self._one(Key, send("GET", f"/v1/keys/{quoted(key_id)}")))

    def create_key(
        self,
        name: str,
        role: str,
        *,
        scopes: Sequence[str] | None = None,
        workflows: Sequence[str] | None = None,
        groups: Sequence[str] = (),
        days: float | None = None,
        rate: int | None = None,
    ) -> Steps[Key]:
        """A key for `name`; with `workflows` it knows of no others. SignoffError `conflict` when `name` has one."""
        body = {
            "name": name,
            "role": role,
            "scopes": None if scopes is None else list(scopes),
            "workflows": None if workflows is None else list(workflows),
            "groups": list(groups),
            "days": days,
            "rate": rate,
        }
        return (yield from self._one(Key, send("POST", "/v1/keys", body=body, repeatable=False)))

    def rotate_key(self, key_id: str, *, overlap_hours: float = 24) -> Steps[Key]:
        """A key that may do the same; the old one goes on for so long."""
        asked = send(
            "POST", f"/v1/keys/{quoted(key_id)}/rotate", body={"overlap_hours": overlap_hours}, repeatable=False
        )
        return (yield from self._one(Key, asked))

    def revoke_key(self, key_id: str) -> Steps[Key]:
        """It opens nothing from the next request on."""
        return (yield from self._one(Key, send("POST", f"/v1/keys/{quoted(key_id)}/revoke", repeatable=False)))
