"""Who may do what: scopes, the roles that bundle them, and the principal that carries them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """One permission. A route names the scope it needs; nothing is allowed without one."""

    DECIDE = "decide"  #: ask for decisions and read one's own
    EXPLAIN = "explain"  #: see rule ids, traces and reasons
    READ = "read"  #: read every decision and case of the deployment
    REVIEW = "review"  #: claim and decide cases
    SEARCH = "search"  #: search the approved documents
    RULES = "rules"  #: check, reload and roll back rules and policies
    DOCUMENTS = "documents"  #: submit, approve and retire documents
    MODELS = "models"  #: train, certify, promote
    OPERATE = "operate"  #: halt, resume, see metrics
    AUDIT = "audit"  #: read and export the ledger
    KEYS = "keys"  #: create and revoke API keys


#: What a key of each role may do.
ROLES: dict[str, frozenset[Scope]] = {
    "caller": frozenset({Scope.DECIDE}),
    "reviewer": frozenset({Scope.REVIEW, Scope.EXPLAIN, Scope.READ, Scope.SEARCH}),
    "operations": frozenset(
        {Scope.DECIDE, Scope.EXPLAIN, Scope.READ, Scope.SEARCH, Scope.RULES, Scope.DOCUMENTS, Scope.OPERATE, Scope.KEYS}
    ),
    "model-owner": frozenset({Scope.EXPLAIN, Scope.READ, Scope.SEARCH, Scope.MODELS}),
    "auditor": frozenset({Scope.EXPLAIN, Scope.READ, Scope.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that has shown who it is."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    groups: frozenset[str] = frozenset()  #: audiences of documents it belongs to

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


def same_person(one: str, other: str) -> bool:
    """Whether two names of principals are one person's: at a terminal and with a key people go by nearly the same."""
    return _person(one) == _person(other)


def is_nobody(name: str) -> bool:
    """Whether a name names no person: nothing in it can be seen, or it only says where somebody came from."""
    return not _person(name)


def _person(name: str) -> str:
    seen = (c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")  # joiners, marks
    plain = " ".join("".join(seen).casefold().split())
    return plain.removeprefix("cli:").strip()
