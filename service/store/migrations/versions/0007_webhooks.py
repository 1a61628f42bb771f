"""Events in the order of their commits; webhooks, and what was sent to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_EVENTS = sa.table(
    "events",
    sa.column("id", sa.String),
    sa.column("type", sa.String),
    sa.column("body", sa.JSON),
    sa.column("created_at", sa.BigInteger),
    sa.column("sequence", sa.BigInteger),
)
_DECISIONS = sa.table("decisions", sa.column("id", sa.String), sa.column("workflow", sa.String))


def upgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sequence", sa.BigInteger(), nullable=True))
    _number()
    _complete()
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.alter_column("sequence", existing_type=sa.BigInteger(), nullable=False)
        batch_op.create_unique_constraint("uq_events_sequence", ["sequence"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("workflows", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("paused_by", sa.String(length=200), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_why", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_by IS NOT NULL AND paused_at IS NOT NULL AND paused_why IS NOT NULL)",
            name=op.f("ck_webhooks_paused_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.id"], name=op.f("fk_webhook_secrets_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("webhook", "salt", name=op.f("pk_webhook_secrets")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("resent_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(leased_by IS NULL) = (leased_until IS NULL)", name=op.f("ck_webhook_deliveries_leased_for_a_while")
        ),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sequence"], ["events.sequence"], name=op.f("fk_webhook_deliveries_sequence")),
        sa.PrimaryKeyConstraint("webhook", "sequence", name=op.f("pk_webhook_deliveries")),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_deliveries_due", ["webhook", "state", "due_at", "sequence"], unique=False)
        batch_op.create_index("ix_webhook_deliveries_line", ["webhook", "line", "state", "sequence"], unique=False)
        batch_op.create_index("ix_webhook_deliveries_state", ["webhook", "state", "sequence"], unique=False)
        batch_op.create_index("ix_webhook_deliveries_leased", ["leased_by"], unique=False)


def _number() -> None:
    """Those there are, by the time they tell."""
    place = sa.func.row_number().over(order_by=(_EVENTS.c.created_at, _EVENTS.c.id)).label("place")
    numbered = sa.select(_EVENTS.c.id, place).subquery()
    op.execute(_EVENTS.update().where(_EVENTS.c.id == numbered.c.id).values(sequence=numbered.c.place))


def _complete() -> None:
    """Until now a person's decision did not say of which workflow it was."""
    connection = op.get_bind()
    decision = _EVENTS.c.body["decision"].as_string()
    found = (
        sa.select(_EVENTS.c.id, _EVENTS.c.body, _DECISIONS.c.workflow)
        .join(_DECISIONS, _DECISIONS.c.id == decision)
        .where(_EVENTS.c.type == "decision.final")
    )
    for row in connection.execute(found).all():
        connection.execute(
            _EVENTS.update().where(_EVENTS.c.id == row.id).values(body={**row.body, "workflow": row.workflow})
        )


def downgrade() -> None:
    for name in ("webhook_deliveries", "webhook_secrets", "webhooks"):
        op.drop_table(name)
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_constraint("uq_events_sequence", type_="unique")
        batch_op.drop_column("sequence")
