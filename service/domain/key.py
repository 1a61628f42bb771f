"""What an API key looks like: a prefix to find it by, a secret, and a checksum. Pure.

The prefix lets people and scanners of secrets see what it is. The checksum, CRC-32 of everything before it (RFC 1952),
lets a key that was cut off or mistyped be told from one that is not known, without asking anybody.
"""

from __future__ import annotations

import base64
import secrets
import zlib

PREFIX = "sgn_"
_SECRET_BYTES = 32
_OLD = len(PREFIX) + 43  # before there was a checksum: such keys stay good
_NEW = _OLD + 6


def new_key() -> str:
    """A key that nobody can guess: 256 random bits."""
    return signed(PREFIX + secrets.token_urlsafe(_SECRET_BYTES))


def signed(begun: str) -> str:
    """With its checksum."""
    return begun + base64.urlsafe_b64encode(zlib.crc32(begun.encode()).to_bytes(4, "big")).decode().rstrip("=")


def looks_like_token(text: str) -> bool:
    """Whether it can only be a signed token of somebody else (RFC 7515, compact): no key of ours has dots in it."""
    return not text.startswith(PREFIX) and text.count(".") == 2


def is_whole(key: str) -> bool:
    """Whether a key can be one: nothing of it is missing or mistyped, as far as that can be seen."""
    if not key.isascii() or not key.startswith(PREFIX):
        return False
    return len(key) == _OLD or (len(key) == _NEW and signed(key[:-6]) == key)
