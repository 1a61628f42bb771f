"""What was sent to a webhook and what became of it; send it anew; try whether anything arrives at all."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from service.domain.answer import timestamp
from service.domain.event import TEST
from service.domain.webhook import headers, message, to_bytes
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from service.store import deliveries, events, ledger, webhooks
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.post_webhook import Post, trusted
from service.usecases.send_webhooks import HEADERS
from service.usecases.take_deliveries import reachable, signing_keys


def page(house: House, webhook: str, *, state: str | None, after: str | None, limit: int) -> dict[str, Any]:
    """Newest first; `next` is the cursor of the page after, or None."""
    if after is not None and not (after.isascii() and after.isdecimal() and len(after) < 19):
        problem = FieldProblem("after", "is no cursor", "send `next` of the page before")
        raise InvalidRequest(f"after: {problem.message}", problems=(problem,))
    with house.store.read() as connection:
        _found(connection, webhook)
        rows = deliveries.page(connection, webhook, state=state, before=int(after) if after else None, limit=limit + 1)
        now = house.clock()
    shown = rows[:limit]
    return {
        "items": [_view(row, now) for row in shown],
        "next": str(shown[-1].sequence) if len(rows) > limit else None,
    }


def one(house: House, by: str, webhook: str, event: str) -> None:
    """Send one event anew, whatever became of it. Conflict when it is being sent at this moment."""

    def work(connection: Connection) -> None:
        _found(connection, webhook)
        row = events.get(connection, event)
        now = house.clock()
        if row is None or not any(
            each.sequence == row.sequence
            for each in deliveries.page(connection, webhook, state=None, before=row.sequence + 1, limit=1)
        ):
            raise NotFound(f"event {event} was never to be sent to {webhook}", remedy="list what was: …/deliveries")
        if not deliveries.again(connection, webhook, row.sequence, by, now):
            raise Conflict(f"event {event} is being sent at this moment", remedy="look again in a minute")
        ledger.append(connection, "webhook.resent", webhook, now, {"by": by, "event": event, "count": 1})

    house.store.commit(work)


def many(house: House, by: str, webhook: str, *, delivered: bool = False, since: datetime | None = None) -> int:
    """Send anew all that was given up, since then if it is said; with `delivered` also what arrived. How many."""
    states: Sequence[str] = (deliveries.DEAD, deliveries.DELIVERED) if delivered else (deliveries.DEAD,)
    if delivered and since is None:
        problem = FieldProblem("since", "is missing", "say since when: what arrived is sent a second time")
        raise InvalidRequest(f"since: {problem.message}", problems=(problem,))
    since = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since

    def work(connection: Connection) -> int:
        _found(connection, webhook)
        now = house.clock()
        count = deliveries.all_again(connection, webhook, states, since, by, now)
        if count:
            told = {"by": by, "count": count, "delivered": delivered}
            ledger.append(connection, "webhook.resent", webhook, now, told)
        return count

    return house.store.commit(work)


async def try_out(house: House, webhook: str) -> dict[str, Any]:
    """Send a message of the type `webhook.test` at once, also to one that is paused, and say what came of it."""
    now = house.clock()

    def prepare() -> tuple[str, tuple[bytes, ...], ssl.SSLContext]:
        with house.store.read() as connection:
            return _found(connection, webhook).url, signing_keys(house, connection, webhook, now), trusted()

    url, keys, tls = await asyncio.to_thread(prepare)
    event = house.new_id("evt")
    body = to_bytes(message(event, 0, TEST, now, {"webhook": webhook}))
    post = Post(url, reachable(house), tls)
    try:
        sent = {**HEADERS, **headers(keys, event, now, body)}
        attempt = await post.send(sent, body, house.settings.webhook_seconds)
    finally:
        await post.close()
    return {
        "event": event,
        "delivered": attempt.arrived,
        "status": attempt.status,
        "trouble": attempt.trouble or None,
        "detail": attempt.detail,
        "milliseconds": round(attempt.seconds * 1_000),
    }


def _found(connection: Connection, webhook: str) -> Row[Any]:
    row = webhooks.get(connection, webhook)
    if row is None:
        raise NotFound(f"there is no webhook {webhook}", remedy="list them with `signoff webhooks list`")
    return row


def _view(row: Row[Any], now: datetime) -> dict[str, Any]:
    waiting = row.state == deliveries.WAITING
    return {
        "event": row.id,
        "sequence": row.sequence,
        "type": row.type,
        "line": row.line,
        "at": timestamp(row.created_at),
        "state": row.state,
        "attempts": row.attempts,
        "due_at": timestamp(row.due_at) if waiting else None,
        "under_way": waiting and row.leased_until is not None and row.leased_until > now,
        "status": row.status,
        "trouble": row.trouble,
        "tried_at": timestamp(row.tried_at) if row.tried_at else None,
        "milliseconds": row.milliseconds,
        "resent_by": row.resent_by,
    }
