"""Requests that are decided with another one, and where requests lie by their meaning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ALIKE = sa.text("likeness IS NOT NULL")
_OUT = sa.text("delivered_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("cases", sa.Column("likeness", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_cases_alike", "cases", ["likeness", "state", "id"], sqlite_where=_ALIKE, postgresql_where=_ALIKE
    )
    op.create_index(
        "ix_cases_delivered", "cases", ["workflow", "delivered_at"], sqlite_where=_OUT, postgresql_where=_OUT
    )
    op.create_table(
        "attached",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_attached_case")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_attached_decision")),
        sa.PrimaryKeyConstraint("case", "decision", name=op.f("pk_attached")),
    )
    op.create_index("ix_attached_decision", "attached", ["decision"])
    op.create_table(
        "case_vectors",
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.String(length=64), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_case_vectors_decision")),
        sa.ForeignKeyConstraint(["payload"], ["payloads.id"], name=op.f("fk_case_vectors_payload")),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_case_vectors")),
    )


def downgrade() -> None:
    op.drop_table("case_vectors")
    op.drop_table("attached")
    op.drop_index("ix_cases_delivered", "cases")
    op.drop_index("ix_cases_alike", "cases")
    op.drop_column("cases", "likeness")
