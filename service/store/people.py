"""People with accounts: their rows, their logins elsewhere, the codes that set a password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.store.tables_people import people, person_codes, person_logins


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(people.insert(), dict(values))


def get(connection: Connection, person: str, *, lock: bool = False) -> sa.Row[Any] | None:
    """By id. With `lock` nobody else changes the row before this transaction ends."""
    query = sa.select(people).where(people.c.id == person)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def of_identity(connection: Connection, identity: str) -> sa.Row[Any] | None:
    return connection.execute(sa.select(people).where(people.c.identity == identity)).one_or_none()


def listing(connection: Connection) -> list[sa.Row[Any]]:
    """By name."""
    return list(connection.execute(sa.select(people).order_by(people.c.identity)))


def any_password(connection: Connection) -> bool:
    """Whether somebody has a password or a code for one."""
    some = sa.select(people.c.id).where(people.c.password.is_not(None)).limit(1)
    waits = sa.select(person_codes.c.person).limit(1)
    return any(connection.execute(query).one_or_none() is not None for query in (some, waits))


def change(connection: Connection, person: str, values: Mapping[str, Any]) -> None:
    connection.execute(people.update().where(people.c.id == person).values(dict(values)))


def of_login(connection: Connection, issuer: str, subject: str) -> sa.Row[Any] | None:
    """The person whom a provider calls by that subject."""
    mine = sa.and_(person_logins.c.issuer == issuer, person_logins.c.subject == subject)
    return connection.execute(
        sa.select(people).join(person_logins, person_logins.c.person == people.c.id).where(mine)
    ).one_or_none()


def add_login(connection: Connection, issuer: str, subject: str, person: str, now: datetime, by: str) -> None:
    connection.execute(
        person_logins.insert().values(issuer=issuer, subject=subject, person=person, linked_at=now, linked_by=by)
    )


def drop_logins(connection: Connection, person: str) -> int:
    """How many there were."""
    return connection.execute(person_logins.delete().where(person_logins.c.person == person)).rowcount


def logins(connection: Connection) -> list[sa.Row[Any]]:
    """All of them, in the order of their persons."""
    return list(connection.execute(sa.select(person_logins).order_by(person_logins.c.person, person_logins.c.issuer)))


def put_code(connection: Connection, person: str, digest: str, expires_at: datetime) -> None:
    """In place of the code the person had."""
    drop_code(connection, person)
    connection.execute(person_codes.insert().values(digest=digest, person=person, expires_at=expires_at))


def drop_code(connection: Connection, person: str) -> None:
    connection.execute(person_codes.delete().where(person_codes.c.person == person))


def of_code(connection: Connection, digest: str, now: datetime) -> sa.Row[Any] | None:
    """The person whose code that is, while it lasts."""
    good = sa.and_(person_codes.c.digest == digest, person_codes.c.expires_at > now)
    return connection.execute(
        sa.select(people).join(person_codes, person_codes.c.person == people.c.id).where(good)
    ).one_or_none()


def spend_code(connection: Connection, digest: str, now: datetime) -> bool:
    """Whether the code was good till now; it is gone for whoever comes second."""
    good = sa.and_(person_codes.c.digest == digest, person_codes.c.expires_at > now)
    return connection.execute(person_codes.delete().where(good)).rowcount == 1


def waiting(connection: Connection, now: datetime) -> frozenset[str]:
    """Ids of people who have a code that was not used yet."""
    rows = connection.execute(sa.select(person_codes.c.person).where(person_codes.c.expires_at > now))
    return frozenset(rows.scalars())
