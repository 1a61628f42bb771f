"""How a team gets on: what waits, what came in and went out, how long it takes, and when the backlog runs late."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.case import WAITING, CaseState
from service.errors import Forbidden
from service.store import team
from service.store.engine import Connection, Row
from service.usecases import open_counts
from service.usecases.house import House

USUAL_DAYS = 14
_PACE = timedelta(days=2)  #: the pace of now: of so long
_MOST = 20_000  #: waiting cases of one queue that the forecast looks at


def figures(house: House, principal: Principal, days: int = USUAL_DAYS, queue: str | None = None) -> dict[str, Any]:
    """Of the queues that the principal leads, or of one of them: `queues`, `people`, `days`, each a list; and from when
    to when. Forbidden for a queue whose figures are not theirs.

    A forecast takes the pace of the last two days and the cases that wait, in the order that they are due.
    """
    now, mine = house.clock(), among(led(principal), queue)
    since = now - timedelta(days=days)
    counts = open_counts.by_queue(house)
    with house.store.read() as connection:
        said, came = team.decided(connection, mine, since), team.came(connection, mine, since)
        names = {each for each in {*counts, *(row.queue for row in said)} if mine is None or each in mine}
        queues = [
            _queue(connection, name, counts.get(name, {}), [row for row in said if row.queue == name], days, now)
            for name in sorted(names)
        ]
    return {
        "since": timestamp(since),
        "until": timestamp(now),
        "queues": queues,
        "people": _people(said),
        "days": _days(said, came, since, days),
    }


def led(principal: Principal) -> Collection[str] | None:
    """The queues whose figures somebody sees; None: all."""
    everywhere = principal.may(Scope.OPERATE) or principal.may(Scope.AUDIT)
    return None if everywhere else principal.queues(Scope.LEAD)


def among(mine: Collection[str] | None, queue: str | None) -> Collection[str] | None:
    """That one queue of those whose figures somebody sees; Forbidden when it is none of them."""
    if queue is None:
        return mine
    if mine is not None and queue not in mine:
        raise Forbidden(
            f"you do not lead queue {queue}",
            remedy="ask operations for the role lead in this queue",
            extra={"scopes": [Scope.LEAD.value], "queue": queue},
        )
    return frozenset({queue})


def _queue(
    connection: Connection, name: str, counts: Mapping[str, Any], said: Sequence[Row[Any]], days: int, now: datetime
) -> dict[str, Any]:
    recent = [row for row in said if row.created_at >= now - _PACE]
    an_hour = len(recent) / (_PACE.total_seconds() / 3_600)
    dues = team.dues(connection, name, [state.value for state in (*WAITING, CaseState.CLAIMED)], _MOST)
    return {
        "queue": name,
        "open": counts.get("open", 0),
        "claimed": counts.get("claimed", 0),
        "overdue": counts.get("overdue", 0),
        "asked": counts.get("asked", 0),
        "oldest_at": counts.get("oldest_at"),
        "decided_a_day": round(len(said) / days, 1),
        "late": sum(row.created_at > row.due_at for row in said),
        "decided": len(said),
        "seconds": handling(said),
        "empty_at": timestamp(now + timedelta(hours=len(dues) / an_hour)) if an_hour and dues else None,
        "will_be_late": will_be_late(dues, an_hour, now),
    }


def will_be_late(dues: Sequence[datetime], an_hour: float, now: datetime) -> int:
    """How many of the cases that wait would not be decided by when they are due, at `an_hour` decided an hour.

    `dues` are in order; the first one due is taken first.
    """
    if not an_hour:
        return sum(due <= now + timedelta(days=1) for due in dues)
    return sum(now + timedelta(hours=(place + 1) / an_hour) > due for place, due in enumerate(dues))


def _people(said: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    by_name: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in said:
        by_name[row.reviewer].append(row)
    return [
        {"reviewer": name, "decided": len(rows), "seconds": handling(rows), **_overturned(rows)}
        for name, rows in sorted(by_name.items(), key=lambda each: (-len(each[1]), each[0]))
    ]


def _overturned(rows: Iterable[Row[Any]]) -> dict[str, Any]:
    led_by = [row for row in rows if row.suggested is not None]
    other = sum(row.suggested not in row.labels for row in led_by)
    return {"suggested": len(led_by), "overturned": other}


def handling(rows: Iterable[Row[Any]]) -> float | None:
    """Median seconds from claim to decision."""
    spans = [(row.created_at - row.begun_at).total_seconds() for row in rows if row.begun_at is not None]
    return round(median(spans), 1) if spans else None


def _days(said: Iterable[Row[Any]], came: Iterable[Row[Any]], since: datetime, days: int) -> list[dict[str, Any]]:
    went, arrived = (Counter(row.created_at.date() for row in rows) for rows in (said, came))
    dates = [(since + timedelta(days=place)).date() for place in range(1, days + 1)]
    return [{"day": each.isoformat(), "came": arrived[each], "decided": went[each]} for each in dates]
