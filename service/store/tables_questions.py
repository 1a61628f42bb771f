"""The table of what requesters were asked. The words lie with the payloads."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_DIGEST = sa.String(64)
_NAME = sa.String(200)

# What a requester was asked, and what became of that. A case has one open question at most.
questions = sa.Table(
    "questions",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False, index=True),
    sa.Column("asked_by", _NAME, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),  # without an answer the case comes back then
    sa.Column("asked", _ID, sa.ForeignKey("payloads.id"), nullable=False),
    sa.Column("ended", sa.String(20)),  # answered, unanswered, withdrawn; null: it is open
    sa.Column("ended_at", Instant),
    sa.Column("said", _ID, sa.ForeignKey("payloads.id")),  # the answer: text, attributes, what rules found in it
    sa.Column("said_by", _NAME),
    sa.Column("release", _ID, sa.ForeignKey("releases.id")),  # whose rules looked at the answer
    sa.Column("effect", sa.String(20)),  # the strongest of what they found
    sa.Column("key", sa.String(255)),  # idempotency key that the answer came with
    sa.Column("digest", _DIGEST),  # keyed, of what was sent: the same key with something else is refused
    sa.CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name="ended_at_some_time"),
    sa.CheckConstraint("(ended = 'answered') = (said IS NOT NULL)", name="answered_with_something"),
    sa.Index(
        "uq_questions_open_case",
        "case",
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    ),
)
