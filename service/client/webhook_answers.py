"""What comes back about events and webhooks, typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from .answers import Answer


class EventMessage(Answer):
    """Something that happened; what webhooks are sent is the same."""

    id: str
    sequence: int
    type: str
    timestamp: datetime
    data: dict[str, Any]


class EventPage(Answer):
    """Events, oldest first, and where to go on from."""

    items: list[EventMessage]
    next: str
    more: bool


class EventType(Answer):
    """One type of event, with what is in it."""

    type: str
    says: str
    data: list[dict[str, Any]]


class EventTypeList(Answer):
    """Every type of event."""

    items: list[EventType]
    groups: list[str]


class Webhook(Answer):
    """An address that hears of events, and how it fares."""

    id: str
    name: str
    url: str
    types: list[str]
    workflows: list[str]
    state: Literal["active", "paused"]
    paused: dict[str, str] | None
    failing_since: datetime | None
    waiting: int
    dead: int
    oldest_waiting: datetime | None
    last_delivered: datetime | None
    secrets: list[dict[str, Any]]
    created_at: datetime
    created_by: str


class NewWebhook(Webhook):
    """A webhook with a secret that was just made and is shown this once."""

    secret: str


class WebhookList(Answer):
    """Every webhook."""

    items: list[Webhook]


class Delivery(Answer):
    """One event that a webhook is to get, and what became of it."""

    event: str
    sequence: int
    type: str
    line: str
    at: datetime
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    due_at: datetime | None
    under_way: bool
    status: int | None
    trouble: str | None
    tried_at: datetime | None
    milliseconds: int | None
    resent_by: str | None


class DeliveryPage(Answer):
    """Newest first."""

    items: list[Delivery]
    next: str | None


class Resent(Answer):
    """How many are sent anew."""

    count: int


class WebhookTest(Answer):
    """What came of a test message."""

    event: str
    delivered: bool
    status: int | None
    trouble: str | None
    detail: str
    milliseconds: int
