"""The ledger for those who read it: pages of records, found by kind, by what they are about, and by time.

Records have no index of their times. They are in the order of their times but for clocks that were put right, so a time
is looked for as in a dictionary, with two days to spare, and each record is held against it after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.domain.audit import STREAM
from service.store.tables import ledger

_SPARE = timedelta(days=2, minutes=1)  # exact where clocks were never more than a day off
_BY_NAME = sa.text("kind <> 'decision.made'")  # as the index of kinds says it, word for word
_MADE = "decision.made"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records; None: all."""

    kind: str | None = None  #: a kind, or `document.*`
    subject: str | None = None
    since: datetime | None = None  #: written then or later
    until: datetime | None = None  #: written before


def page(connection: Connection, asked: Asked, after: int, limit: int) -> list[sa.Row[Any]]:
    """Records after a sequence, oldest first."""
    by_name = asked.subject is not None or (asked.kind is not None and not _may_be_made(asked.kind))
    # As an expression, where another index is to be used: the bare column would draw SQLite to the primary key.
    stream = ledger.c.stream.concat("") if by_name else ledger.c.stream
    query = sa.select(ledger).where(stream == STREAM, ledger.c.sequence > after)
    if asked.subject is not None:
        query = query.where(ledger.c.subject_id == asked.subject)
    if asked.kind is not None:
        query = query.where(_of_kind(asked.kind))
        if not _may_be_made(asked.kind):
            query = query.where(_BY_NAME)
    if asked.since is not None:
        begin = _first_from(connection, asked.since - _SPARE)
        query = query.where(ledger.c.at >= asked.since, ledger.c.sequence >= begin)
    if asked.until is not None:
        end = _first_from(connection, asked.until + _SPARE)
        query = query.where(ledger.c.at < asked.until, ledger.c.sequence < end)
    return list(connection.execute(query.order_by(ledger.c.sequence).limit(limit)))


def _of_kind(kind: str) -> sa.ColumnElement[bool]:
    if kind.endswith(".*"):
        return sa.and_(ledger.c.kind > kind[:-1], ledger.c.kind < kind[:-2] + "/")  # which follows the dot
    return ledger.c.kind == kind


def _may_be_made(kind: str) -> bool:
    return kind in (_MADE, "decision.*")


def _first_from(connection: Connection, moment: datetime) -> int:
    """The sequence of the first record from that moment on, one past the last if there is none."""
    last = connection.scalar(sa.select(sa.func.max(ledger.c.sequence)).where(ledger.c.stream == STREAM)) or 0
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        at = connection.scalar(sa.select(ledger.c.at).where(ledger.c.stream == STREAM, ledger.c.sequence == middle))
        if at is not None and at < moment:
            low = middle + 1
        else:
            high = middle
    return low
