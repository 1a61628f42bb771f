"""Everything that a case can go through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITING = "state IN ('queued', 'escalated', 'second_review', 'adjudication')"
_OPEN = "state IN ('queued', 'escalated', 'second_review', 'adjudication', 'claimed', 'on_hold', 'needs_information')"
_PARTIAL = (
    ("ix_cases_free", ("queue", "rank_at", "id"), f"{_WAITING} AND assigned_to IS NULL"),
    (
        "ix_cases_handed_over",
        ("assigned_to", "queue", "rank_at", "id"),
        f"{_WAITING} AND assigned_to IS NOT NULL",
    ),
    ("ix_cases_open", ("queue", "rank_at", "id"), _OPEN),
    ("ix_cases_counts", ("queue", "state", "due_at", "created_at"), _OPEN),
    ("ix_cases_wake_at", ("wake_at", "queue"), "wake_at IS NOT NULL"),
)
_NEW = (
    "stage",
    "rank_at",
    "boosted",
    "claimed_at",
    "assigned_to",
    "wake_at",
    "delivered_at",
    "reopens",
)
_POINT = 96 * 3_600 * 1_000_000 // 100  # microseconds that a point of priority is worth where no policy says


def upgrade() -> None:
    _upgrade_cases()
    op.create_table(
        "case_skips",
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_skips_case")),
        sa.PrimaryKeyConstraint("person", "case", name=op.f("pk_case_skips")),
    )
    op.create_index("ix_case_skips_case", "case_skips", ["case"])
    op.create_table(
        "case_events",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("was", sa.String(length=20), nullable=False),
        sa.Column("now", sa.String(length=20), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_events_case")),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_case_events_note")),
        sa.PrimaryKeyConstraint("case", "sequence", name=op.f("pk_case_events")),
    )
    _upgrade_reviews()


def _upgrade_cases() -> None:
    """Beside the columns that there are, not by making the table anew: others refer to it."""
    for column in (
        sa.Column("stage", sa.String(length=20), nullable=False, server_default="queued"),
        sa.Column("rank_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("boosted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("assigned_to", sa.String(length=200), nullable=True),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("reopens", sa.String(length=64), nullable=True),
    ):
        op.add_column("cases", column)
    op.drop_index("ix_cases_next", "cases")
    op.drop_index("ix_cases_lease_until", "cases")
    # What a person decided was out at once until now.
    op.execute(f"UPDATE cases SET rank_at = due_at - priority * {_POINT}, wake_at = lease_until")
    op.execute("UPDATE cases SET state = 'delivered', delivered_at = decided_at WHERE state = 'decided'")
    for name, columns, where in _PARTIAL:
        op.create_index(name, "cases", [*columns], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index("ix_cases_state_id", "cases", ["state", "id"])


def _upgrade_reviews() -> None:
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=20), nullable=False, server_default="queued"))
        batch_op.add_column(sa.Column("suggested", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("begun_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("undone_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", sa.BigInteger(), nullable=True))
        batch_op.drop_constraint("uq_reviews_case", type_="unique")
        batch_op.create_index("ix_reviews_case", ["case"], unique=False)
    op.execute("UPDATE reviews SET delivered_at = created_at")
    out = sa.text("delivered_at IS NOT NULL")
    op.create_index("uq_reviews_delivered_case", "reviews", ["case"], unique=True, sqlite_where=out,
                    postgresql_where=out)  # fmt: skip


def downgrade() -> None:
    """Only what went out stays decided; everything else waits again."""
    op.drop_index("uq_reviews_delivered_case", "reviews")
    op.execute("DELETE FROM reviews WHERE delivered_at IS NULL")
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index("ix_reviews_case")
        batch_op.create_unique_constraint("uq_reviews_case", ["case"])
        for name in ("stage", "suggested", "begun_at", "undone_at", "delivered_at"):
            batch_op.drop_column(name)
    op.drop_table("case_events")
    op.drop_table("case_skips")
    op.drop_index("ix_cases_state_id", "cases")
    for name, _, _ in _PARTIAL:
        op.drop_index(name, "cases")
    over = "('delivered', 'reopened', 'cancelled')"
    op.execute(f"UPDATE cases SET state = 'queued' WHERE state NOT IN {over} AND state <> 'claimed'")
    op.execute(f"UPDATE cases SET state = 'decided' WHERE state IN {over}")
    for name in _NEW:
        op.drop_column("cases", name)
    op.create_index("ix_cases_next", "cases", ["queue", "state", sa.text("priority DESC"), "due_at", "id"])
    op.create_index("ix_cases_lease_until", "cases", ["state", "lease_until"])
