"""Who reviews in a queue: everybody whose account or key opens its cases."""

from __future__ import annotations

from service.domain.case import CaseAction
from service.store import access, people
from service.usecases.house import House
from service.usecases.queue_policy import works
from service.usecases.sign_in import key_principal, person_principal


def reviewers(house: House, queue: str) -> list[str]:
    """Their names, in order."""
    now = house.clock()
    with house.store.read() as connection:
        accounts = [person_principal(row) for row in people.listing(connection) if row.disabled_at is None]
        keys = [
            key_principal(row)
            for row in access.keys(connection)
            if row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
        ]
    return sorted({each.name for each in (*accounts, *keys) if works(each, queue, CaseAction.CLAIM)}, key=str.casefold)
