"""Sealed folders: files named in a manifest with their SHA-256, written whole or not at all.

Encoders and snapshots are both kept this way. The digest of the manifest's content names the folder's content.

Reading half a gigabyte to see that nothing has changed takes longer than everything else that opening does. So a folder
that was found whole is noted beside it with the change times of its files, which no program can set: as long as they
stand, nobody has written to the files since. What rots on the disk itself changes no time; `verify` without `noted`
reads everything and is run now and then for that.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index.errors import IndexFault

MANIFEST = "manifest.json"

_DRAFT = ".draft-"
_ABANDONED_SECONDS = 24 * 3600

_NOTED = ".noted"
#: A file written this short a time ago could be written to again without its change time moving: clocks of file systems
#: tick a few hundred times a second at best.
_UNSURE_NS = 2 * 10**9

_READERS = 2  # files hashed at once
_PUBLISHING = 20  # times that others may get in between

#: A manifest larger than this is not one of ours; reading it could only cost memory.
_MANIFEST_LIMIT = 1 << 20


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def canonical(fields: Mapping[str, Any]) -> bytes:
    """JSON with one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(fields: Mapping[str, Any]) -> str:
    """SHA-256 over the manifest's fields, its own `digest` left out."""
    return hashlib.sha256(canonical({name: value for name, value in fields.items() if name != "digest"})).hexdigest()


@contextmanager
def drafting(parent: Path) -> Iterator[Path]:
    """A temporary folder beside the final place (same file system); removed if it was not published."""
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def seal(draft: Path, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Hash every file of `draft`, write the manifest, and force all of it to disk. Returns the manifest's fields."""
    names = sorted(path.name for path in draft.iterdir())
    files = {name: {"sha256": file_sha256(draft / name), "bytes": (draft / name).stat().st_size} for name in names}
    manifest = {**fields, "files": files}
    manifest["digest"] = digest_of(manifest)
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")
    for name in [*names, MANIFEST]:
        _sync(draft / name)
    _sync(draft)
    return manifest


def publish(draft: Path, target: Path) -> None:
    """Rename `draft` to `target`. What stood there before is moved aside first and then removed.

    Several processes may publish to one place: the last one stays.
    """
    draft.chmod(0o755)  # temporary folders are made for one user only; sealed ones are shared by workers
    aside = draft.with_name(draft.name + ".old")
    for last in (*[False] * _PUBLISHING, True):
        with suppress(FileNotFoundError):  # the usual case, or another process was faster
            target.replace(aside)
        try:
            draft.replace(target)
        except OSError as error:
            if last or error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            shutil.rmtree(aside, ignore_errors=True)  # another process has published between the two steps
        else:
            break
    _sync(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def verify(
    folder: Path, *, format_name: str, fault: type[IndexFault], remedy: str, noted: bool = False
) -> dict[str, Any]:
    """The manifest of `folder`, once every file in it has been found whole.

    With `noted`, files that were found whole before and have not been written to since are not read again.

    Raises `fault` naming the file and the reason: no manifest, another format, a file missing, altered or cut short,
    or a manifest that does not match its own digest. Files the manifest does not name are never opened.
    """
    manifest = _read_manifest(folder / MANIFEST, fault, remedy)
    if manifest.get("format") != format_name:
        raise fault(folder / MANIFEST, f"format is {manifest.get('format')!r}, not {format_name!r}", remedy)
    if manifest.get("digest") != digest_of(manifest):
        raise fault(folder / MANIFEST, "its content does not match its digest", remedy)
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise fault(folder / MANIFEST, "it names no files", remedy)
    note = folder.parent / _NOTED / f"{folder.name}.json"
    try:
        _check_content(folder, manifest, note if noted else None, fault, remedy)
    except OSError as error:  # a disk that fails says so; or somebody removes the folder at this moment
        raise fault(Path(error.filename or folder), f"it cannot be read ({error.strerror})", remedy) from error
    return manifest


def _check_content(
    folder: Path, manifest: Mapping[str, Any], note: Path | None, fault: type[IndexFault], remedy: str
) -> None:
    files = manifest["files"]
    _check_sizes(folder, files, fault, remedy)
    begun = time.time_ns()
    marks = _marks(folder, files)
    if note is not None and _noted(note) == {"digest": manifest["digest"], "marks": marks}:
        return
    _check_bytes(folder, files, fault, remedy)
    settled = all(begun - changed > _UNSURE_NS for _, _, _, changed in marks.values())
    if note is not None and settled and marks == _marks(folder, files):
        _write_note(note, {"digest": manifest["digest"], "marks": marks})


def _check_sizes(folder: Path, files: Mapping[str, Any], fault: type[IndexFault], remedy: str) -> None:
    for name, entry in files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise fault(path, "the file is missing", remedy)
        if path.stat().st_size != entry["bytes"]:
            raise fault(path, f"it has {path.stat().st_size} bytes instead of {entry['bytes']}", remedy)


def _check_bytes(folder: Path, files: Mapping[str, Any], fault: type[IndexFault], remedy: str) -> None:
    with ThreadPoolExecutor(_READERS) as readers:
        for name, found in zip(files, readers.map(lambda name: file_sha256(folder / name), files), strict=True):
            if found != files[name]["sha256"]:
                raise fault(folder / name, "its bytes have changed (SHA-256 differs from the manifest)", remedy)


def forget(folder: Path) -> None:
    """Drop the note that `folder` was found whole."""
    (folder.parent / _NOTED / f"{folder.name}.json").unlink(missing_ok=True)


def _marks(folder: Path, files: Mapping[str, Any]) -> dict[str, list[int]]:
    """What a file system changes when a file is written to or replaced: device, number, size, change time (ns)."""
    found = {name: (folder / name).stat() for name in files}
    return {name: [stat.st_dev, stat.st_ino, stat.st_size, stat.st_ctime_ns] for name, stat in found.items()}


def _noted(path: Path) -> Any:
    with suppress(OSError, ValueError, RecursionError):
        return json.loads(path.read_bytes()) if path.stat().st_size <= _MANIFEST_LIMIT else None
    return None


def _write_note(path: Path, fields: Mapping[str, Any]) -> None:
    """Best effort: without the note everything is read again, which is only slower."""
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        draft = path.with_name(f".{os.getpid()}-{path.name}")
        draft.write_bytes(canonical(fields))
        draft.replace(path)


def _sweep(parent: Path) -> None:
    """Remove drafts that a process killed in the middle of writing left behind; a living one is much younger."""
    for left in parent.glob(f"{_DRAFT}*"):
        with suppress(FileNotFoundError):  # another process sweeps too
            if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _read_manifest(path: Path, fault: type[IndexFault], remedy: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MANIFEST_LIMIT:
            raise fault(path, "it is far too large for a manifest", remedy)
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise fault(path, f"it cannot be read ({error.strerror})", remedy) from error
    except (ValueError, RecursionError) as error:
        raise fault(path, f"it is not valid JSON ({error})", remedy) from error
    if not isinstance(manifest, dict):
        raise fault(path, "it does not hold a JSON object", remedy)
    return manifest


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
