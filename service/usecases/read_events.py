"""Read on in what happened, from where one stopped. A cursor misses nothing, whoever writes at the same time."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.access import Principal, Scope
from service.domain.event import GROUPS, INSIDE, TYPES, concerns, subscribed, unknown_filters
from service.domain.webhook import message
from service.errors import FieldProblem, InvalidRequest, did_you_mean
from service.store import events
from service.store.engine import Connection, Row
from service.usecases.house import House

#: Instead of a cursor: nothing that was, only what comes.
LAST = "last"
#: What waiting readers listen for.
ANY = "events"
_WINDOW = 1_000  # events looked at in one go, whatever is wanted of them
_CURSOR = re.compile(r"[0-9]{1,18}")
_SEES_ALL = (Scope.OPERATE, Scope.AUDIT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader wants to hear of; empty: everything."""

    types: Sequence[str] = ()
    workflows: Sequence[str] = ()

    def hears(self, row: Row[Any]) -> bool:
        return subscribed(self.types, row.type) and concerns(self.workflows, row.body)


def page(house: House, principal: Principal, after: str | None, wanted: Wanted, limit: int) -> dict[str, Any]:
    """Up to `limit` events after the cursor, oldest first; `next` is where to go on from, also when there was none.

    Whoever may only ask for decisions hears of their own, and not how they are worked on. `more`: there is more to be
    read at once.
    InvalidRequest for a cursor that is none and for types that do not exist.
    """
    _refuse_unknown(wanted.types, "type")
    with house.store.read() as connection:
        head = events.last(connection)
        if after == LAST:
            return {"items": [], "next": str(head), "more": False}
        rows = events.following(connection, _cursor(after), _WINDOW)
        heard = [row for row in rows if wanted.hears(row) and _is_there(principal, row)]
        everything = any(principal.may(scope) for scope in _SEES_ALL)
        if not everything:
            heard = _own(connection, principal, heard)
    shown = heard[:limit]
    looked_at = shown if len(heard) > limit else rows
    upto = looked_at[-1].sequence if looked_at else _cursor(after)
    items = [_told(row, frozenset() if everything else INSIDE) for row in shown]
    return {"items": items, "next": str(upto), "more": upto < head}


def _is_there(principal: Principal, row: Row[Any]) -> bool:
    """Whoever is limited to workflows hears of those alone: not of what concerns others too, nor of what is of all."""
    about = {*row.body.get("workflows", ()), *([row.body["workflow"]] if "workflow" in row.body else ())}
    return principal.workflows is None or (bool(about) and about <= principal.workflows)


def _told(row: Row[Any], without: Collection[str]) -> dict[str, Any]:
    data = {name: value for name, value in row.body.items() if name not in without}
    return message(row.id, row.sequence, row.type, row.created_at, data)


def _own(connection: Connection, principal: Principal, rows: list[Row[Any]]) -> list[Row[Any]]:
    about = {row.body["decision"] for row in rows if "decision" in row.body}
    theirs = events.decided_for(connection, principal.name, about)
    return [row for row in rows if row.body.get("decision") in theirs]


def _cursor(after: str | None) -> int:
    if after is None:
        return 0
    if not _CURSOR.fullmatch(after):
        problem = FieldProblem("after", "is no cursor", "send `next` of the page before, `last`, or nothing")
        raise InvalidRequest(f"{problem.field}: {problem.message}", problems=(problem,))
    return int(after)


def _refuse_unknown(filters: Sequence[str], field: str) -> None:
    problems = unknown_types(filters, field)
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=problems)


def unknown_types(filters: Sequence[str], field: str) -> tuple[FieldProblem, ...]:
    """What is wrong with filters of types."""
    known = {*TYPES, *GROUPS}
    return tuple(
        FieldProblem(field, f"there is no event type {each!r}", did_you_mean(each, known, "event types"))
        for each in unknown_filters(filters)
    )
