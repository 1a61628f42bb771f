"""What people teach and what is learned from it: examples, labelling, models in shadow, jobs, looks at live traffic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calibration_uses",
        sa.Column("calibration", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("use", sa.Integer(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("calibration", "head", name=op.f("pk_calibration_uses")),
        sa.UniqueConstraint("calibration", "use", name=op.f("uq_calibration_uses_calibration_use")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.String(length=64), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_state_id", ["state", "id"], unique=False)
    op.create_table(
        "labelling",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=True),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'claimed') = (holder IS NOT NULL AND lease_token IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_labelling_claimed_means_leased"),
        ),
        sa.ForeignKeyConstraint(["payload"], ["payloads.id"], name=op.f("fk_labelling_payload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labelling")),
        sa.UniqueConstraint("workflow", "words", name=op.f("uq_labelling_workflow_words")),
    )
    with op.batch_alter_table("labelling", schema=None) as batch_op:
        batch_op.create_index("ix_labelling_workflow_state_place", ["workflow", "state", "place"], unique=False)
    op.create_table(
        "models",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=True),
        sa.Column("calibration", sa.String(length=64), nullable=False),
        sa.Column("examples", sa.String(length=64), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("certificate", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("refusal", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("shadow_from", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=64), nullable=True),
        sa.Column("release", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["base"], ["releases.id"], name=op.f("fk_models_base")),
        sa.ForeignKeyConstraint(["head"], ["artefacts.digest"], name=op.f("fk_models_head")),
        sa.ForeignKeyConstraint(["note"], ["payloads.id"], name=op.f("fk_models_note")),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_models_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_models_workflow"), ["workflow"], unique=False)
    op.create_table(
        "watches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("alarming", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["releases.id"], name=op.f("fk_watches_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.create_index("ix_watches_workflow_id", ["workflow", "id"], unique=False)
    op.create_table(
        "examples",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("suggested", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("aside_by", sa.String(length=200), nullable=True),
        sa.Column("aside_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("probability > 0 AND probability <= 1", name=op.f("ck_examples_drawn_with_a_probability")),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_examples_decision")),
        sa.ForeignKeyConstraint(["payload"], ["payloads.id"], name=op.f("fk_examples_payload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
        sa.UniqueConstraint("decision", name=op.f("uq_examples_decision")),
    )
    with op.batch_alter_table("examples", schema=None) as batch_op:
        batch_op.create_index("ix_examples_workflow_part_id", ["workflow", "part", "id"], unique=False)
    op.create_table(
        "shadows",
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name=op.f("fk_shadows_decision")),
        sa.ForeignKeyConstraint(["model"], ["models.id"], name=op.f("fk_shadows_model")),
        sa.PrimaryKeyConstraint("model", "decision", name=op.f("pk_shadows")),
    )
    with op.batch_alter_table("workflows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watched_by", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("watched_from", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("labels", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("probability", sa.Float(), nullable=True))
    _list_labels(op.get_bind())
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.alter_column("labels", existing_type=sa.JSON(), nullable=False)


def _list_labels(connection: sa.Connection) -> None:
    """What was one label becomes a list of it."""
    decisions = sa.table("decisions", sa.column("label", sa.String()), sa.column("labels", sa.JSON()))
    for label in connection.scalars(sa.select(decisions.c.label).distinct()).all():
        listed = [] if label is None else [label]
        of_it = decisions.c.label.is_(None) if label is None else decisions.c.label == label
        connection.execute(decisions.update().where(of_it).values(labels=listed))


def downgrade() -> None:
    with op.batch_alter_table("workflows", schema=None) as batch_op:
        batch_op.drop_column("watched_from")
        batch_op.drop_column("watched_by")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("probability")
        batch_op.drop_column("labels")
    op.drop_table("shadows")
    with op.batch_alter_table("examples", schema=None) as batch_op:
        batch_op.drop_index("ix_examples_workflow_part_id")
    op.drop_table("examples")
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.drop_index("ix_watches_workflow_id")
    op.drop_table("watches")
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_models_workflow"))
    op.drop_table("models")
    with op.batch_alter_table("labelling", schema=None) as batch_op:
        batch_op.drop_index("ix_labelling_workflow_state_place")
    op.drop_table("labelling")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_state_id")
    op.drop_table("jobs")
    op.drop_table("calibration_uses")
