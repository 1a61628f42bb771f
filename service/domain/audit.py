"""The arithmetic of the ledger: canonical bytes, the chain, and how it is verified. Pure.

A record's hash covers its canonical bytes (RFC 8785) and the hash before it, so that nothing can be changed,
removed or moved without every later hash giving it away.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

GENESIS = "0" * 64  #: stands before the first record of a stream
STREAM = "main"  #: the one stream for now; sequence and chain run within a stream


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one byte form of a record (RFC 8785). Numbers must be integers: scores go in as millionths."""
    return rfc8785.dumps(dict(record))


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

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def verify(records: Iterable[tuple[int, bytes, str]]) -> Verification:
    """Check (sequence, record bytes, hash) triples in order: contiguous from 1, each hash over the one before."""
    previous, expected = GENESIS, 1
    for sequence, record, recorded in records:
        if sequence != expected:
            return Verification(expected - 1, sequence, f"expected record {expected}, found {sequence}")
        previous = chain_hash(previous, record)
        if previous != recorded:
            return Verification(expected - 1, sequence, f"record {sequence} does not hash to what is recorded")
        expected += 1
    return Verification(expected - 1)
