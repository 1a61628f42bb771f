"""The arithmetic of the ledger: canonical bytes, the chain, and how it is verified. Pure.

A record's hash covers its canonical bytes (RFC 8785) and the hash before it, so that nothing can be changed,
removed or moved without every later hash giving it away.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64  #: stands before the first record of a stream
_EXACT = 2**53  # beyond it a JSON reader may lose digits
STREAM = "main"  #: the one stream for now; sequence and chain run within a stream


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one byte form of a record (RFC 8785).

    Keys are ASCII and numbers are integers up to 2^53 (scores go in as millionths): within these bounds the standard
    library's sorted, compact form is that of RFC 8785. Raises ValueError for anything beyond them.
    """
    _refuse_beyond(record)
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _refuse_beyond(value: Any) -> None:
    match value:
        case bool() | str() | None:
            return
        case int():
            if abs(value) > _EXACT:
                raise ValueError(f"{value} is no exact number in JSON")
        case Mapping():
            for key, item in value.items():
                if not (isinstance(key, str) and key.isascii()):
                    raise ValueError(f"a record's key is ASCII text, not {key!r}")
                _refuse_beyond(item)
        case list() | tuple():
            for item in value:
                _refuse_beyond(item)
        case _:
            raise ValueError(f"a record holds no {type(value).__name__}")


def chain_hash(previous: str, record: bytes) -> str:
    """SHA-256 over the previous hash and the record, in hex."""
    return hashlib.sha256(bytes.fromhex(previous) + record).hexdigest()


def keyed_digest(secret: bytes, data: bytes) -> str:
    """HMAC-SHA256 in hex: proves which text was meant without holding it, and cannot be guessed at without the key."""
    return hmac.new(secret, data, hashlib.sha256).hexdigest()


def millionths(value: float) -> int:
    """A score or probability as the integer that records hold."""
    return round(value * 1_000_000)


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking a stream found."""

    records: int
    first_bad: int | None = None  #: sequence of the first record that does not fit
    why: str = ""
    head: str = GENESIS  #: the last good hash: a copy kept elsewhere shows whether history was rewritten

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def verify(records: Iterable[tuple[int, bytes, str]]) -> Verification:
    """Check (sequence, record bytes, hash) triples in order: contiguous from 1, each hash over the one before."""
    previous, expected = GENESIS, 1
    for sequence, record, recorded in records:
        if sequence != expected:
            return Verification(expected - 1, sequence, f"expected record {expected}, found {sequence}", previous)
        computed = chain_hash(previous, record)
        if computed != recorded:
            why = f"record {sequence} does not hash to what is recorded"
            return Verification(expected - 1, sequence, why, previous)
        previous = computed
        expected += 1
    return Verification(expected - 1, head=previous)
