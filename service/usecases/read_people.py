"""Read who has an account, what each may do, and what they have open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.domain.access import Principal, identity
from service.domain.answer import timestamp
from service.errors import NotFound
from service.store import people, sessions
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.sign_in import digest_of, idle_since


def listing(house: House) -> list[dict[str, Any]]:
    """Everybody, by name."""
    now = house.clock()
    with house.store.read() as connection:
        rows, logins, codes = people.listing(connection), people.logins(connection), people.waiting(connection, now)
    linked = {login.person for login in logins}
    return [_told(row, row.id in linked, row.id in codes) for row in rows]


def view(house: House, person: str) -> dict[str, Any]:
    """One of them. NotFound when there is nobody of that id."""
    with house.store.read() as connection:
        return view_of(connection, person, house.clock())


def view_of(connection: Connection, person: str, now: datetime) -> dict[str, Any]:
    row = people.get(connection, person)
    if row is None:
        raise NotFound(f"there is nobody {person}", remedy="list them with `signoff people list`")
    linked = any(login.person == person for login in people.logins(connection))
    return _told(row, linked, person in people.waiting(connection, now))


def by_name(house: House, name: str) -> str:
    """The id of the person of that name or id. NotFound otherwise."""
    with house.store.read() as connection:
        row = people.get(connection, name) or people.of_identity(connection, identity(name))
    if row is None:
        raise NotFound(f"there is nobody called {name!r}", remedy="list them with `signoff people list`")
    return str(row.id)


def any_password(house: House) -> bool:
    """Whether anybody can sign in by password, now or with a code that was handed over."""
    with house.store.read() as connection:
        return people.any_password(connection)


def open_sessions(house: House, owner: str, token: str = "") -> list[dict[str, Any]]:
    """What a person or key has open, the last seen first; `this` is the one of that token."""
    now, mine = house.clock(), digest_of(token) if token else ""
    with house.store.read() as connection:
        rows = sessions.live(connection, owner, now, idle_since(house, now))
    return [
        {
            "id": row.id,
            "how": row.how,
            "browser": row.browser,
            "created_at": timestamp(row.created_at),
            "seen_at": timestamp(row.seen_at),
            "expires_at": timestamp(row.expires_at),
            "this": row.digest == mine,
        }
        for row in rows
    ]


def own_account(house: House, me: Principal) -> dict[str, Any] | None:
    """One's own account; None for whoever signed in with a key, which has none."""
    with house.store.read() as connection:
        row = people.get(connection, me.key_id)
        return view_of(connection, row.id, house.clock()) if row is not None else None


def _told(row: Row[Any], linked: bool, code: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "limits": row.limits,
        "groups": row.groups,
        "password": row.password is not None,
        "provider": linked,
        "code_open": code,
        "disabled": row.disabled_at is not None,
        "created_at": timestamp(row.created_at),
        "created_by": row.created_by,
        "password_at": timestamp(row.password_at) if row.password_at else None,
    }
