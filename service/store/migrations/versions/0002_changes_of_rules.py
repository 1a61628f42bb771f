"""How rules change: pins, disables, proposals, staging in workers, counts and alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rollouts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("releases", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollouts")),
    )
    op.create_table(
        "rule_hours",
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("unknown", sa.BigInteger(), nullable=False),
        sa.Column("shadow", sa.BigInteger(), nullable=False),
        sa.Column("exempted", sa.BigInteger(), nullable=False),
        sa.Column("upheld", sa.BigInteger(), nullable=False),
        sa.Column("overturned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "release", "rule", "hour", name=op.f("pk_rule_hours")),
    )
    op.create_index("ix_rule_hours_hour", "rule_hours", ["hour"], unique=False)
    op.create_index("ix_rule_hours_workflow_hour", "rule_hours", ["workflow", "hour"], unique=False)
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_index(op.f("ix_workers_seen_at"), "workers", ["seen_at"], unique=False)
    op.create_table(
        "workflow_hours",
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("decisions", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "release", "hour", name=op.f("pk_workflow_hours")),
    )
    op.create_index("ix_workflow_hours_hour", "workflow_hours", ["hour"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_by <> by", name=op.f("ck_proposals_approved_by_somebody_else")
        ),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_proposals_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_table(
        "rollout_workers",
        sa.Column("rollout", sa.String(length=64), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("staged_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rollout"], ["rollouts.id"], name=op.f("fk_rollout_workers_rollout")),
        sa.PrimaryKeyConstraint("rollout", "worker", name=op.f("pk_rollout_workers")),
    )
    op.create_table(
        "rule_disables",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("rechecked", sa.JSON(), nullable=True),
        sa.CheckConstraint("until > begun_at", name=op.f("ck_rule_disables_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_rule_disables_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_disables")),
    )
    op.create_index(op.f("ix_rule_disables_rule"), "rule_disables", ["rule"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_alarms_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("workflow", "release", "rule", "kind", name=op.f("uq_alarms_workflow_release_rule_kind")),
    )
    op.add_column("workflows", sa.Column("pinned_by", sa.String(length=200), nullable=True))
    op.add_column("workflows", sa.Column("pinned_at", sa.BigInteger(), nullable=True))
    operations = sa.text("kind <> 'decision.made'")
    op.create_index(
        "ix_ledger_operations",
        "ledger",
        ["kind", "sequence"],
        sqlite_where=operations,
        postgresql_where=operations,
    )


def downgrade() -> None:
    op.drop_index("ix_ledger_operations", "ledger")
    op.drop_table("rollout_workers")
    op.drop_table("rollouts")
    op.drop_table("rule_hours")
    op.drop_table("workers")
    op.drop_table("workflow_hours")
    op.drop_table("proposals")
    op.drop_table("rule_disables")
    op.drop_table("alarms")
    op.drop_column("workflows", "pinned_by")
    op.drop_column("workflows", "pinned_at")
