"""Replies: what was drafted, and what a person made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.Column("payload", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("loose", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.String(length=64), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=True),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_drafts_case")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_drafts_decision")),
        sa.ForeignKeyConstraint(["payload"], ["payloads.id"], name=op.f("fk_drafts_payload")),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_drafts_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index("ix_drafts_case_id", ["case", "id"], unique=False)
        batch_op.create_index("ix_drafts_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_drafts_decision_id", ["decision", "id"], unique=False)
        batch_op.create_index("ix_drafts_state_id", ["state", "id"], unique=False)
    op.create_table(
        "replies",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("review", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("draft", sa.String(length=64), nullable=True),
        sa.Column("by_model", sa.Boolean(), nullable=False),
        sa.Column("unedited", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(draft IS NULL) = (changed IS NULL)", name=op.f("ck_replies_compared_with_a_draft")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_replies_case")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_replies_decision")),
        sa.ForeignKeyConstraint(["review"], ["reviews.id"], name=op.f("fk_replies_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("review", name=op.f("uq_replies_review")),
    )
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.create_index("ix_replies_case_id", ["case", "id"], unique=False)
        batch_op.create_index("ix_replies_workflow_created_at", ["workflow", "created_at"], unique=False)
    op.create_table(
        "summaries",
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("led", sa.JSON(), nullable=False),
        sa.Column("unled", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_summaries_decision")),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_summaries")),
    )


def downgrade() -> None:
    op.drop_table("summaries")
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.drop_index("ix_replies_workflow_created_at")
        batch_op.drop_index("ix_replies_case_id")
    op.drop_table("replies")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index("ix_drafts_state_id")
        batch_op.drop_index("ix_drafts_decision_id")
        batch_op.drop_index("ix_drafts_created_at")
        batch_op.drop_index("ix_drafts_case_id")
    op.drop_table("drafts")
