"""Ids that sort by the time they were made: a type prefix, then a ULID (github.com/ulid/spec)."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letters that look alike
_TIME = 10  # characters that tell the time


def new_id(prefix: str) -> str:
    """For instance `dec_01KB2Z…`: 48 bits of milliseconds and 80 random bits in 26 characters."""
    return _id(prefix, time.time_ns() // 1_000_000)


def id_at(prefix: str, at: datetime) -> str:
    """An id as it would have been made then."""
    return _id(prefix, int(at.timestamp() * 1_000))


def made_at(name: str) -> datetime:
    """When an id was made, to the millisecond."""
    value = 0
    for letter in name.rpartition("_")[2][:_TIME]:
        value = value << 5 | _ALPHABET.index(letter)
    return datetime.fromtimestamp(value / 1_000, UTC)


def _id(prefix: str, milliseconds: int) -> str:
    value = milliseconds << 80 | secrets.randbits(80)
    return prefix + "_" + "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
