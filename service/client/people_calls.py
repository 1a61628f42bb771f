"""Calls about people with accounts, for whoever automates that they come, move and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .answers import Answer
from .steps import Calling, Steps, quoted, send

Limits = Sequence[Mapping[str, Any]]


class Person(Answer):
    """An account; `code` is there only when one was just made, and is shown that once."""

    id: str
    name: str
    role: str
    limits: list[dict[str, Any]]
    groups: list[str]
    password: bool
    provider: bool
    code_open: bool
    disabled: bool
    created_at: datetime
    created_by: str
    password_at: datetime | None = None
    code: str | None = None
    keys_revoked: tuple[str, ...] = ()


class OpenSession(Answer):
    """One open session."""

    id: str
    how: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class _People(Answer):
    items: list[Person]


class _Sessions(Answer):
    items: list[OpenSession]


class _Ended(Answer):
    ended: int


class PeopleCalls(Calling):
    """Needs scope `people`. What would do something twice is not repeated blindly."""

    __slots__ = ()

    def people(self) -> Steps[list[Person]]:
        """Everybody, by name."""
        return (yield from self._one(_People, send("GET", "/v1/people"))).items

    def person(self, person_id: str) -> Steps[Person]:
        """One of them. SignoffError `not_found` when there is nobody of that id."""
        return (yield from self._one(Person, send("GET", _address(person_id))))

    def create_person(
        self, name: str, role: str, *, limits: Limits = (), groups: Sequence[str] = (), subject: str | None = None
    ) -> Steps[Person]:
        """Hand the `code` over: it sets the password. With `subject` they sign in with the provider, without a code.

        SignoffError `conflict` when the name is somebody's, however it is written.
        """
        body = {"name": name, "role": role, "limits": _listed(limits), "groups": list(groups), "subject": subject}
        return (yield from self._one(Person, send("POST", "/v1/people", body=body, repeatable=False)))

    def change_person(
        self,
        person_id: str,
        *,
        role: str | None = None,
        limits: Limits | None = None,
        groups: Sequence[str] | None = None,
    ) -> Steps[Person]:
        """What somebody may do from now on; what is left out stays. Their sessions end if that is another."""
        body = {
            "role": role,
            "limits": None if limits is None else _listed(limits),
            "groups": None if groups is None else list(groups),
        }
        return (yield from self._one(Person, send("POST", f"{_address(person_id)}/rights", body=body)))

    def reset_person(self, person_id: str) -> Steps[Person]:
        """A `code` for a new password; the old one and every session end."""
        return (yield from self._one(Person, send("POST", f"{_address(person_id)}/reset", repeatable=False)))

    def disable_person(self, person_id: str) -> Steps[Person]:
        """They open nothing any more; `keys_revoked` went with them."""
        return (yield from self._one(Person, send("POST", f"{_address(person_id)}/disable", repeatable=False)))

    def enable_person(self, person_id: str) -> Steps[Person]:
        """They may sign in again; for a password they need a code."""
        return (yield from self._one(Person, send("POST", f"{_address(person_id)}/enable", repeatable=False)))

    def link_person(self, person_id: str, subject: str | None) -> Steps[Person]:
        """Let somebody sign in with the provider, who calls them `subject`; None: no longer."""
        asked = send("POST", f"{_address(person_id)}/login", body={"subject": subject}, repeatable=False)
        return (yield from self._one(Person, asked))

    def sessions(self, person_id: str) -> Steps[list[OpenSession]]:
        """What somebody has open, the last seen first."""
        return (yield from self._one(_Sessions, send("GET", f"{_address(person_id)}/sessions"))).items

    def end_sessions(self, person_id: str, session: str | None = None) -> Steps[int]:
        """End one, or all; how many there were."""
        asked = send("POST", f"{_address(person_id)}/sessions/end", body={"session": session}, repeatable=False)
        return (yield from self._one(_Ended, asked)).ended


def _listed(limits: Limits) -> list[dict[str, Any]]:
    return [dict(limit) for limit in limits]


def _address(person_id: str) -> str:
    return f"/v1/people/{quoted(person_id)}"
