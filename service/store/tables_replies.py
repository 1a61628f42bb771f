"""The tables of replies: what a language model drafted, what people made of drafts; and of summaries. The words lie
with the payloads."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_DIGEST = sa.String(64)
_NAME = sa.String(200)

# Replies that a language model was asked to draft. What is quoted from passages alone is composed when it is read.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("case", _ID, sa.ForeignKey("cases.id")),  # null: it goes out with an automatic decision
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), nullable=False),  # whose policy says what the model is told
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # waiting, writing, written, refused, failed
    sa.Column("why", sa.String(40)),  # refused or failed, as a code
    sa.Column("payload", _ID, sa.ForeignKey("payloads.id")),  # its text, once written
    sa.Column("digest", _DIGEST),  # keyed, of that text
    sa.Column("citations", sa.JSON, nullable=False),  # documents and versions
    sa.Column("passages", sa.JSON, nullable=False),  # ids of the passages that it cites
    sa.Column("loose", sa.Integer, nullable=False),  # sentences of which most words are not in what they cite
    sa.Column("prompt", _DIGEST),  # of what the model was told besides passages and request
    sa.Column("model", _NAME),
    sa.Column("tokens", sa.Integer, nullable=False),  # that it cost, or may at most while it is being written
    sa.Column("by", _NAME, nullable=False),  # who asked for it
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("begun_at", Instant),
    sa.Column("worker", _ID),
    sa.Column("ended_at", Instant),
    sa.Index("ix_drafts_state_id", "state", "id"),
    sa.Index("ix_drafts_case_id", "case", "id"),
    sa.Index("ix_drafts_decision_id", "decision", "id"),
    sa.Index("ix_drafts_created_at", "created_at"),
)

# Replies that people sent, each with the draft it came from.
replies = sa.Table(
    "replies",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("review", _ID, sa.ForeignKey("reviews.id"), nullable=False, unique=True),  # that it went with
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("label", _NAME),  # the first that was given; null: none of these
    sa.Column("by", _NAME, nullable=False),
    sa.Column("draft", _DIGEST),  # keyed digest of the draft's words; null: none was offered
    sa.Column("by_model", sa.Boolean, nullable=False),  # a language model wrote the draft
    sa.Column("unedited", sa.Boolean, nullable=False),
    sa.Column("changed", sa.Float),  # share of words changed, 0 to 1; null: none was offered
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("(draft IS NULL) = (changed IS NULL)", name="compared_with_a_draft"),
    sa.Index("ix_replies_workflow_created_at", "workflow", "created_at"),
    sa.Index("ix_replies_case_id", "case", "id"),
)

# Places of the sentences that head a long request. Places only: the words lie with the request.
summaries = sa.Table(
    "summaries",
    metadata,
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("led", sa.JSON, nullable=False),  # with what rules and classifier made of it
    sa.Column("unled", sa.JSON, nullable=False),  # by its words alone
    sa.Column("created_at", Instant, nullable=False),
)
