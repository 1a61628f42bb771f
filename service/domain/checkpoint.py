"""A checkpoint: what the ledger was at one moment, signed and kept outside the database.

Who rewrites the database, hashes and all, cannot rewrite what was said of it before. A line of the file is one
checkpoint in its canonical bytes (RFC 8785), and names the line before by its SHA-256. Pure.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from service.domain.audit import GENESIS, canonical
from service.domain.merkle import Peaks

#: Stands before what is signed, so that a signature of something else is none of a checkpoint.
CONTEXT = b"signoff checkpoint 1\n"

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The stream up to a record. Hashes are SHA-256 in hex."""

    stream: str
    sequence: int  #: of the last record that it covers
    head: str  #: the chain's hash of that record
    root: str  #: of the tree over the hashes of all records up to it
    peaks: tuple[str, ...]  #: the tree's full parts, from which the next checkpoint goes on
    at: str  #: RFC 3339, UTC
    previous: str  #: of the line before, or 64 zeros
    key: str  #: id of the key that signed it
    signature: str = ""  #: Ed25519 in hex

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "stream": self.stream,
            "sequence": self.sequence,
            "head": self.head,
            "root": self.root,
            "peaks": list(self.peaks),
            "at": self.at,
            "previous": self.previous,
            "key": self.key,
            "signature": self.signature,
        }

    def signed_bytes(self) -> bytes:
        """What the signature covers: everything but itself."""
        told = self.told()
        del told["signature"]
        return CONTEXT + canonical(told)

    def line(self) -> bytes:
        """As it stands in the file, without the end of the line."""
        return canonical(self.told())

    def digest(self) -> str:
        """By which the next one names it."""
        return hashlib.sha256(self.line()).hexdigest()

    def tree(self) -> Peaks:
        """The tree, to go on with; ValueError when its parts do not make its root."""
        peaks = Peaks(self.sequence, map(bytes.fromhex, self.peaks))
        if peaks.root().hex() != self.root:
            raise ValueError(f"the parts of checkpoint {self.sequence} do not make its root")
        return peaks


def read_checkpoint(told: Any) -> Checkpoint:
    """A checkpoint from its JSON; ValueError when it is none."""
    match told:
        case {
            "stream": str(stream), "sequence": int(sequence), "head": str(head), "root": str(root),
            "peaks": [*peaks], "at": str(at), "previous": str(previous), "key": str(key), "signature": str(signature),
        } if len(told) == 9:  # fmt: skip
            hashes = (head, root, previous, *peaks)
            if sequence < 0 or not all(_is_hash(each) for each in hashes) or not set(signature) <= _HEX:
                raise ValueError("a checkpoint's hashes are 64 hexadecimal digits")
            return Checkpoint(stream, sequence, head, root, tuple(peaks), at, previous, key, signature)
    raise ValueError("no checkpoint")


def read_line(line: bytes) -> Checkpoint:
    """A checkpoint from its line; ValueError when it is none, or not in its one form."""
    found = read_checkpoint(json.loads(line))
    if found.line() != line:
        raise ValueError("a checkpoint that is written otherwise than we write it")
    return found


def follows(before: Checkpoint | None, after: Checkpoint) -> str:
    """What is wrong with one line after another, or an empty string."""
    if after.previous != (before.digest() if before else GENESIS):
        return f"checkpoint {after.sequence} does not follow the line before: a line was changed or taken out"
    if before and (after.stream, after.key) != (before.stream, before.key):
        return f"checkpoint {after.sequence} is of another stream or key than the line before"
    if before and after.sequence <= before.sequence:
        return f"checkpoint {after.sequence} comes after {before.sequence}"
    return ""


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= _HEX
