"""The table of how many requests each key may still send."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import metadata

# One bucket a key, which the workers of all hosts take from.
rate_buckets = sa.Table(
    "rate_buckets",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("tokens", sa.Float, nullable=False),  # requests it was good for
    sa.Column("at", sa.Float, nullable=False),  # then; seconds since 1970 on the one clock of its database
)
