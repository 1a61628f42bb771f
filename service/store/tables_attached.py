"""The tables of what is alike: requests that are decided with another one, and where requests lie by their meaning."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_DIGEST = sa.String(64)

# Decisions that a case settles beside its own, because their requests say the same.
attached = sa.Table(
    "attached",
    metadata,
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Index("ix_attached_decision", "decision"),
)

# Vectors of requests that came before people. The vector lies with the payloads: it goes with whom it is about.
case_vectors = sa.Table(
    "case_vectors",
    metadata,
    sa.Column("decision", _ID, sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("payload", _ID, sa.ForeignKey("payloads.id"), nullable=False),
    sa.Column("encoder", _DIGEST, nullable=False),
)
