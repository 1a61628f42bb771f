"""What the API answers about API keys."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from service.api.replies import Reply, Time


class Key(Reply):
    """An API key, without its secret."""

    id: str
    name: str
    role: str
    scopes: list[str] = Field(description="What it may do: all that its role may, or less.")
    workflows: list[str] | None = Field(description="For it there are no others; null: all of them.")
    groups: list[str] = Field(description="Audiences of documents.")
    rate: int | None = Field(description="Requests a minute; 0: any; null: as is usual here.")
    state: Literal["good", "ending", "expired", "revoked"] = Field(
        description="`ending`: within two weeks, and nothing takes its place."
    )
    created_at: str = Time
    created_by: str | None
    expires_at: str | None = Time
    revoked_at: str | None = Time
    used_at: str | None = Field(description="About when it last opened something, to ten minutes.")
    replaced_by: str | None = Field(description="Id of the key that took its place.")


class KeyMade(Key):
    """A new key. The key itself is shown this once."""

    key: str = Field(description="Send it as `Authorization: Bearer sgn_…`.")


class KeyRotated(KeyMade):
    """A new key in place of another, which goes on for a while."""

    instead_of: str = Field(description="Id of the other one.")


class Keys(Reply):
    """Every key, oldest first."""

    items: list[Key]
