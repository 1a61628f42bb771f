"""What the API answers about people with accounts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.api.replies import Reply, Time


class PersonLimit(Reply):
    """Where somebody may work, and what there."""

    queue: str = Field(description="A queue's name; `*` is every queue.")
    role: str = Field(description="Their role there; empty: the one they have.")
    actions: list[str] = Field(description="None: all that the role allows.")


class Person(Reply):
    """An account."""

    id: str
    name: str
    role: str
    limits: list[PersonLimit] = Field(description="None: every queue.")
    groups: list[str] = Field(description="Audiences of documents.")
    password: bool = Field(description="Whether a password is set.")
    provider: bool = Field(description="Whether they may sign in with the provider.")
    code_open: bool = Field(description="Whether a code waits to be used.")
    disabled: bool
    created_at: str = Time
    created_by: str
    password_at: str | None = Time


class PersonWithCode(Person):
    """An account, with the code by which its owner sets a password. It is shown this once."""

    code: str | None = Field(description="Null: they sign in with the provider.")
    code_hours: int | None = Field(description="How long the code is good.")


class PersonDisabled(Person):
    """An account that opens nothing any more, and the keys of the same name that went with it."""

    keys_revoked: list[str]


class People(Reply):
    """Everybody with an account, by name."""

    items: list[Person]


class Session(Reply):
    """One open session."""

    id: str
    how: Literal["key", "password", "provider"]
    browser: str = Field(description="Its kind and system, in our words.")
    created_at: str = Time
    seen_at: str = Time
    expires_at: str = Time
    this: bool


class Sessions(Reply):
    """What somebody has open, the last seen first."""

    items: list[Session]


class SessionsEnded(Reply):
    """How many ended."""

    ended: int
