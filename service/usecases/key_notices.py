"""Keys that end soon: told beforehand, once each, on the ledger, in the log, as an event, and counted."""

from __future__ import annotations

import structlog

from service.domain.answer import timestamp
from service.observe.metrics import KEYS_EXPIRING
from service.store import access, events, ledger
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.manage_keys import SOON

log = structlog.get_logger(__name__)


def tell_of_ending(house: House) -> list[str]:
    """Tell of keys that end within two weeks and have no successor, of each once; their ids."""
    now = house.clock()
    with house.store.read() as connection:
        found = access.ending(connection, now, now + SOON)
    if all(row.warned_at is not None for row in found):
        return []

    def work(connection: Connection) -> list[str]:
        told = []
        for row in access.ending(connection, now, now + SOON):
            if row.warned_at is None:
                until = timestamp(row.expires_at)
                access.change(connection, row.id, {"warned_at": now})
                ledger.append(connection, "key.expiring", row.id, now, {"name": row.name, "until": until})
                body = {"key": row.id, "until": until}
                events.add(connection, house.new_id("evt"), "key.expiring", row.id, body, now)
                told.append(str(row.id))
        return told

    told = house.store.commit(work)
    for key in told:
        log.warning("key_expiring", key=key, remedy="signoff keys rotate NAME")
    return told


def count_ending(house: House) -> None:
    """For the metrics of this worker."""
    now = house.clock()
    with house.store.read() as connection:
        KEYS_EXPIRING.set(len(access.ending(connection, now, now + SOON)))
