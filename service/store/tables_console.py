"""The tables of the console alone: how people like it set, and who is looking at what."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_NAME = sa.String(200)

# What somebody keeps of how they work: saved filters, keys, colours. Not what a case is about.
preferences = sa.Table(
    "preferences",
    metadata,
    sa.Column("person", _NAME, primary_key=True),
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)

# Who has a case's page open. Rows are forgotten soon after the page is gone.
lookers = sa.Table(
    "lookers",
    metadata,
    sa.Column("case", _ID, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("person", _NAME, primary_key=True),
    sa.Column("seen_at", Instant, nullable=False, index=True),
)
