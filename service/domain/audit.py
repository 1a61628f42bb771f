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
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, NamedTuple

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


def certificate_digest(stored: Mapping[str, Any] | None) -> str | None:
    """SHA-256 in hex of a release's certificate as it is stored, floats and all; None where there is none.

    By the standard library's sorted, compact JSON: a float is written so that it reads back the same.
    """
    if stored is None:
        return None
    return hashlib.sha256(json.dumps(stored, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


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


@dataclass(slots=True)
class Chain:
    """Follows a stream record by record: where it stands, and whether the next one goes on from there."""

    sequence: int = 0  #: of the last good record
    head: str = GENESIS  #: its hash

    def add(self, sequence: int, record: bytes, recorded: str) -> str:
        """Go on to the next record; what is wrong with it, or an empty string."""
        if sequence != self.sequence + 1:
            return f"record {self.sequence + 1} is missing: {sequence} follows {self.sequence}"
        computed = hashlib.sha256(bytes.fromhex(self.head) + record).hexdigest()
        if computed != recorded:
            return f"record {sequence} does not hash to what is recorded"
        self.sequence, self.head = sequence, computed
        return ""


def verify(records: Iterable[tuple[int, bytes, str]]) -> Verification:
    """Check (sequence, record bytes, hash) triples in order: contiguous from 1, each hash over the one before."""
    chain = Chain()
    for sequence, record, recorded in records:
        why = chain.add(sequence, record, recorded)
        if why:
            return Verification(chain.sequence, chain.sequence + 1, why, chain.head)
    return Verification(chain.sequence, head=chain.head)


class Entry(NamedTuple):
    """A record with the columns that stand beside it, by which it is found."""

    sequence: int
    kind: str
    subject: str
    at: datetime
    record: bytes
    hash: str


def misfit(entry: Entry) -> str:
    """What the columns beside a record say otherwise than its bytes do, or an empty string.

    The hash covers the bytes alone; whoever changes a column would else have the record found under another name. Keys
    are sorted, so `at` comes first and what else is compared last: nothing between has to be read.
    """
    return "" if _begins(entry) and entry.record.endswith(_ends(entry)) else _difference(entry)


def _begins(entry: Entry) -> bool:
    """Whether the record begins with its time, as we write it; any other way of writing it is read in full."""
    record = entry.record
    if not (record.startswith(b'{"at":"') and record[39:48] == b'","body":'):
        return False
    try:
        return datetime.fromisoformat(record[7:39].decode()) == entry.at
    except ValueError:
        return False


def _ends(entry: Entry) -> bytes:
    kind, subject = encode_basestring(entry.kind), encode_basestring(entry.subject)
    return f',"kind":{kind},"sequence":{entry.sequence},"stream":"{STREAM}","subject":{subject}}}'.encode()


def _difference(entry: Entry) -> str:
    try:
        told = json.loads(entry.record)
        same = {
            "kind": told["kind"] == entry.kind,
            "subject": told["subject"] == entry.subject,
            "time": datetime.fromisoformat(told["at"]) == entry.at,
            "sequence": told["sequence"] == entry.sequence,
            "stream": told["stream"] == STREAM,
        }
    except (ValueError, TypeError, KeyError):
        return f"record {entry.sequence} is no ledger record"
    wrong = [name for name, fits in same.items() if not fits]
    return f"record {entry.sequence} says another {' and '.join(wrong)} than stands beside it" if wrong else ""
