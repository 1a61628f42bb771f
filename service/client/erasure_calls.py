"""Calls about what is kept: erase somebody, hold, delete what is too old. For operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from .answers import Answer
from .steps import Calling, Steps, quoted, send

_WORKING = 300.0  # seconds on top of the timeout: there may be much to take away


class Erasure(Answer):
    """What there is of somebody, or was."""

    id: str | None  #: None: nothing was erased
    dry_run: bool
    decisions: int
    payloads: dict[str, int]
    examples: int
    cases: list[dict[str, str]]
    models: list[str]
    holds: list[str]
    erased_before: list[datetime]


class LegalHold(Answer):
    """Something that must not be erased, nor deleted by age."""

    id: str
    kind: str
    target: str | None
    why: str | None
    by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None


class LegalHolds(Answer):
    """Newest first."""

    items: list[LegalHold]


class Purged(Answer):
    """What became of what is too old, by workflow."""

    dry_run: bool
    workflows: list[dict[str, Any]]


class ErasureCalls(Calling):
    """Erasing is repeated safely; holds are not placed twice blindly."""

    __slots__ = ()

    def erase_subject(self, subject: str, *, dry_run: bool = False) -> Steps[Erasure]:
        """Everything there is of somebody. SignoffError `legal_hold` while one keeps it."""
        body = {"subject": subject, "dry_run": dry_run}
        return (yield from self._one(Erasure, send("POST", "/v1/subjects/erase", body=body, patience=_WORKING)))

    def holds(self, *, released: bool = False) -> Steps[LegalHolds]:
        """Those in force, or the others as well."""
        return (yield from self._one(LegalHolds, send("GET", "/v1/holds", params={"released": released})))

    def place_hold(self, kind: Literal["subject", "decision", "workflow"], target: str, why: str) -> Steps[LegalHold]:
        """Neither erased nor deleted by age from now on."""
        body = {"kind": kind, "target": target, "why": why}
        return (yield from self._one(LegalHold, send("POST", "/v1/holds", body=body, repeatable=False)))

    def release_hold(self, hold: str) -> Steps[LegalHold]:
        """SignoffError `conflict` when it was released before."""
        return (yield from self._one(LegalHold, send("POST", f"/v1/holds/{quoted(hold)}/release", repeatable=False)))

    def purge(self, *, dry_run: bool = False, workflow: str | None = None) -> Steps[Purged]:
        """Delete what is too old by the workflows' policies, now."""
        body = {"dry_run": dry_run, "workflow": workflow}
        return (yield from self._one(Purged, send("POST", "/v1/retention/purge", body=body, patience=_WORKING)))
