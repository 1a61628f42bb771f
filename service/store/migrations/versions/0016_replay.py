"""Decisions that were made again or corrected, and what jobs found out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resumed",
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("document_sequence", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_resumed_decision")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_resumed_case")),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_resumed_release")),
        sa.ForeignKeyConstraint(["answer"], ["payloads.id"], name=op.f("fk_resumed_answer")),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_resumed")),
    )
    op.create_table(
        "corrections",
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("superseded_by", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_corrections_decision")),
        sa.ForeignKeyConstraint(["superseded_by"], ["decisions.id"], name=op.f("fk_corrections_superseded_by")),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_corrections_note")),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_corrections")),
        sa.UniqueConstraint("superseded_by", name=op.f("uq_corrections_superseded_by")),
    )
    op.create_table(
        "job_reports",
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_job_reports_job")),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_reports")),
    )


def downgrade() -> None:
    op.drop_table("job_reports")
    op.drop_table("corrections")
    op.drop_table("resumed")
