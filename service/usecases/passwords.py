"""Hash passwords and compare them, slowly on purpose: argon2id with the parameters that OWASP names.

A guess at an account that does not exist takes as long as one at an account that does.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from service.domain.password import LONGEST, plain
from service.errors import Busy

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)

# Each takes memory and a core, so a flood of guesses must not take all of them.
_AT_ONCE = threading.BoundedSemaphore(2)
_PATIENCE = 5.0  # seconds


def hashed(password: str) -> str:
    """What is stored: salt and parameters with it."""
    with _turn():
        return _HASHER.hash(_bytes(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether that is the password. Without anything stored it takes as long, and is not."""
    decoy = _decoy()
    if len(password) > LONGEST:
        stored, password = None, ""
    with _turn():
        try:
            _HASHER.verify(stored or decoy, _bytes(password))
        except (Argon2Error, InvalidHashError):
            return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether it was hashed with other parameters than those of today."""
    return _HASHER.check_needs_rehash(stored)


@functools.cache
def _decoy() -> str:
    return _HASHER.hash(b"what nobody has")


def _bytes(password: str) -> bytes:
    return plain(password).encode("utf-8", "surrogatepass")


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Busy(
            "too many people are signing in at once", remedy="try again in a moment", headers={"Retry-After": "2"}
        )
    try:
        yield
    finally:
        _AT_ONCE.release()
