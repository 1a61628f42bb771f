"""What people keep of how they work, and who is looking at which case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person", "name", name=op.f("pk_preferences")),
    )
    op.create_table(
        "lookers",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_lookers_case")),
        sa.PrimaryKeyConstraint("case", "person", name=op.f("pk_lookers")),
    )
    op.create_index(op.f("ix_lookers_seen_at"), "lookers", ["seen_at"])


def downgrade() -> None:
    op.drop_table("lookers")
    op.drop_table("preferences")
