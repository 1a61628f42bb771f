"""Who has which case's page open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_console import lookers


def seen(connection: Connection, case_id: str, person: str, now: datetime, forget: datetime) -> None:
    """The page is open at `now`; pages last heard of before `forget` are gone."""
    connection.execute(lookers.delete().where(lookers.c.seen_at < forget))
    here = lookers.update().where(lookers.c.case == case_id, lookers.c.person == person)
    if connection.execute(here.values(seen_at=now)).rowcount == 0:
        connection.execute(lookers.insert().values(case=case_id, person=person, seen_at=now))


def gone(connection: Connection, case_id: str, person: str) -> None:
    connection.execute(lookers.delete().where(lookers.c.case == case_id, lookers.c.person == person))


def at(connection: Connection, case_ids: Collection[str], since: datetime) -> dict[str, list[str]]:
    """Who looks at each of these cases, by name."""
    query = (
        sa.select(lookers.c.case, lookers.c.person)
        .where(lookers.c.case.in_(case_ids), lookers.c.seen_at >= since)
        .order_by(lookers.c.person)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.case, []).append(row.person)
    return found
