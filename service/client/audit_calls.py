"""Calls about the ledger, for whoever has to prove what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .answers import Answer
from .steps import Calling, Steps, quoted, send

_VERIFYING = 600.0  # seconds on top of the timeout: every record is hashed anew


class Record(Answer):
    """One record of the ledger."""

    sequence: int
    kind: str
    subject: str
    at: datetime
    body: dict[str, Any]
    hash: str


class RecordPage(Answer):
    """A page of records, oldest first; `next` is the `after` of the one that follows."""

    items: list[Record]
    next: int | None


class LedgerVerified(Answer):
    """What verifying found."""

    ok: bool
    records: int
    first_bad: int | None
    why: str
    head: str
    root: str
    checkpoints: dict[str, Any]
    rows: dict[str, Any]


class Checkpoint(Answer):
    """What the ledger was at one moment, signed."""

    stream: str
    sequence: int
    head: str
    root: str
    peaks: list[str]
    at: str
    previous: str
    key: str
    signature: str


class Checkpoints(Answer):
    """The newest, newest first, with the key that checks them."""

    items: list[Checkpoint]
    key: str
    public_key: str


class Dossier(Answer):
    """All that a decision rests on. Keep the bytes as they come if they are to be checked: `signoff audit check`."""

    format: str
    decision: str
    at: str
    by: str
    stands: dict[str, Any]
    release: dict[str, Any]
    artefacts: dict[str, Any]
    model: dict[str, Any] | None
    documents: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    words: dict[str, Any] | None
    records: list[dict[str, Any]]
    checkpoint: dict[str, Any]
    key: str
    public_key: str
    signature: str


class AuditCalls(Calling):
    """Needs scope `audit`; to write a checkpoint, `operate`."""

    __slots__ = ()

    def records(
        self,
        *,
        kind: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: int = 0,
        limit: int = 50,
    ) -> Steps[RecordPage]:
        """A page of records, oldest first; `kind` may be a group, as `document.*`."""
        params = {
            "kind": kind,
            "subject": subject,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "after": after,
            "limit": limit,
        }
        return (yield from self._one(RecordPage, send("GET", "/v1/audit", params=params)))

    def verify_ledger(self) -> Steps[LedgerVerified]:
        """Every record, the checkpoints, and the tables."""
        return (yield from self._one(LedgerVerified, send("GET", "/v1/audit/verify", patience=_VERIFYING)))

    def checkpoints(self, limit: int = 50) -> Steps[Checkpoints]:
        """What was signed, newest first."""
        return (yield from self._one(Checkpoints, send("GET", "/v1/audit/checkpoints", params={"limit": limit})))

    def write_checkpoint(self) -> Steps[Checkpoint]:
        """Sign where the ledger stands."""
        asked = send("POST", "/v1/audit/checkpoints", patience=_VERIFYING)
        return (yield from self._one(Checkpoint, asked))

    def dossier(self, decision_id: str, *, with_request: bool = False) -> Steps[Dossier]:
        """The dossier of a decision; that it was taken out is on the ledger."""
        path = f"/v1/decisions/{quoted(decision_id)}/dossier"
        asked = send("GET", path, params={"with_request": with_request or None}, repeatable=False)
        return (yield from self._one(Dossier, asked))
