"""What is sealed in the database: opened as it is read, in whatever statement reads it.

The keys belong to one database; which they are is known by the engine's dialect, of which every engine has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Engine

from service.errors import KeysUnavailable

if TYPE_CHECKING:
    from service.store.key_ring import KeyRing

_MARK = b"\x00sealed\x01"  # begins no JSON, nor a vector of numbers that are not enormous
_ID = slice(len(_MARK), len(_MARK) + 30)  # a type prefix of four characters and a ULID
_BODY = slice(_ID.stop, None)

_rings: WeakKeyDictionary[Dialect, KeyRing] = WeakKeyDictionary()


class Sealed(sa.types.TypeDecorator[bytes]):
    """Bytes that only whoever has the key can read. None when they are erased; what was never sealed is as it is."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        if not value:
            return None
        data = bytes(value)
        return _ring(dialect).open(*parts(data)) if is_sealed(data) else data


def is_sealed(data: bytes) -> bool:
    return data.startswith(_MARK)


def joined(key: str, body: bytes) -> bytes:
    """The form that is stored: what opens it, then nonce and cipher text."""
    return _MARK + key.encode() + body


def parts(data: bytes) -> tuple[str, bytes]:
    """The key's id, then nonce and cipher text."""
    return data[_ID].decode(), data[_BODY]


def use_keys(ring: KeyRing, *engines: Engine) -> None:
    """From now on these engines read and write with these keys."""
    for engine in engines:
        _rings[engine.dialect] = ring


def ring_of(connection: Connection) -> KeyRing:
    """The keys of the database that this is a connection to; KeysUnavailable where it was opened without."""
    return _ring(connection.dialect)


def _ring(dialect: Dialect) -> KeyRing:
    ring = _rings.get(dialect)
    if ring is None:
        raise KeysUnavailable("this database was opened without its keys", remedy="open the instance as a whole")
    return ring
