"""What became of an attempt: delivered, to be tried again, or given up; and when a receiver is given up altogether."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog

from service.domain.webhook import breather, next_attempt
from service.observe.webhooks import ATTEMPTS, DEAD, SECONDS
from service.store import deliveries, events, ledger, webhooks
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.post_webhook import Attempt
from service.usecases.take_deliveries import Parcel

#: Who pauses a webhook when no person does.
SENDER = "signoff"
_BUSY = frozenset({429, 502, 503, 504})
_LONGEST_LEFT_ALONE = 3_600.0  # seconds

log = structlog.get_logger("signoff")


def settle(house: House, connection: Connection, parcel: Parcel, attempt: Attempt) -> str:
    """Where the delivery stands now; empty when its lease had run out, so that another attempt counts."""
    now, draw = house.clock(), house.draw()
    tried: dict[str, Any] = {
        "tried_at": now,
        "status": attempt.status,
        "trouble": attempt.trouble or None,
        "milliseconds": round(attempt.seconds * 1_000),
    }
    wait = None if attempt.arrived else next_attempt(parcel.failed + 1, draw, attempt.asked)
    if attempt.arrived:
        tried |= {"state": deliveries.DELIVERED}
    elif wait is None:
        tried |= {"state": deliveries.DEAD}
    else:
        tried |= {"due_at": now + wait}
    if not deliveries.end(connection, parcel.webhook, parcel.sequence, house.worker, parcel.leased_until, tried):
        return ""
    if attempt.arrived:
        webhooks.well(connection, parcel.webhook)
    else:
        _ail(house, connection, parcel.webhook, attempt, now, draw)
    return str(tried.get("state", deliveries.WAITING))


def _ail(house: House, connection: Connection, webhook: str, attempt: Attempt, now: datetime, draw: float) -> None:
    row = webhooks.get(connection, webhook)
    if row is None:
        return
    rest = breather(row.failures + 1, draw)
    if attempt.status in _BUSY and attempt.asked:
        rest = max(rest, timedelta(seconds=min(attempt.asked, _LONGEST_LEFT_ALONE)))
    webhooks.ail(connection, webhook, now, now + rest if rest else None)
    failing = now - (row.failing_since or now)
    if attempt.trouble == "gone":
        give_up(house, connection, webhook, webhooks.GONE)
    elif failing >= timedelta(hours=house.settings.webhook_pause_hours):
        give_up(house, connection, webhook, webhooks.FAILING)


def give_up(house: House, connection: Connection, webhook: str, why: str, by: str = SENDER) -> bool:
    """Send it nothing any more; whether anything was sent until now. Ledger, event and log say so."""
    now = house.clock()
    if not webhooks.pause(connection, webhook, by, why, now):
        return False
    ledger.append(connection, "webhook.paused", webhook, now, {"by": by, "why": why})
    events.add(connection, house.new_id("evt"), "webhook.paused", webhook, {"webhook": webhook, "why": why}, now)
    if by == SENDER:
        log.error(
            "webhook_paused", webhook=webhook, why=why, remedy=f"mend it, then: signoff webhooks resume {webhook}"
        )
    return True


def count(parcel: Parcel, attempt: Attempt, state: str) -> None:
    """Metrics and log, once it is written down."""
    ATTEMPTS.labels(attempt.trouble or "delivered").inc()
    SECONDS.observe(attempt.seconds)
    if state == deliveries.DEAD:
        DEAD.inc()
        log.warning("webhook_delivery_given_up", webhook=parcel.webhook, message=parcel.event, trouble=attempt.trouble)
