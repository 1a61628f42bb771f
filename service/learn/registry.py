"""A head as one blob of bytes, for a file or the database. The same head gives the same bytes on every machine.

An uncompressed zip: `manifest.json` names every other member with its SHA-256; arrays are .npy without pickle, terms
are JSON. Nothing in it can run. What a head consists of is told in `parts`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from service.learn.errors import HeadDamaged
from service.learn.judge import Head
from service.learn.parts import Array, Parts, first_format, head_of, parts_of

_FORMAT, _FIRST_FORMAT = "signoff-head/2", "signoff-head/1"
_MANIFEST = "manifest.json"
_TERMS = "terms.json"
_ARRAY = ".npy"
_TYPES = ("<f4", "|b1")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # members carry no time of their own
# What says that it is larger, deeper or shorter than it can be.
_TOO_MUCH = (MemoryError, OverflowError, RecursionError, EOFError)
_REMEDY = "restore the artefact, or fit the workflow's head again"


def head_to_bytes(head: Head) -> bytes:
    """The head as bytes; their SHA-256 names it."""
    parts = parts_of(head)
    members = {f"{name}{_ARRAY}": _array_to_bytes(array) for name, array in sorted(parts.arrays.items())}
    members[_TERMS] = _json_to_bytes(parts.terms)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    manifest = _json_to_bytes({"format": _FORMAT, **parts.about, "sha256": digests})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {_MANIFEST: manifest, **members}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # else it would say on which kind of machine it was written
            archive.writestr(entry, data)
    return out.getvalue()


def head_from_bytes(data: bytes, encoder: str | None = None) -> Head:
    """The head that `head_to_bytes` wrote, in this version or the one before.

    Raises HeadDamaged when a byte was altered or is missing, when the format is not ours, or when `encoder` is given
    and the head was trained on the vectors of another one.
    """
    members = _members(data)
    try:
        manifest = json.loads(members[_MANIFEST])
        _check(manifest, members)
        arrays = {
            name.removesuffix(_ARRAY): _array_from_bytes(content)
            for name, content in members.items()
            if name.endswith(_ARRAY)
        }
        terms = json.loads(members[_TERMS])
        older = manifest["format"] == _FIRST_FORMAT
        head = first_format(manifest, arrays, terms) if older else head_of(Parts(manifest, arrays, terms))
    except (LookupError, TypeError, ValueError, AttributeError, *_TOO_MUCH) as error:
        raise HeadDamaged(f"the stored head is damaged: {error}", remedy=_REMEDY) from error
    if encoder is not None and head.encoder != encoder:
        raise HeadDamaged(
            f"the head was trained with encoder {head.encoder[:12]}, in use is {encoder[:12]}",
            remedy="put that encoder back, or fit the head again with this one",
        )
    return head


def head_digest(data: bytes) -> str:
    """SHA-256 of a head's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def save_head(head: Head, path: Path) -> str:
    """Write the head to a file, whole or not at all, and return its digest."""
    data = head_to_bytes(head)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return head_digest(data)


def load_head(path: Path, encoder: str | None = None) -> Head:
    """The head in a file; HeadDamaged as `head_from_bytes`, or when there is no such file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HeadDamaged(f"{path} cannot be read: {error.strerror}", remedy=_REMEDY) from error
    return head_from_bytes(data, encoder)


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise HeadDamaged("the stored head is not one of ours: it is compressed", remedy=_REMEDY)
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, *_TOO_MUCH) as error:
        raise HeadDamaged(f"the stored head is damaged: {error}", remedy=_REMEDY) from error


def _check(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    if manifest["format"] not in {_FORMAT, _FIRST_FORMAT}:
        raise ValueError(f"its format is {manifest['format']!r}, this version reads {_FORMAT!r}")
    named = manifest["sha256"]
    if set(named) != set(members) - {_MANIFEST}:
        raise ValueError("its members are not those its manifest names")
    for name, digest in named.items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise ValueError(f"{name} was altered")


def _array_to_bytes(array: Array) -> bytes:
    out = io.BytesIO()
    stored = "|b1" if array.dtype == np.bool_ else "<f4"
    np.save(out, np.ascontiguousarray(array, dtype=stored), allow_pickle=False)
    return out.getvalue()


def _array_from_bytes(data: bytes) -> Array:
    array: Array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.dtype.str not in _TYPES:
        raise ValueError(f"an array holds {array.dtype}, not float32 or booleans")
    if not np.isfinite(array).all():
        raise ValueError("an array holds what is no number")
    return array


def _json_to_bytes(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
