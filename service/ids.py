"""Ids that sort by the time they were made: a type prefix, then a ULID (github.com/ulid/spec)."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letters that look alike


def new_id(prefix: str) -> str:
    """For instance `dec_01KB2Z…`: 48 bits of milliseconds and 80 random bits in 26 characters."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return prefix + "_" + "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
