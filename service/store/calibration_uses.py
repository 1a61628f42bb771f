"""How often calibration cases were used, so that delta is spent on it. Each use is on record before its result is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.errors import LedgerUnavailable
from service.store import documents
from service.store.tables_learning import calibration_uses

_TRIES = 5


def use_of(connection: Connection, calibration: str, head: str) -> int | None:
    """Which use of these calibration cases this head is, counted from 1; None: it was not tried on them yet."""
    same = calibration_uses.c.calibration == calibration, calibration_uses.c.head == head
    return connection.scalar(sa.select(calibration_uses.c.use).where(*same))


def record(connection: Connection, calibration: str, head: str, cases: Collection[str], now: datetime) -> int:
    """Write down that a head is about to be tried on these calibration cases; which use of them that is.

    `cases` are keyed digests that tell them apart. Uses of other calibration samples count as well where they
    have a case in common with this one: a sample that grew by ten cases is not a fresh one. The same head on the same
    cases is the same use, however often it is tried.
    """
    # Uses are counted before one is added, so another process must not add one of overlapping cases in between: the
    # lock of the documents will do, as trainings are rare and this is over at once.
    documents.lock(connection)
    for _ in range(_TRIES):
        known = use_of(connection, calibration, head)
        if known is not None:
            return known
        use = 1 + _overlapping(connection, calibration, frozenset(cases))
        row = {"calibration": calibration, "head": head, "use": use, "cases": sorted(cases), "created_at": now}
        try:
            with connection.begin_nested():
                connection.execute(calibration_uses.insert().values(**row))
        except sa.exc.IntegrityError:
            continue  # another process wrote one down at this moment; it is counted now
        return use
    raise LedgerUnavailable("others keep recording uses of the same calibration cases", remedy="try again")


def _overlapping(connection: Connection, calibration: str, cases: frozenset[str]) -> int:
    """How many uses were made of this sample, or of one that has a case in common with it."""
    rows = connection.execute(sa.select(calibration_uses.c.calibration, calibration_uses.c.cases))
    return sum(row.calibration == calibration or not cases.isdisjoint(row.cases) for row in rows)
