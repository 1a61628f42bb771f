"""A head as one blob of bytes, for a file or the database. The same head gives the same bytes on every machine.

An uncompressed zip: `manifest.json` names every other member with its SHA-256; arrays are .npy without pickle, terms
are JSON. Nothing in it can run.
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
import numpy.typing as npt

from service.learn.errors import HeadDamaged
from service.learn.features import Lexicon
from service.learn.head import Head

_FORMAT = "signoff-head/1"
_MANIFEST = "manifest.json"
_TERMS = "terms.json"
_ARRAYS = ("dense", "lexical", "bias", "idf")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # members carry no time of their own
_REMEDY = "restore the artefact, or fit the workflow's head again"


def head_to_bytes(head: Head) -> bytes:
    """The head as bytes; their SHA-256 names it."""
    arrays = {"dense": head.dense, "lexical": head.lexical, "bias": head.bias, "idf": head.lexicon.idf}
    members = {f"{name}.npy": _array_to_bytes(arrays[name]) for name in _ARRAYS}
    members[_TERMS] = _json_to_bytes({"words": list(head.lexicon.words), "letters": list(head.lexicon.letters)})
    manifest = {
        "format": _FORMAT,
        "labels": list(head.labels),
        "temperature": head.temperature,
        "energy_threshold": head.energy_threshold,
        "encoder": head.encoder,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {_MANIFEST: _json_to_bytes(manifest), **members}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # else it would say on which kind of machine it was written
            archive.writestr(entry, data)
    return out.getvalue()


def head_from_bytes(data: bytes, encoder: str | None = None) -> Head:
    """The head that `head_to_bytes` wrote.

    Raises HeadDamaged when a byte was altered or is missing, when the format is not ours, or when `encoder` is given
    and the head was trained on the vectors of another one.
    """
    members = _members(data)
    try:
        manifest = json.loads(members[_MANIFEST])
        _check(manifest, members)
        terms = json.loads(members[_TERMS])
        arrays = {name: _array_from_bytes(members[f"{name}.npy"]) for name in _ARRAYS}
        head = Head(
            labels=tuple(manifest["labels"]),
            dense=arrays["dense"],
            lexical=arrays["lexical"],
            bias=arrays["bias"],
            temperature=manifest["temperature"],
            energy_threshold=manifest["energy_threshold"],
            encoder=manifest["encoder"],
            lexicon=Lexicon.of(terms["words"], terms["letters"], arrays["idf"]),
        )
    except (KeyError, TypeError, ValueError) as error:
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
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise HeadDamaged(f"the stored head is damaged: {error}", remedy=_REMEDY) from error


def _check(manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
    if manifest["format"] != _FORMAT:
        raise ValueError(f"its format is {manifest['format']!r}, this version reads {_FORMAT!r}")
    named = manifest["sha256"]
    if set(named) != set(members) - {_MANIFEST}:
        raise ValueError("its members are not those its manifest names")
    for name, digest in named.items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise ValueError(f"{name} was altered")


def _array_to_bytes(array: npt.NDArray[np.float32]) -> bytes:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(array, dtype="<f4"), allow_pickle=False)
    return out.getvalue()


def _array_from_bytes(data: bytes) -> npt.NDArray[np.float32]:
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.dtype != np.float32:
        raise ValueError(f"an array holds {array.dtype}, not float32")
    return np.asarray(array, dtype=np.float32)


def _json_to_bytes(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
