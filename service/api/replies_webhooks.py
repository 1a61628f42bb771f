"""What the API answers about events and webhooks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Reply, Time


class EventMessage(Reply):
    """Something that happened. What webhooks are sent is the same."""

    id: str = Field(description="The same however often it is sent: have nothing done twice by it.")
    sequence: int = Field(description="In the order in which things happened.")
    type: str
    timestamp: str = Time
    data: dict[str, Any] = Field(description="By the type: see `GET /v1/events/types`.")


class EventMessages(Reply):
    """Events, oldest first."""

    items: list[EventMessage]
    next: str = Field(description="Send it as `after`, also when there are no items.")
    more: bool = Field(description="There is more to be read at once.")


class EventMember(Reply):
    """One thing that events of a type say."""

    name: str
    says: str
    always: bool
    json_schema: dict[str, Any]


class EventType(Reply):
    """One type of event."""

    type: str
    says: str
    data: list[EventMember]


class EventTypes(Reply):
    """Every type of event."""

    items: list[EventType]
    groups: list[str] = Field(description="What filters may say besides whole types.")


class WebhookPause(Reply):
    """Who stopped sending, and why."""

    by: str
    at: str = Time
    why: Literal["asked", "failing", "gone"]


class WebhookSecret(Reply):
    """A secret that signs now. What it is was shown when it was made."""

    created_at: str = Time
    created_by: str
    ends_at: str | None = Field(description="null: the newest one.")


class Webhook(Reply):
    """An address that hears of events, and how it fares."""

    id: str
    name: str
    url: str
    types: list[str] = Field(description="Empty: all.")
    workflows: list[str] = Field(description="Empty: everything.")
    state: Literal["active", "paused"]
    paused: WebhookPause | None
    failing_since: str | None = Field(description="Nothing arrived since then, though it was tried.")
    waiting: int = Field(description="Events to be sent, or to be tried again.")
    dead: int = Field(description="Events given up.")
    oldest_waiting: str | None = Field(description="When the event happened that has waited longest.")
    last_delivered: str | None
    secrets: list[WebhookSecret] = Field(description="Newest first.")
    created_at: str = Time
    created_by: str


class NewWebhook(Webhook):
    """A webhook with a secret that was just made."""

    secret: str = Field(description="Shown this once: `whsec_…`, as Standard Webhooks has it.")


class Webhooks(Reply):
    """Every webhook, oldest first."""

    items: list[Webhook]


class Delivery(Reply):
    """One event that a webhook is to get, and what became of it."""

    event: str
    sequence: int
    type: str
    line: str = Field(description="What it is about: of one line, events go out one after the other.")
    at: str = Time
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    due_at: str | None = Field(description="When it is tried next.")
    under_way: bool
    status: int | None = Field(description="That the receiver answered with last.")
    trouble: str | None = Field(description="Why the last attempt failed.")
    tried_at: str | None
    milliseconds: int | None
    resent_by: str | None


class Deliveries(Reply):
    """Newest first."""

    items: list[Delivery]
    next: str | None


class Resent(Reply):
    """How many are sent anew."""

    count: int


class WebhookTest(Reply):
    """What came of a test message."""

    event: str
    delivered: bool
    status: int | None
    trouble: str | None
    detail: str
    milliseconds: int
