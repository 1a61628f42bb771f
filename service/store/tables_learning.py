"""The tables of what people teach and what is learned from it. Personal text lies with the payloads here as well."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_DIGEST = sa.String(64)
_NAME = sa.String(200)

# Requests with the labels that people gave them. What lies in a workflow's examples.jsonl is not repeated here.
examples = sa.Table(
    "examples",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("payload", _ID, sa.ForeignKey("payloads.id"), nullable=False),  # text and attributes
    sa.Column("words", _DIGEST, nullable=False),  # keyed digest of the words, to find the same text again
    sa.Column("labels", sa.JSON, nullable=False),  # as they were called then; empty: none of these
    sa.Column("outcome", sa.String(20)),  # that people decided, where it is not what the labels settle
    sa.Column("part", sa.String(20), nullable=False),  # train, calibration
    sa.Column("source", sa.String(20), nullable=False),  # review, check, labelling
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id")),  # that it came from
    sa.Column("by", _NAME, nullable=False),  # who labelled it
    sa.Column("probability", sa.Float, nullable=False),  # of having been drawn, 0 to 1; 1 for what was chosen
    sa.Column("suggested", _NAME),  # what the reviewer was shown; null: labelled blind
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("aside_by", _NAME),  # who said that it is not to be learned from
    sa.Column("aside_at", Instant),
    sa.CheckConstraint("probability > 0 AND probability <= 1", name="drawn_with_a_probability"),
    sa.UniqueConstraint("decision"),  # a decision teaches once
    sa.Index("ix_examples_workflow_part_id", "workflow", "part", "id"),
)

# Requests without a label that people are asked to label, in the order of `place`.
labelling = sa.Table(
    "labelling",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("payload", _ID, sa.ForeignKey("payloads.id"), nullable=False),
    sa.Column("words", _DIGEST, nullable=False),
    sa.Column("part", sa.String(20), nullable=False),  # what it will be: train, calibration
    sa.Column("place", sa.BigInteger, nullable=False),  # smaller first
    sa.Column("state", sa.String(20), nullable=False),  # queued, claimed, labelled, skipped
    sa.Column("holder", _NAME),
    sa.Column("lease_token", _DIGEST),
    sa.Column("lease_until", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", _NAME, nullable=False),
    sa.Column("ended_at", Instant),
    sa.UniqueConstraint("workflow", "words"),  # nobody is asked the same twice
    sa.CheckConstraint(
        "(state = 'claimed') = (holder IS NOT NULL AND lease_token IS NOT NULL AND lease_until IS NOT NULL)",
        name="claimed_means_leased",
    ),
    sa.Index("ix_labelling_workflow_state_place", "workflow", "state", "place"),
)

# Work of minutes that somebody asked for, done by a process of its own.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),  # train, doubts
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # waiting, running, done, failed, cancelled
    sa.Column("asked", sa.JSON, nullable=False),
    sa.Column("progress", sa.JSON, nullable=False),  # {what, done, total}
    sa.Column("by", _NAME, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("worker", _ID),  # that runs it
    sa.Column("seen_at", Instant),  # its last sign of life
    sa.Column("ended_at", Instant),
    sa.Column("made", _ID),  # the model that came of it
    sa.Column("why", sa.Text),  # it failed, in words without personal text
    sa.Index("ix_jobs_state_id", "state", "id"),
)

# Trained models: candidates until a person promotes one.
models = sa.Table(
    "models",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False),  # candidate, shadow, active, retired, rejected
    sa.Column("head", _DIGEST, sa.ForeignKey("artefacts.digest"), nullable=False),
    sa.Column("encoder", _DIGEST, nullable=False),  # that the head judges the vectors of
    sa.Column("base", _ID, sa.ForeignKey("releases.id")),  # what answered when it was trained; null: nothing did
    sa.Column("calibration", _DIGEST, nullable=False),  # the cases it was tried on
    sa.Column("examples", _DIGEST, nullable=False),  # keyed digest of what it learned from
    sa.Column("recipe", sa.JSON, nullable=False),  # what kind of head, with which settings
    sa.Column("report", sa.JSON, nullable=False),  # figures on examples held out
    sa.Column("card", sa.JSON, nullable=False),  # sources, licence, limits, owner
    sa.Column("certificate", sa.JSON(none_as_null=True)),
    sa.Column("refusal", sa.JSON(none_as_null=True)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", _NAME, nullable=False),
    sa.Column("shadow_from", Instant),
    sa.Column("decided_by", _NAME),  # who promoted or rejected it
    sa.Column("decided_at", Instant),
    sa.Column("note", _ID, sa.ForeignKey("payloads.id")),  # why, in words
    sa.Column("release", _ID, sa.ForeignKey("releases.id")),  # that it answers in, once promoted
)

# What a candidate in shadow would have said of live decisions. It has no say in them.
shadows = sa.Table(
    "shadows",
    metadata,
    sa.Column("model", _ID, sa.ForeignKey("models.id"), primary_key=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("label", _NAME),
    sa.Column("labels", sa.JSON, nullable=False),  # all that it would have given
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("automatic", sa.Boolean, nullable=False),  # whether it would have decided alone
    sa.Column("created_at", Instant, nullable=False),
)

# How often models were tried on the same calibration cases: each further one is tested at a smaller part of delta.
calibration_uses = sa.Table(
    "calibration_uses",
    metadata,
    sa.Column("calibration", _DIGEST, primary_key=True),
    sa.Column("head", _DIGEST, primary_key=True),
    sa.Column("use", sa.Integer, nullable=False),  # 1 for the first
    sa.Column("cases", sa.JSON, nullable=False),  # keyed digests, to tell samples that have cases in common
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("calibration", "use"),
)

# Looks at whether live traffic is still like what the model was made for.
watches = sa.Table(
    "watches",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    sa.Column("alarming", sa.Boolean, nullable=False),
    sa.Index("ix_watches_workflow_id", "workflow", "id"),
)

# Labels that looked wrong when somebody had them looked through, and those of them that a person confirmed.
doubts = sa.Table(
    "doubts",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("example", _ID, nullable=False),  # its id; file: it stands in the workflow's own file
    sa.Column("words", _DIGEST, nullable=False),  # keyed digest of the words, by which one of the file is found again
    sa.Column("labels", sa.JSON, nullable=False),  # that it was given, under the names of then
    sa.Column("looks_like", _NAME, nullable=False),
    sa.Column("too_much", sa.Boolean, nullable=False),  # it carries that label and does not look like it
    sa.Column("probability", sa.Float, nullable=False),  # of that label, 0 to 1
    sa.Column("given", sa.Float, nullable=False),  # of the label it was given, 0 to 1
    sa.Column("found_at", Instant, nullable=False),
    sa.Column("confirmed_by", _NAME),  # who said that it is right as it stands
    sa.Column("confirmed_at", Instant),
    sa.Index("ix_doubts_workflow_id", "workflow", "id"),
)
