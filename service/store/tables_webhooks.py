"""The tables of what is sent to whoever wants to hear of events."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.tables import Instant, metadata

_ID = sa.String(64)
_NAME = sa.String(200)

# Addresses that events are sent to.
webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", _NAME, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("types", sa.JSON, nullable=False),  # what it wants to hear of; empty: everything
    sa.Column("workflows", sa.JSON, nullable=False),  # likewise
    sa.Column("state", sa.String(20), nullable=False),  # active, paused
    sa.Column("upto", sa.BigInteger, nullable=False),  # the last event that was looked at for it
    sa.Column("failures", sa.Integer, nullable=False, default=0),  # in a row
    sa.Column("failing_since", Instant),  # nothing arrived since then, though it was tried
    sa.Column("not_before", Instant),  # it is left alone until then
    sa.Column("paused_by", _NAME),
    sa.Column("paused_at", Instant),
    sa.Column("paused_why", sa.String(20)),  # asked, failing, gone
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", _NAME, nullable=False),
    sa.CheckConstraint(
        "(state = 'paused') = (paused_by IS NOT NULL AND paused_at IS NOT NULL AND paused_why IS NOT NULL)",
        name="paused_by_somebody",
    ),
)

# What a webhook's signing keys are worked out from, together with the secret of the instance: no key is stored.
webhook_secrets = sa.Table(
    "webhook_secrets",
    metadata,
    sa.Column("webhook", _ID, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("salt", sa.String(64), primary_key=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", _NAME, nullable=False),
    sa.Column("ends_at", Instant),  # signs until then; null: the newest one
)

# Each event that a webhook is to get, and what became of it. The primary key keeps it from being sent twice over.
webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("webhook", _ID, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("sequence", sa.BigInteger, sa.ForeignKey("events.sequence"), primary_key=True, autoincrement=False),
    sa.Column("line", _ID, nullable=False),  # of one line, one after the other
    sa.Column("state", sa.String(20), nullable=False),  # waiting, delivered, dead
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("leased_by", _ID),  # the worker that is sending it
    sa.Column("leased_until", Instant),
    sa.Column("status", sa.Integer),  # of the last answer
    sa.Column("trouble", sa.String(20)),  # why the last attempt failed
    sa.Column("tried_at", Instant),
    sa.Column("milliseconds", sa.Integer),  # that the last attempt took
    sa.Column("resent_by", _NAME),
    sa.CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name="leased_for_a_while"),
    sa.Index("ix_webhook_deliveries_due", "webhook", "state", "due_at", "sequence"),
    sa.Index("ix_webhook_deliveries_line", "webhook", "line", "state", "sequence"),
    sa.Index("ix_webhook_deliveries_state", "webhook", "state", "sequence"),
    sa.Index("ix_webhook_deliveries_leased", "leased_by"),
)
