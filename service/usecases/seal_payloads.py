"""Seal what was written before there were keys, a little at a time: decisions go on meanwhile."""

from __future__ import annotations

from service.store import unsealed
from service.usecases.house import House

_AT_ONCE = 200  # payloads a transaction


def seal_some(house: House) -> int:
    """One step; how many were sealed."""
    with house.store.read() as connection:
        if not unsealed.left(connection):
            return 0
    return house.store.commit(lambda connection: unsealed.seal_some(connection, _AT_ONCE))


def seal_all(house: House) -> int:
    """Until none is left; how many."""
    total = 0
    while count := seal_some(house):
        total += count
    return total


def rewrite(house: House) -> None:
    """Have the database write its file anew: what stood there open before is not in any free page of it then."""
    house.store.rewrite("payloads")
