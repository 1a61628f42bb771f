"""The form in which the ledger is taken out: lines of JSON that verify by themselves, and go into another instance.

The first line says what it is, the last is the manifest, and between them is a record a line, in its very bytes. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from service.domain.audit import STREAM, Chain, canonical
from service.domain.merkle import Peaks, leaf

FORMAT = "signoff-ledger/1"
#: Stands before what is signed of a manifest.
CONTEXT = b"signoff ledger export 1\n"

_OPENS, _BETWEEN, _CLOSES = b'{"hash":"', b'","record":', b"}\n"
_HASH = 64


def first_line(told: dict[str, Any]) -> bytes:
    return canonical({"format": FORMAT, "stream": STREAM, **told}) + b"\n"


def record_line(record: bytes, digest: str) -> bytes:
    return _OPENS + digest.encode() + _BETWEEN + record + _CLOSES


def last_line(manifest: dict[str, Any]) -> bytes:
    return canonical({"manifest": manifest}) + b"\n"


def signed_bytes(manifest: dict[str, Any]) -> bytes:
    """What the manifest's signature covers: everything but itself."""
    return CONTEXT + canonical({name: value for name, value in manifest.items() if name != "signature"})


def read_record(line: bytes) -> tuple[bytes, str]:
    """The record's bytes and the hash that is told of it; ValueError when the line holds none."""
    begin = len(_OPENS) + _HASH
    if not (line.startswith(_OPENS) and line[begin:].startswith(_BETWEEN) and line.endswith(_CLOSES)):
        raise ValueError("no record")
    return line[begin + len(_BETWEEN) : -len(_CLOSES)], line[len(_OPENS) : begin].decode()


@dataclass(slots=True)
class Reading:
    """What a file was found to hold."""

    chain: Chain = field(default_factory=Chain)
    tree: Peaks = field(default_factory=Peaks)
    manifest: dict[str, Any] | None = None
    why: str = ""  #: the first thing that is wrong
    line: int = 0  #: the line it is in


def read(lines: Iterable[bytes]) -> Reading:
    """Follow a file from its first line to its manifest: every hash, every count, every byte."""
    found, digest = Reading(), hashlib.sha256()
    for number, line in enumerate(lines, 1):
        found.line = number
        if found.manifest is not None:
            found.why = "something stands behind the manifest"
        elif number == 1:
            found.why = _first(line)
        elif line.startswith(_OPENS):
            found.why = _record(found, line)
        else:
            found.why = _manifest(found, line, digest.hexdigest())
        digest.update(line)
        if found.why:
            return found
    if found.manifest is None:
        found.why = "it ends without a manifest: the rest of it is missing"
    return found


def _first(line: bytes) -> str:
    try:
        told = json.loads(line)
        return "" if (told["format"], told["stream"]) == (FORMAT, STREAM) else "it is of another format"
    except (ValueError, TypeError, KeyError):
        return "it is no export of a ledger"


def _record(found: Reading, line: bytes) -> str:
    try:
        record, told = read_record(line)
        sequence = json.loads(record)["sequence"]
    except (ValueError, TypeError, KeyError):
        return f"where record {found.chain.sequence + 1} should stand is none"
    why = found.chain.add(sequence, record, told)
    if not why:
        found.tree.add(leaf(bytes.fromhex(told)))
    return why


def _manifest(found: Reading, line: bytes, digest: str) -> str:
    try:
        manifest = json.loads(line)["manifest"]
        said = {name: manifest[name] for name in ("records", "head", "root", "sha256")}
    except (ValueError, TypeError, KeyError):
        return f"behind record {found.chain.sequence} stands neither a record nor the manifest"
    is_ = {
        "records": found.chain.sequence,
        "head": found.chain.head,
        "root": found.tree.root().hex(),
        "sha256": digest,
    }
    for name, value in said.items():
        if value != is_[name]:
            return f"the manifest says {name} {value}, and it is {is_[name]}"
    found.manifest = manifest
    return ""
