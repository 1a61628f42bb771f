"""People and sessions, as pages show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.words import Phrase
from service.domain.access import ROLES, Limit, Principal

ROLE_WORDS: Mapping[str, str] = {
    "caller": "asks for decisions",
    "reviewer": "decides cases",
    "lead": "decides cases, hands them over, sees the team's figures",
    "operations": "looks after rules, documents, keys and people",
    "model-owner": "trains and promotes models",
    "auditor": "reads everything, and the ledger",
}
_HOW = {"key": "an API key", "password": "a password", "provider": "the provider", "oidc": "the provider"}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One open session."""

    id: str
    how: str
    browser: str
    seen_at: str
    seen: str
    created_at: str
    created: str
    this: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One account in the list, and at the head of its own page."""

    id: str
    address: str
    name: str
    role: str
    role_words: str
    where: str
    limits: str  #: a line each, as the form takes them
    groups: str  #: separated by commas
    ways: str
    state: Phrase
    disabled: bool
    created_at: str
    created: str
    created_by: str


def session_rows(found: Sequence[Mapping[str, Any]], now: datetime) -> list[SessionRow]:
    return [
        SessionRow(
            id=one["id"],
            how=_HOW.get(one["how"], one["how"]),
            browser=one["browser"],
            seen_at=one["seen_at"],
            seen=_ago(one["seen_at"], now),
            created_at=one["created_at"],
            created=_ago(one["created_at"], now),
            this=one["this"],
        )
        for one in found
    ]


def person_row(found: Mapping[str, Any], now: datetime) -> PersonRow:
    limits = [Limit(one["queue"], one["role"], frozenset(one["actions"])) for one in found["limits"]]
    return PersonRow(
        id=found["id"],
        address=f"/console/people/{found['id']}",
        name=found["name"],
        role=found["role"],
        role_words=ROLE_WORDS.get(found["role"], ""),
        where=", ".join(limit.written() for limit in limits) or "every queue",
        limits="\n".join(limit.written() for limit in limits),
        groups=", ".join(found["groups"]),
        ways=_ways(found),
        state=_state(found),
        disabled=found["disabled"],
        created_at=found["created_at"],
        created=_ago(found["created_at"], now),
        created_by=found["created_by"],
    )


def where_of(principal: Principal) -> str:
    """Where somebody may work, in words."""
    if not principal.grants:
        return "every queue"
    return "; ".join(
        (grant.queue if grant.queue != "*" else "every queue")
        + (f" (only {', '.join(sorted(grant.actions))})" if grant.actions else "")
        for grant in principal.grants
    )


def limits_typed(text: str) -> tuple[Limit, ...]:
    """A line each, as `Limit.read` has it."""
    return tuple(Limit.read(line) for line in text.splitlines() if line.strip())


def groups_typed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def roles() -> list[tuple[str, str]]:
    """Every role, with what it does."""
    return [(role, ROLE_WORDS.get(role, "")) for role in ROLES]


def _ways(found: Mapping[str, Any]) -> str:
    ways = [way for way, has in (("password", found["password"]), ("provider", found["provider"])) if has]
    return " and ".join(ways) or words.NOTHING


def _state(found: Mapping[str, Any]) -> Phrase:
    if found["disabled"]:
        return Phrase("disabled", "Disabled", "Opens nothing.", "block")
    if found["password"] or found["provider"]:
        return Phrase("good", "May sign in", "", "allow")
    if found["code_open"]:
        return Phrase("invited", "Has a code", "A code was made and not used yet.", "review")
    return Phrase("without", "Needs a code", "There is no way for them to sign in yet.", "review")


def _ago(at: str, now: datetime) -> str:
    return words.ago(datetime.fromisoformat(at), now)
