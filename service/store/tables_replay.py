"""What became of decisions without a person: those that resume made again, those that a correction took the place of,
and what a job found out."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_NAME = sa.String(200)

# A decision that waited because the service could not decide, and was decided by it later: linked, as a review is.
resumed = sa.Table(
    "resumed",
    metadata,
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), primary_key=True),  # decided for good, so once
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), nullable=False),  # in which it waited
    sa.Column("release", _ID, sa.ForeignKey("releases.id"), nullable=False),
    sa.Column("document_sequence", sa.BigInteger, nullable=False),
    sa.Column("answer", _ID, sa.ForeignKey("payloads.id"), nullable=False),
    sa.Column("by", _NAME, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

# A decision that took the place of another one, because a rule, a document or a release had been wrong.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), primary_key=True),  # superseded once
    sa.Column("superseded_by", _ID, sa.ForeignKey("decisions.id"), nullable=False, unique=True),
    sa.Column("by", _NAME, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("note", _ID, sa.ForeignKey("payloads.id"), nullable=False),  # why, in words
)

# What a job found out: counts, ids, names of rules and documents, and no word that people wrote.
job_reports = sa.Table(
    "job_reports",
    metadata,
    sa.Column("job", _ID, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("report", sa.JSON, nullable=False),
)
