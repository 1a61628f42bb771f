"""Facts about this instance that outlive a process."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables import instance


def get(connection: Connection, name: str) -> str | None:
    value: str | None = connection.scalar(sa.select(instance.c.value).where(instance.c.name == name))
    return value


def put(connection: Connection, name: str, value: str) -> None:
    connection.execute(instance.delete().where(instance.c.name == name))
    connection.execute(instance.insert().values(name=name, value=value))
