"""The tables of people: who they are, how they sign in, and what they have open.

Of a person there are the name they go by here and, if they sign in elsewhere, the word that their provider uses for
them. No addresses, of post or of machines.
"""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_DIGEST = sa.String(64)
_NAME = sa.String(200)

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    # what `domain.access.identity` makes of the name: two accounts of one person's name cannot be
    sa.Column("identity", _NAME, nullable=False, unique=True),
    sa.Column("role", _NAME, nullable=False),
    sa.Column("limits", sa.JSON, nullable=False),  # a list of {queue, role, actions}; empty: every queue
    sa.Column("groups", sa.JSON, nullable=False),  # audiences of documents
    sa.Column("password", sa.Text),  # argon2id, with its parameters; null: does not sign in by password
    sa.Column("password_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", _NAME, nullable=False),
    sa.Column("disabled_at", Instant),
)

# Who somebody is elsewhere. A provider's subject is one person's for good.
person_logins = sa.Table(
    "person_logins",
    metadata,
    sa.Column("issuer", sa.String(300), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("person", _ID, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("linked_at", Instant, nullable=False),
    sa.Column("linked_by", _NAME, nullable=False),
)

# Opens nothing but the form that sets a password, once. A person has one at most: a newer one ends it.
person_codes = sa.Table(
    "person_codes",
    metadata,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("person", _ID, sa.ForeignKey("people.id"), nullable=False, unique=True),
    sa.Column("expires_at", Instant, nullable=False),
)

# Guesses, by the digest of what was guessed at or from where. Forgotten after a while, by whoever comes next.
guesses = sa.Table(
    "guesses",
    metadata,
    sa.Column("key", _DIGEST, primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("last_at", Instant, nullable=False, index=True),
    sa.Column("wait_until", Instant, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", _DIGEST, primary_key=True),  # of the token in the cookie
    sa.Column("id", _ID, nullable=False, unique=True),  # what it is called in lists
    sa.Column("key_id", _ID, sa.ForeignKey("api_keys.id"), index=True),
    sa.Column("person", _ID, sa.ForeignKey("people.id"), index=True),
    sa.Column("how", sa.String(20), nullable=False),  # key, password, oidc
    sa.Column("browser", sa.String(60), nullable=False),  # its kind and system in our words, to tell sessions apart
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.CheckConstraint("(key_id IS NULL) <> (person IS NULL)", name="of_a_key_or_of_a_person"),
)
