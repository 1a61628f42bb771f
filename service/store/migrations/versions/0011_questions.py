"""What requesters were asked, and what they answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NAME = sa.String(length=200)
_ID = sa.String(length=64)


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case", _ID, nullable=False),
        sa.Column("decision", _ID, nullable=False),
        sa.Column("asked_by", _NAME, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("asked", _ID, nullable=False),
        sa.Column("ended", sa.String(length=20)),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("said", _ID),
        sa.Column("said_by", _NAME),
        sa.Column("release", _ID),
        sa.Column("effect", sa.String(length=20)),
        sa.Column("key", sa.String(length=255)),
        sa.Column("digest", _ID),
        sa.CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name=op.f("ck_questions_ended_at_some_time")),
        sa.CheckConstraint(
            "(ended = 'answered') = (said IS NOT NULL)", name=op.f("ck_questions_answered_with_something")
        ),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_questions_case")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_questions_decision")),
        sa.ForeignKeyConstraint(["asked"], ["payloads.id"], name=op.f("fk_questions_asked")),
        sa.ForeignKeyConstraint(["said"], ["payloads.id"], name=op.f("fk_questions_said")),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_questions_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_case"), "questions", ["case"])
    op.create_index(op.f("ix_questions_decision"), "questions", ["decision"])
    op.create_index(
        "uq_questions_open_case",
        "questions",
        ["case"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("questions")
