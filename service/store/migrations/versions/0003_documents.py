"""The life of documents by sequence, what snapshots are made from, and checks of certificates after approvals."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REQUIRED = ("fields", "similar", "authors", "sequence")
_COUNTER = "document_sequence"
_COUNTERS = sa.table("counters", sa.column("name"), sa.column("value", sa.BigInteger()))
_Event = tuple[str, str, str, int]  # step, collection, id, version


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("collections", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "document_checks",
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_document_checks_release")),
        sa.PrimaryKeyConstraint("release", "sequence", name=op.f("pk_document_checks")),
    )
    # Beside the column, not by making the table anew: others refer to it.
    adapter = sa.ForeignKey("artefacts.digest", name=op.f("fk_releases_adapter"))
    op.add_column(
        "releases", sa.Column("adapter", sa.String(length=64), adapter, nullable=True), inline_references=True
    )

    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.alter_column("retired_by", new_column_name="ended_by")
        batch_op.alter_column("retired_at", new_column_name="ended_at")
        batch_op.add_column(sa.Column("fields", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("source", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("signature", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("similar", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("authors", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("sequence", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("approved_sequence", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ended_sequence", sa.BigInteger(), nullable=True))

    _fill(op.get_bind())

    with op.batch_alter_table("documents", schema=None) as batch_op:
        for name in _REQUIRED:
            kind = sa.BigInteger() if name == "sequence" else sa.JSON()
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_documents_approved_at_a_sequence"), "status <> 'approved' OR approved_sequence IS NOT NULL"
        )
        batch_op.create_index("ix_documents_sequence", ["sequence"], unique=False)
        batch_op.create_index(
            "ix_documents_collection_approved_sequence", ["collection", "approved_sequence"], unique=False
        )
        batch_op.create_index("ix_documents_collection_ended_sequence", ["collection", "ended_sequence"], unique=False)


def _fill(connection: sa.Connection) -> None:
    """Give every version its sequences: those that the ledger tells of, else the earliest that fits."""
    known = ("status", "submitted_by", "approved_by", "approved_at", "effective_from", "ended_by", "ended_at")
    documents = sa.table(
        "documents",
        *map(sa.column, ("collection", "id", "version", *known, "sequence", "approved_sequence", "ended_sequence")),
        *(sa.column(name, sa.JSON()) for name in ("fields", "similar", "authors")),
    )
    key = (documents.c.collection, documents.c.id, documents.c.version)
    rows = connection.execute(
        sa.select(*key, *(documents.c[name] for name in known)).order_by(*key[:2], documents.c.version.desc())
    ).all()
    if not rows:
        return
    told = _told(connection)
    latest = max(1, *told.values(), _counted(connection))
    successors: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:  # of each document the newest first, so that what replaced a version is known
        newer = successors[row.collection, row.id]
        values = _sequences(row, told, latest, newer)
        if row.approved_by is not None and (row.effective_from is None or row.effective_from <= row.approved_at):
            newer.append(
                {
                    "ended_sequence": values["approved_sequence"],
                    "ended_by": row.approved_by,
                    "ended_at": row.approved_at,
                }
            )
        this = (column == value for column, value in zip(key, row[:3], strict=True))
        connection.execute(
            documents.update()
            .where(*this)
            .values(fields={}, similar=[], authors=[row.submitted_by], ended_by=None, ended_at=None)
            .values(values)
        )
    _count(connection, latest)  # nobody may be handed a sequence that a document has already


def _sequences(row: Any, told: dict[_Event, int], latest: int, newer: list[dict[str, Any]]) -> dict[str, Any]:
    submitted, approved, retired = (
        told.get((step, row.collection, row.id, row.version)) for step in ("submitted", "approved", "retired")
    )
    values: dict[str, Any] = {"approved_sequence": None, "ended_sequence": None}
    if row.approved_by is not None:
        values["approved_sequence"] = approved or 1
    if row.status == "retired":
        values |= {"ended_sequence": retired or latest, "ended_by": row.ended_by, "ended_at": row.ended_at}
    elif row.status == "superseded":
        later = [end for end in newer if end["ended_sequence"] > (values["approved_sequence"] or 0)]
        unknown = {"ended_sequence": latest, "ended_by": row.approved_by, "ended_at": row.approved_at}
        values |= min(later, key=lambda end: int(end["ended_sequence"]), default=unknown)
    steps = (submitted, values["approved_sequence"], values["ended_sequence"])
    return values | {"sequence": max((step for step in steps if step is not None), default=latest)}


def _counted(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(_COUNTERS.c.value).where(_COUNTERS.c.name == _COUNTER)) or 0


def _count(connection: sa.Connection, value: int) -> None:
    moved = connection.execute(_COUNTERS.update().where(_COUNTERS.c.name == _COUNTER).values(value=value))
    if moved.rowcount == 0:
        connection.execute(_COUNTERS.insert().values(name=_COUNTER, value=value))


def _told(connection: sa.Connection) -> dict[_Event, int]:
    """The document sequence of each step, as the ledger records it."""
    ledger = sa.table(
        "ledger", *map(sa.column, ("sequence", "kind", "subject_id")), sa.column("record", sa.LargeBinary())
    )
    rows = connection.execute(
        sa.select(ledger.c.kind, ledger.c.record)
        .where(
            sa.text("kind <> 'decision.made'"),  # as the index of operations says it
            ledger.c.kind.in_(("documents.submitted", "documents.attested", "document.approved", "document.retired")),
        )
        .order_by(ledger.c.sequence)
    )
    found: dict[_Event, int] = {}
    for kind, record in rows:
        told = json.loads(record)
        for document_id, version in _named(told):
            where = (told["body"]["collection"], document_id, version)
            for step in ("submitted", "approved") if kind == "documents.attested" else (kind.partition(".")[2],):
                found[step, *where] = told["body"]["sequence"]
    return found


def _named(told: dict[str, Any]) -> Iterator[tuple[str, int]]:
    body = told["body"]
    if "version" in body:
        yield told["subject"], body["version"]
    for entry in body.get("documents", ()):
        document_id, _, rest = entry.rpartition("@")
        yield document_id, int(rest.partition(":")[0])


def downgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        for name in ("ended_sequence", "approved_sequence"):
            batch_op.drop_index(f"ix_documents_collection_{name}")
        batch_op.drop_index("ix_documents_sequence")
        batch_op.drop_constraint(op.f("ck_documents_approved_at_a_sequence"), type_="check")
        for name in ("source", "signature", "approved_sequence", "ended_sequence", *_REQUIRED):
            batch_op.drop_column(name)
        batch_op.alter_column("ended_by", new_column_name="retired_by")
        batch_op.alter_column("ended_at", new_column_name="retired_at")
    op.drop_column("releases", "adapter")
    op.drop_table("document_checks")
    op.drop_table("snapshots")
