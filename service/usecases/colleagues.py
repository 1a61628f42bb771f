"""Find a colleague by name: somebody with an account or a key that opens something still."""

from __future__ import annotations

from datetime import datetime

from service.domain.access import Principal, identity
from service.store import access, people
from service.store.engine import Connection
from service.usecases.sign_in import key_principal, person_principal


def colleague(connection: Connection, name: str, now: datetime) -> Principal | None:
    """Who goes by that name; None when nobody does any more."""
    person = people.of_identity(connection, identity(name))
    if person is not None:
        return person_principal(person) if person.disabled_at is None else None
    key = access.valid_key(connection, name, now)
    return key_principal(key) if key is not None else None
