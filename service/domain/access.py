"""Who may do what: scopes, the roles that bundle them, and the principal that carries them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """One permission. A route names the scope it needs; nothing is allowed without one."""

    DECIDE = "decide"  #: ask for decisions and read one's own
    EXPLAIN = "explain"  #: see rule ids, traces and reasons
    READ = "read"  #: read every decision and case of the deployment
    REVIEW = "review"  #: claim and decide cases
    LEAD = "lead"  #: hand cases over, decide many at once, adjudicate, see the team's figures
    SEARCH = "search"  #: search the approved documents
    RULES = "rules"  #: check, reload and roll back rules and policies
    DOCUMENTS = "documents"  #: submit, approve and retire documents
    MODELS = "models"  #: train, certify, promote
    OPERATE = "operate"  #: halt, resume, see metrics
    AUDIT = "audit"  #: read and export the ledger
    KEYS = "keys"  #: create and revoke API keys
    PEOPLE = "people"  #: create accounts, say what they may do, end their sessions


#: Scopes that can be held in one queue and not in another. The rest are of the deployment as a whole.
QUEUE_SCOPES = frozenset({Scope.READ, Scope.REVIEW, Scope.LEAD})

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})  # controls, joiners and marks, halves of characters

#: In a grant: every queue.
EVERY_QUEUE = "*"

#: Whoever holds one of these can give anything to anybody, so that a key that is to do less carries neither.
GIVING_SCOPES = frozenset({Scope.KEYS, Scope.PEOPLE})

#: Names of what comes with a token of the provider begin so; no person and no API key is called that.
TOKEN_NAMES = "oidc:"  # noqa: S105 - a prefix, no secret

#: What each role may do.
ROLES: dict[str, frozenset[Scope]] = {
    "caller": frozenset({Scope.DECIDE}),
    "reviewer": frozenset({Scope.REVIEW, Scope.EXPLAIN, Scope.READ, Scope.SEARCH}),
    "lead": frozenset({Scope.REVIEW, Scope.LEAD, Scope.EXPLAIN, Scope.READ, Scope.SEARCH}),
    "operations": frozenset(
        {
            Scope.DECIDE,
            Scope.EXPLAIN,
            Scope.READ,
            Scope.SEARCH,
            Scope.RULES,
            Scope.DOCUMENTS,
            Scope.OPERATE,
            Scope.KEYS,
            Scope.PEOPLE,
        }
    ),
    "model-owner": frozenset({Scope.EXPLAIN, Scope.READ, Scope.SEARCH, Scope.MODELS}),
    "auditor": frozenset({Scope.EXPLAIN, Scope.READ, Scope.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do in one queue, beside what they may do everywhere."""

    queue: str  #: its name, or EVERY_QUEUE
    scopes: frozenset[Scope]
    actions: frozenset[str] = frozenset()  #: of cases, as in `domain.case.CaseAction`; empty: all of them

    def allows(self, queue: str, scope: Scope, action: str) -> bool:
        here = self.queue in (queue, EVERY_QUEUE)
        return here and scope in self.scopes and (not action or not self.actions or action in self.actions)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that has shown who it is."""

    key_id: str
    name: str
    scopes: frozenset[Scope]  #: held everywhere, in every queue and for every action
    groups: frozenset[str] = frozenset()  #: audiences of documents it belongs to
    grants: tuple[Grant, ...] = ()  #: held in some queues, or for some actions
    workflows: frozenset[str] | None = None  #: it knows of these as if there were no others; None: of all
    rate: int | None = None  #: requests a minute that it may send; None: as the settings have it

    def reaches(self, workflow: str) -> bool:
        """Whether what belongs to that workflow is there for it."""
        return self.workflows is None or workflow in self.workflows

    def may(self, scope: Scope) -> bool:
        """Whether it holds `scope` everywhere: in every queue, for every action."""
        return scope in self.scopes

    def may_in(self, queue: str, scope: Scope, action: str = "") -> bool:
        """Whether it holds `scope` in the queue of that name, and for `action` if one is named."""
        return self.may(scope) or any(grant.allows(queue, scope, action) for grant in self.grants)

    def may_somewhere(self, scope: Scope) -> bool:
        """Whether it holds `scope` in any queue: enough to open a door, never to act behind it."""
        return self.may(scope) or any(scope in grant.scopes for grant in self.grants)

    def queues(self, scope: Scope) -> frozenset[str] | None:
        """The queues in which it holds `scope` for at least one action; None: in all of them."""
        granted = frozenset(grant.queue for grant in self.grants if scope in grant.scopes)
        return None if self.may(scope) or EVERY_QUEUE in granted else granted


def rights(role: str, limits: Iterable[Limit] = ()) -> tuple[frozenset[Scope], tuple[Grant, ...]]:
    """What somebody of `role` holds everywhere, and what in some queues only.

    Without limits a role holds in every queue. With limits, what it may do with cases holds where they say, and nowhere
    else; a limit may name another role for its queue. An unknown role holds nothing.
    """
    carried = ROLES.get(role, frozenset())
    grants = tuple(
        Grant(limit.queue, ROLES.get(limit.role or role, frozenset()) & QUEUE_SCOPES, limit.actions) for limit in limits
    )
    return (carried - QUEUE_SCOPES, grants) if grants else (carried, ())


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of where somebody may work, as operations write it."""

    queue: str  #: a queue's name, or EVERY_QUEUE
    role: str = ""  #: empty: the role they have
    actions: frozenset[str] = frozenset()  #: empty: all that the role allows

    @staticmethod
    def read(line: str) -> Limit:
        """As people write it: QUEUE, QUEUE:ROLE or QUEUE:ROLE:ACTION,ACTION; the role may be left out."""
        queue, role, actions = (*(part.strip() for part in line.split(":", 2)), "", "")[:3]
        return Limit(queue, role, frozenset(word.strip() for word in actions.split(",") if word.strip()))

    def written(self) -> str:
        """The line that `read` reads."""
        return ":".join((self.queue, self.role, ",".join(sorted(self.actions)))).rstrip(":")


def same_person(one: str, other: str) -> bool:
    """Whether two names of principals are one person's: at a terminal and with a key people go by nearly the same."""
    return identity(one) == identity(other)


def is_of_a_token(name: str) -> bool:
    """Whether only somebody with a token of the provider may go by that name."""
    return identity(name).startswith(TOKEN_NAMES)


def is_nobody(name: str) -> bool:
    """Whether a name names no person: nothing in it can be seen, or it only says where somebody came from."""
    return not identity(name)


def identity(name: str) -> str:
    """What stays the same of a person's name however it is written, and at a terminal. Empty: it names nobody."""
    seen = (c for c in unicodedata.normalize("NFKC", name) if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    plain = " ".join("".join(seen).casefold().split())
    return plain.removeprefix("cli:").strip()
