"""The keys that payloads are sealed under, joined to the database they belong to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from service.errors import CannotStart
from service.settings import Settings
from service.store import instance
from service.store.engine import Connection, Store
from service.store.key_ring import KeyRing
from service.store.master_key import master_key

_NAME = "key_store"
_FILE = "master.key"


def keys_of(settings: Settings, clock: Callable[[], datetime]) -> KeyRing:
    """Nothing is opened yet."""
    given = settings.master_key.get_secret_value() if settings.master_key is not None else None
    return KeyRing(settings.keys, master_key(given, settings.home / _FILE), clock)


def refuse_other_keys(store: Store) -> None:
    """`CannotStart` unless the key store is this database's own. The first one that it is opened with becomes that."""
    with store.read() as connection:
        known = instance.get(connection, _NAME)
    found = store.keys.check()
    if known is None:
        known = store.commit(lambda connection: _introduced(connection, found))
    if known != found:
        raise CannotStart(
            f"these keys ({found}) are not those that this database was written with ({known})",
            remedy="put its own key store back, or name it by SIGNOFF_KEYS_URL: every replica uses the same one",
        )


def _introduced(connection: Connection, found: str) -> str:
    known = instance.get(connection, _NAME)
    if known is None:
        instance.put(connection, _NAME, found)
    return known or found
