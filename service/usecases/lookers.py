"""Who else has a case's page open. Nothing is recorded of it: rows are forgotten within the hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from service.store import lookers
from service.usecases.house import House

#: Seconds between signs that a page is still open.
SIGN = 20.0
_GONE = timedelta(seconds=2.5 * SIGN)
_FORGOTTEN = timedelta(hours=1)


def look(house: House, case_id: str, person: str) -> None:
    """The page is open; to be said again every `SIGN` seconds."""
    now = house.clock()
    house.store.commit(lambda connection: lookers.seen(connection, case_id, person, now, now - _FORGOTTEN))


def leave(house: House, case_id: str, person: str) -> None:
    """The page is gone. Nobody waits till that is written."""
    house.store.submit(lambda connection: lookers.gone(connection, case_id, person))


def looking(house: House, case_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Who has the pages of these cases open now, by name."""
    with house.store.read() as connection:
        return lookers.at(connection, case_ids, house.clock() - _GONE)
