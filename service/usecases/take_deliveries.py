"""What a worker takes to send: new events become deliveries, and those that are due are leased to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.addresses import Network, networks
from service.domain.event import concerns, line, subscribed
from service.domain.webhook import TROUBLED, key, message, to_bytes
from service.store import deliveries, events, webhooks
from service.store.engine import Connection, Row
from service.usecases.house import House

AT_ONCE = 8  # of one webhook under way at the same time, over all workers
_WINDOW = 500  # events looked at in one transaction
_MARGIN = 10.0  # seconds that a lease outlasts the longest attempt


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event to be sent to one webhook."""

    webhook: str
    url: str
    event: str
    sequence: int
    body: bytes
    keys: tuple[bytes, ...]
    failed: int  #: attempts until now
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """A webhook, and whether there is something to do for it."""

    webhook: str
    url: str
    wanted: bool


def look(house: House, connection: Connection, head: int) -> list[Work]:
    """Every active webhook. `head` is the newest event's sequence."""
    now = house.clock()
    return [
        Work(row.id, row.url, _wants(connection, row, head, now))
        for row in webhooks.page(connection)
        if row.state == webhooks.ACTIVE
    ]


def _wants(connection: Connection, row: Row[Any], head: int, now: datetime) -> bool:
    if row.not_before is not None and row.not_before > now:
        return False
    if row.upto < head:
        return True
    return deliveries.any_due(connection, row.id, now) and _places(connection, row, now) > 0


def take(house: House, connection: Connection, webhook: str) -> list[Parcel]:
    """Those that are leased to this worker now."""
    row, now = webhooks.get(connection, webhook), house.clock()
    if row is None or row.state != webhooks.ACTIVE or (row.not_before is not None and row.not_before > now):
        return []
    _fill(connection, row, now)
    places = _places(connection, row, now)
    if places <= 0:
        return []
    until = now + timedelta(seconds=house.settings.webhook_seconds + _MARGIN)
    leased = deliveries.lease(connection, webhook, house.worker, now, until, places)
    keys = signing_keys(house, connection, webhook, now) if leased else ()
    return [
        Parcel(
            webhook=webhook,
            url=row.url,
            event=each.id,
            sequence=each.sequence,
            body=to_bytes(message(each.id, each.sequence, each.type, each.created_at, each.body)),
            keys=keys,
            failed=each.attempts,
            leased_until=until,
        )
        for each in leased
    ]


def signing_keys(house: House, connection: Connection, webhook: str, now: datetime) -> tuple[bytes, ...]:
    """All that are valid, newest first."""
    return tuple(key(house.secret, webhook, each.salt) for each in webhooks.secrets(connection, webhook, now))


def reachable(house: House) -> tuple[Network, ...]:
    """Networks that are not public and may be reached all the same."""
    return networks(house.settings.webhook_networks)


def _places(connection: Connection, row: Row[Any], now: datetime) -> int:
    """A receiver in trouble gets one at a time, to see whether it is well again."""
    most = 1 if row.failures >= TROUBLED else AT_ONCE
    return most - deliveries.under_way(connection, row.id, now)


def _fill(connection: Connection, row: Row[Any], now: datetime) -> None:
    found = events.following(connection, row.upto, _WINDOW)
    if not found:
        return
    wanted = [
        {"sequence": each.sequence, "line": line(each.subject_id, each.body)}
        for each in found
        if subscribed(row.types, each.type)
        and concerns(row.workflows, each.body)
        and each.body.get("webhook") != row.id  # nobody is told of themselves
    ]
    deliveries.fill(connection, row.id, found[-1].sequence, wanted, now)
