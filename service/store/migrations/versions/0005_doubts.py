"""Labels in doubt with what people said of them, and all labels that a model in shadow would have given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SHADOWS = sa.table("shadows", sa.column("label", sa.String), sa.column("labels", sa.JSON))


def upgrade() -> None:
    op.create_table(
        "doubts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("example", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("looks_like", sa.String(length=200), nullable=False),
        sa.Column("too_much", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("given", sa.Float(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=200), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubts")),
    )
    with op.batch_alter_table("doubts", schema=None) as batch_op:
        batch_op.create_index("ix_doubts_workflow_id", ["workflow", "id"], unique=False)
    with op.batch_alter_table("shadows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("labels", sa.JSON(), nullable=True))
    _fill_labels()
    with op.batch_alter_table("shadows", schema=None) as batch_op:
        batch_op.alter_column("labels", existing_type=sa.JSON(), nullable=False)


def _fill_labels() -> None:
    """Until now a model in shadow noted one label, or none."""
    connection = op.get_bind()
    label = _SHADOWS.c.label
    for found in connection.execute(sa.select(label).distinct()).scalars().all():
        rows = label.is_(None) if found is None else label == found
        connection.execute(_SHADOWS.update().where(rows).values(labels=[] if found is None else [found]))


def downgrade() -> None:
    with op.batch_alter_table("shadows", schema=None) as batch_op:
        batch_op.drop_column("labels")
    with op.batch_alter_table("doubts", schema=None) as batch_op:
        batch_op.drop_index("ix_doubts_workflow_id")
    op.drop_table("doubts")
