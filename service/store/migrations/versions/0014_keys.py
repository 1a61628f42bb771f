"""Payloads sealed under keys that lie elsewhere, holds, and erasures. What is there already is sealed by a chore."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPEN = sa.text("key IS NULL")
_IN_FORCE = sa.text("released_at IS NULL")
_PENDING = sa.text("destroyed_at IS NULL")


def upgrade() -> None:
    op.add_column("payloads", sa.Column("key", sa.String(length=64), nullable=True))
    op.drop_index("ix_payloads_subject", table_name="payloads")
    op.create_index("ix_payloads_key", "payloads", ["key"])
    op.create_index("ix_payloads_open", "payloads", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_decisions_request", "decisions", ["request"])
    op.create_table(
        "payload_keys",
        sa.Column("owner", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_payload_keys")),
        sa.UniqueConstraint("key", name=op.f("uq_payload_keys_key")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("released_by", sa.String(length=200), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_legal_holds_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        "ix_legal_holds_target", "legal_holds", ["target", "kind"], sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("destroyed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_pending", "erasures", ["id"], sqlite_where=_PENDING, postgresql_where=_PENDING)


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("legal_holds")
    op.drop_table("payload_keys")
    op.drop_index("ix_decisions_request", table_name="decisions")
    op.drop_index("ix_payloads_open", table_name="payloads")
    op.drop_index("ix_payloads_key", table_name="payloads")
    op.create_index("ix_payloads_subject", "payloads", ["subject"])
    op.drop_column("payloads", "key")
