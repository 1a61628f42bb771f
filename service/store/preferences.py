"""What people keep of how they work."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_console import preferences


def of(connection: Connection, person: str) -> dict[str, Any]:
    """Everything that somebody keeps, by its name."""
    query = sa.select(preferences.c.name, preferences.c.value).where(preferences.c.person == person)
    return {row.name: row.value for row in connection.execute(query)}


def keep(connection: Connection, person: str, name: str, value: Any) -> None:
    """Instead of what was kept by that name."""
    mine = preferences.update().where(preferences.c.person == person, preferences.c.name == name)
    if connection.execute(mine.values(value=value)).rowcount == 0:
        connection.execute(preferences.insert().values(person=person, name=name, value=value))
