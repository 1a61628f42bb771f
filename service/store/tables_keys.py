"""The tables of what is kept how long and under which key. The keys themselves lie elsewhere: `key_store`."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_NAME = sa.String(200)
_OWNER = sa.String(300)
_IN_FORCE = sa.text("released_at IS NULL")

# Under which key something new is sealed: of a person by the keyed digest of what callers call them, of a request about
# nobody by its workflow and day. Erasing a person takes the row away: what is left names a key that nobody is known by.
payload_keys = sa.Table(
    "payload_keys",
    metadata,
    sa.Column("owner", _OWNER, primary_key=True),
    sa.Column("key", _ID, nullable=False, unique=True),
    sa.Column("created_at", Instant, nullable=False),
)

# What must neither be erased nor deleted by age, and why.
legal_holds = sa.Table(
    "legal_holds",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),  # subject, decision, workflow
    sa.Column("target", _OWNER, nullable=False),  # of a subject the owner of its key, so no name
    sa.Column("note", _ID, sa.ForeignKey("payloads.id"), nullable=False),  # why, in words
    sa.Column("by", _NAME, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("released_by", _NAME),
    sa.Column("released_at", Instant),
    sa.Index(
        "ix_legal_holds_target",
        "target",
        "kind",
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    ),
)

# Keys that are to be destroyed, written with what is erased: a process that dies in between leaves it to the next one.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("keys", sa.JSON, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("destroyed_at", Instant),  # null: not yet
    sa.Index(
        "ix_erasures_pending",
        "id",
        sqlite_where=sa.text("destroyed_at IS NULL"),
        postgresql_where=sa.text("destroyed_at IS NULL"),
    ),
)
