"""Calls about events and webhooks: for whoever wants to hear of what happens, and whoever sees to it that they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .steps import Calling, Send, Steps, quoted, send
from .webhook_answers import (
    DeliveryPage,
    EventPage,
    EventType,
    EventTypeList,
    NewWebhook,
    Resent,
    Webhook,
    WebhookList,
    WebhookTest,
)

_TESTING = 60.0  # seconds on top of the timeout: the receiver may take its time


class WebhookCalls(Calling):
    """Read events; enter, mend and remove webhooks. What would do something twice is not repeated blindly."""

    __slots__ = ()

    def events(
        self,
        after: str | None = None,
        *,
        wait: float = 0,
        types: Sequence[str] = (),
        workflows: Sequence[str] = (),
        limit: int = 50,
    ) -> Steps[EventPage]:
        """Events after the cursor; with `wait` the first ones that come within so many seconds, at most 30.

        Go on from `next` of what comes back. `after="last"` leaves out what was.
        """
        params = {"after": after, "wait": wait or None, "limit": limit, "type": types or None}
        asked = send("GET", "/v1/events", params={**params, "workflow": workflows or None}, patience=wait)
        return (yield from self._one(EventPage, asked))

    def event_types(self) -> Steps[list[EventType]]:
        """Every type of event, with what is in it."""
        return (yield from self._one(EventTypeList, send("GET", "/v1/events/types"))).items

    def webhooks(self) -> Steps[list[Webhook]]:
        """All of them, oldest first."""
        return (yield from self._one(WebhookList, send("GET", "/v1/webhooks"))).items

    def webhook(self, webhook_id: str) -> Steps[Webhook]:
        """One of them, and how it fares."""
        return (yield from self._one(Webhook, send("GET", _address(webhook_id))))

    def create_webhook(
        self, name: str, url: str, *, types: Sequence[str] = (), workflows: Sequence[str] = ()
    ) -> Steps[NewWebhook]:
        """Let an address hear of what happens from now on. Keep the `secret`: it is shown this once."""
        body = {"name": name, "url": url, "types": list(types), "workflows": list(workflows)}
        return (yield from self._one(NewWebhook, send("POST", "/v1/webhooks", body=body, repeatable=False)))

    def change_webhook(
        self,
        webhook_id: str,
        *,
        name: str | None = None,
        url: str | None = None,
        types: Sequence[str] | None = None,
        workflows: Sequence[str] | None = None,
    ) -> Steps[Webhook]:
        """What is left out stays as it is."""
        lists = {"types": types, "workflows": workflows}
        given = {what: None if value is None else list(value) for what, value in lists.items()}
        asked = send("PATCH", _address(webhook_id), body={"name": name, "url": url, **given})
        return (yield from self._one(Webhook, asked))

    def remove_webhook(self, webhook_id: str) -> Steps[None]:
        """It hears nothing any more."""
        yield from self._answered(send("DELETE", _address(webhook_id), repeatable=False))

    def pause_webhook(self, webhook_id: str) -> Steps[Webhook]:
        """It hears nothing until it is resumed, and then of all that happened meanwhile."""
        return (yield from self._one(Webhook, _do(webhook_id, "pause")))

    def resume_webhook(self, webhook_id: str) -> Steps[Webhook]:
        """Whatever waits is sent at once."""
        return (yield from self._one(Webhook, _do(webhook_id, "resume")))

    def rotate_webhook(self, webhook_id: str, *, keep_hours: float = 24.0) -> Steps[NewWebhook]:
        """A new secret; those before sign as well for so many hours."""
        return (yield from self._one(NewWebhook, _do(webhook_id, "rotate", {"keep_hours": keep_hours})))

    def try_webhook(self, webhook_id: str) -> Steps[WebhookTest]:
        """Send a test message and hear what came of it."""
        asked = send("POST", f"{_address(webhook_id)}/test", patience=_TESTING, repeatable=False)
        return (yield from self._one(WebhookTest, asked))

    def webhook_deliveries(
        self, webhook_id: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> Steps[DeliveryPage]:
        """What was sent, newest first; `state` is waiting, delivered or dead."""
        params = {"state": state, "after": after, "limit": limit}
        return (yield from self._one(DeliveryPage, send("GET", f"{_address(webhook_id)}/deliveries", params=params)))

    def resend_event(self, webhook_id: str, event_id: str) -> Steps[None]:
        """Send one event anew, whatever became of it."""
        path = f"{_address(webhook_id)}/deliveries/{quoted(event_id)}/resend"
        yield from self._answered(send("POST", path, repeatable=False))

    def resend_events(self, webhook_id: str, *, since: str | None = None, delivered: bool = False) -> Steps[int]:
        """Send anew all that was given up, or since a time also what arrived; how many."""
        asked = _do(webhook_id, "resend", {"delivered": delivered, "since": since})
        return (yield from self._one(Resent, asked)).count


def _address(webhook_id: str) -> str:
    return f"/v1/webhooks/{quoted(webhook_id)}"


def _do(webhook_id: str, verb: str, body: dict[str, Any] | None = None) -> Send:
    return send("POST", f"{_address(webhook_id)}/{verb}", body=body, repeatable=False)
