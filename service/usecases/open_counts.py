"""How many cases are open: of every queue, and by reason of one. For whoever shows them to several people at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.domain.answer import timestamp
from service.domain.case import CaseState
from service.store import cases, events, open_reasons
from service.usecases.house import House


def newest(house: House) -> int:
    """Rises whenever something happens anywhere: nothing has to be counted again before."""
    with house.store.read() as connection:
        return events.last(connection)


def by_queue(house: House) -> dict[str, dict[str, Any]]:
    """Of each queue with open cases: queue, open, claimed, overdue, asked (they wait for their requesters), oldest_at,
    and how many are in each state.

    Nobody's rights are asked: whoever hands this on takes from it the queues that the other one sees.
    """
    now = house.clock()
    with house.store.read() as connection:
        rows, leased = cases.queues(connection, now), cases.leased(connection, now)
    found: dict[str, dict[str, Any]] = {}
    oldest: dict[str, datetime] = {}
    for row in rows:
        zeros = {"open": 0, "claimed": leased.get(row.queue, 0), "overdue": 0, "asked": 0}
        one = found.setdefault(row.queue, {"queue": row.queue, **zeros, "states": {}})
        one["open"] += int(row.cases)
        one["overdue"] += int(row.late) if row.state != CaseState.NEEDS_INFORMATION.value else 0
        one["asked"] += int(row.cases) if row.state == CaseState.NEEDS_INFORMATION.value else 0
        one["states"][row.state] = int(row.cases)
        oldest[row.queue] = min(row.oldest_at, oldest.get(row.queue, row.oldest_at))
        one["oldest_at"] = timestamp(oldest[row.queue])
    return found


def by_reason(house: House, queue: str) -> Mapping[str, int]:
    """Open cases of the queue by reason; one that has several counts for each of them."""
    with house.store.read() as connection:
        return open_reasons.count(connection, queue)
