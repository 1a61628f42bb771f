"""A house that tells the outside, without anything to decide: events are written as other rooms write them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from service.settings import Settings
from service.store import deliveries, events
from service.usecases import manage_webhooks, resend
from service.usecases.guarded_network import Resolve, resolve
from service.usecases.house import House, furnish
from service.usecases.send_webhooks import WebhookSender
from tests.databases import new_store
from tests.unit.service.usecases.receiver import wait_until

BY = "Ben"
LOOPBACK = "127.0.0.0/8"


@dataclass
class Clock:
    """The time there is, and what tests put on top."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class PostRoom:
    """The house with its clock."""

    house: House
    clock: Clock
    made: int = field(default=0)

    def tell(self, decision: str, type_: str = "decision.final", **said: Any) -> str:
        """One event; its id."""
        self.made += 1
        event = f"evt_{self.made:06d}"
        body: dict[str, Any] = {"decision": decision, "workflow": "bank"}
        body |= {"state": "final"} if type_ == "decision.created" else {"outcome": "allow"}
        now = self.clock()
        self.house.store.commit(lambda c: events.add(c, event, type_, decision, {**body, **said}, now))
        return event

    def add(self, url: str, **wanted: Any) -> dict[str, Any]:
        return manage_webhooks.create(self.house, BY, **{"name": "till", **wanted}, url=url)

    def deliveries(self, webhook: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(reversed(resend.page(self.house, webhook, state=None, after=None, limit=200)["items"]))

    def states(self, webhook: str) -> list[str]:
        return [each["state"] for each in self.deliveries(webhook)]

    def settled(self, webhook: str, count: int, seconds: float = 60.0) -> None:
        """Wait until so many have been tried and none is on its way."""
        wait_until(lambda: self._tried(webhook) >= count, seconds)

    def _tried(self, webhook: str) -> int:
        found = self.deliveries(webhook)
        return sum(each["tried_at"] is not None and not each["under_way"] for each in found)

    def view(self, webhook: str) -> dict[str, Any]:
        return manage_webhooks.view(self.house, webhook)

    def later(self, **delta: float) -> None:
        self.clock.ahead += timedelta(**delta)

    @contextlib.contextmanager
    def sending(self, resolve: Resolve = resolve, **other: Any) -> Iterator[WebhookSender]:
        """A worker that sends."""
        sender = WebhookSender(dataclasses.replace(self.house, **other) if other else self.house, resolve)
        sender.start()
        try:
            yield sender
        finally:
            sender.stop()


@contextlib.contextmanager
def post_room(folder: Path, url: str | None = None, **settings: Any) -> Iterator[PostRoom]:
    chosen = {"webhook_networks": LOOPBACK, "webhook_seconds": 3.0, **settings}
    clock = Clock()
    opened = Settings(home=folder, database_url=url, **chosen)
    house = furnish(opened, new_store(opened.database), cast("Any", None), bytes(range(32)), clock)
    yield PostRoom(house, clock)
    house.close()


DELIVERED, WAITING, DEAD = deliveries.DELIVERED, deliveries.WAITING, deliveries.DEAD
