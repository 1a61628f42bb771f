"""Cases whose answer is known, and the copies of them that were given to people."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_NAME = sa.String(200)
_STANDS = sa.text("ended_at IS NULL")

known_answers = sa.Table(
    "known_answers",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), nullable=False),  # where it was marked
    sa.Column("workflow", _NAME, nullable=False),
    sa.Column("queue", _NAME, nullable=False),  # whose claimers are given it
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("note", _ID, sa.ForeignKey("payloads.id"), nullable=False),  # why it is sure, in words
    sa.Column("by", _NAME, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),  # nobody is given it from then on
    sa.Column("ended_by", _NAME),
    sa.Column("ended_why", sa.String(20)),  # taken_back, erased, reopened, labels_changed, corrected
    # a request has one known answer at a time
    sa.Index(
        "uq_known_answers_decision",
        "decision",
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    ),
    sa.Index("ix_known_answers_queue", "queue", "created_at"),
)

# Each copy that somebody was given: a case and a decision of their own, that count for nothing but this.
known_answer_cases = sa.Table(
    "known_answer_cases",
    metadata,
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), nullable=False, unique=True),
    sa.Column("known_answer", _ID, sa.ForeignKey("known_answers.id"), nullable=False, index=True),
    sa.Column("source", _ID, sa.ForeignKey("decisions.id"), nullable=False),  # the decision that it is a copy of
    sa.Column("person", _NAME, nullable=False),
    sa.Column("identity", _NAME, nullable=False),  # the person's name, however it is written
    sa.Column("given_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),  # it was decided for good, or went back undecided
    sa.Column("correct", sa.Boolean),  # null: not decided
    # nobody is given the same request twice
    sa.UniqueConstraint("source", "identity"),
    sa.Index("ix_known_answer_cases_open", "given_at", sqlite_where=_STANDS, postgresql_where=_STANDS),
)
