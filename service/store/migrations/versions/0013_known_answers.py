"""Cases whose answer is known, and the copies of them that were given to people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STANDS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("decisions", sa.Column("known_answer", sa.String(length=64), nullable=True))
    op.create_table(
        "known_answers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_why", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_known_answers_decision")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_known_answers_case")),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_known_answers_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_answers")),
    )
    op.create_index(
        "uq_known_answers_decision",
        "known_answers",
        ["decision"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )
    op.create_index("ix_known_answers_queue", "known_answers", ["queue", "created_at"])
    op.create_table(
        "known_answer_cases",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("known_answer", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("identity", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("correct", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_known_answer_cases_case")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_known_answer_cases_decision")),
        sa.ForeignKeyConstraint(
            ["known_answer"], ["known_answers.id"], name=op.f("fk_known_answer_cases_known_answer")
        ),
        sa.ForeignKeyConstraint(["source"], ["decisions.id"], name=op.f("fk_known_answer_cases_source")),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_known_answer_cases")),
        sa.UniqueConstraint("decision", name=op.f("uq_known_answer_cases_decision")),
        sa.UniqueConstraint("source", "identity", name=op.f("uq_known_answer_cases_source")),
    )
    op.create_index(op.f("ix_known_answer_cases_known_answer"), "known_answer_cases", ["known_answer"])
    op.create_index(
        "ix_known_answer_cases_open",
        "known_answer_cases",
        ["given_at"],
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )


def downgrade() -> None:
    op.drop_table("known_answer_cases")
    op.drop_table("known_answers")
    op.drop_column("decisions", "known_answer")
