"""What the API answers about the ledger."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Reply, Time


class Record(Reply):
    """One record of the ledger."""

    sequence: int
    kind: str = Field(description="What happened, as `decision.made`.")
    subject: str = Field(description="The decision, case, release, document or account that it is about.")
    at: str = Time
    body: dict[str, Any]
    hash: str = Field(description="SHA-256 over the hash before it and this record's canonical bytes.")


class Records(Reply):
    """Oldest first."""

    items: list[Record]
    next: int | None = Field(description="`after` of the page that follows; null after the last one.")


class SigningKey(Reply):
    """A key that signed checkpoints."""

    id: str
    trusted: bool = Field(description="Whether it is this instance's own; else it lies beside what it signed.")


class CheckpointsFound(Reply):
    """What the checkpoints at hand say."""

    checked: int
    last: int | None = Field(description="Last record that a checkpoint covers.")
    keys: list[SigningKey]
    wrong: list[str]


class WrongRow(Reply):
    """A row that is not what the ledger says."""

    table: str
    id: str
    why: str


class RowsFound(Reply):
    """The tables, held against the ledger."""

    compared: dict[str, int] = Field(description="Rows by table.")
    wrong: list[WrongRow] = Field(description="The first twenty.")
    wrong_in_all: int
    restored_until: int | None = Field(description="Records up to here came out of an export, without their rows.")


class LedgerVerified(Reply):
    """Whether the chain, the checkpoints and the tables hold, and the first record that does not fit."""

    ok: bool
    records: int = Field(description="Good ones, from the first on.")
    first_bad: int | None
    why: str
    head: str = Field(description="Hash of the last good record.")
    root: str = Field(description="Root of the tree over all good records, as RFC 9162 has it.")
    checkpoints: CheckpointsFound
    rows: RowsFound


class Checkpoint(Reply):
    """What the ledger was at one moment, signed. Its line in the file is these members in their RFC 8785 bytes."""

    stream: str
    sequence: int = Field(description="Last record that it covers.")
    head: str
    root: str
    peaks: list[str] = Field(description="The tree's full parts.")
    at: str = Time
    previous: str = Field(description="SHA-256 of the line before; zeros for the first.")
    key: str
    signature: str = Field(description="Ed25519, in hex.")


class Checkpoints(Reply):
    """Newest first."""

    items: list[Checkpoint]
    key: str
    public_key: str = Field(description="PEM.")


class ProvedRecord(Reply):
    """A record with the proof that it is in the ledger that was signed."""

    record: dict[str, Any]
    previous: str
    hash: str
    proof: list[str] = Field(description="Inclusion proof to the checkpoint's root, from the leaf up (RFC 9162).")


class ArtefactText(Reply):
    """Rules or policy as they were."""

    digest: str
    text: str


class Dossier(Reply):
    """Everything one decision rests on. `signoff audit check` verifies it without an instance."""

    format: Literal["signoff-dossier/1"]
    decision: str
    at: str = Time
    by: str
    stands: dict[str, Any]
    release: dict[str, Any]
    artefacts: dict[str, ArtefactText]
    model: dict[str, Any] | None
    documents: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    words: dict[str, Any] | None = Field(description="What was asked, answered and written; null unless asked for.")
    records: list[ProvedRecord]
    checkpoint: Checkpoint
    key: str
    public_key: str
    signature: str = Field(description="Ed25519 over everything else, in hex.")
