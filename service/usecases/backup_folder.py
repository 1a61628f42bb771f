"""A backup as a folder: written whole or not at all, and told by the digests of its files.

    manifest.json            what it is of, and every file with its SHA-256
    rows/<table>.jsonl.gz    the database, a file a table: `service.store.dump`
    home/...                 files of the home folder

As long as it is being written it is called `<name>.partial`, and whoever writes it holds a lock in there: what a
process left that died is thrown away by the next one.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from index.seal import digest_of, file_sha256
from service.errors import Conflict

MANIFEST: Final = "manifest.json"
ROWS: Final = "rows"
HOME: Final = "home"

Kind = Literal["signoff-backup-1", "signoff-keys-1"]

_LOCK: Final = ".writing"
_LEVEL: Final = 3  # of compression: the rest of the way costs more than it saves
_LARGEST: Final = 64 * 2**20  # bytes of a manifest; one with more is none of ours
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class File:
    """One file of a backup."""

    sha256: str
    bytes: int
    mode: int  #: permissions that it had, and is to have again


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    fields: Mapping[str, Any]  #: what it is of
    files: Mapping[str, File]  #: by their path in the folder, with slashes
    digest: str  #: SHA-256 over all of it: names the backup

    def under(self, part: str) -> dict[str, File]:
        """The files in one folder of the backup, by their path in that."""
        start = part + "/"
        return {name.removeprefix(start): file for name, file in self.files.items() if name.startswith(start)}


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """A folder to write into; it becomes `target` at the end. On an error nothing is left.

    Conflict where something is there already, or another process is writing to the same place, or the disk is full.
    """
    draft = target.with_name(target.name + ".partial")
    try:
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise Conflict(
                f"{target} exists already", remedy="name a folder that does not: a backup is never overwritten"
            )
        draft.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (draft / _LOCK).open("w") as lock:
            _hold(lock.fileno(), draft)
            _clear(draft)
            try:
                yield draft
                (draft / _LOCK).unlink()
                draft.replace(target)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise
        _sync(target.parent)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise Conflict(
            f"the backup cannot be written: {error.strerror or error}{where}",
            remedy="nothing was kept of it; make room or name another place, and start again",
        ) from error


def write_lines(draft: Path, name: str, lines: Iterable[bytes]) -> int:
    """Lines of a table into a file of the backup; how many."""
    path = draft / ROWS / f"{name}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    count = 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


def read_lines(folder: Path, name: str) -> Iterator[bytes]:
    with gzip.open(folder / ROWS / f"{name}.jsonl.gz", "rb") as file:
        yield from file


def copy_file(source: Path, target: Path, *, whole_lines: bool = False) -> bool:
    """Whether the file was still there. With `whole_lines` what somebody is just writing at its end stays out."""
    try:
        data = source.open("rb")
    except FileNotFoundError:
        return False
    with data:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            if whole_lines:
                written = data.read()
                out.write(written[: written.rfind(b"\n") + 1])
            else:
                shutil.copyfileobj(data, out, _CHUNK)
        target.chmod(source.stat().st_mode & 0o777)
    return True


def place(source: Path, target: Path, mode: int) -> None:
    """A file of a backup where it belongs, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(source, draft)
    draft.chmod(mode)
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)


def seal(draft: Path, kind: Kind, fields: Mapping[str, Any]) -> Manifest:
    """Name every file with its digest, and force all of it to the disk."""
    files: dict[str, File] = {}
    for path in _files(draft):
        stat = path.stat()
        files[_name(path, draft)] = File(file_sha256(path), stat.st_size, stat.st_mode & 0o777)
        path.chmod(0o600)  # all of it is to be kept as the database is
        _sync(path)
    told: dict[str, Any] = {"format": kind, **fields}
    told["files"] = {name: [file.sha256, file.bytes, file.mode] for name, file in files.items()}
    told["digest"] = digest_of(told)
    manifest = draft / MANIFEST
    manifest.write_text(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    manifest.chmod(0o600)
    _sync(manifest)
    for folder in {path.parent for path in _files(draft)}:
        _sync(folder)
    return Manifest(fields, files, told["digest"])


def read(folder: Path, kind: Kind) -> Manifest:
    """What the backup says of itself, every byte of it checked. Conflict names the file that is not as it was."""
    manifest = _manifest(folder, kind)
    found = {_name(path, folder) for path in _files(folder)} - {MANIFEST}
    for name in sorted(manifest.files.keys() | found):
        path, told = folder / name, manifest.files.get(name)
        if told is None:
            raise _damaged(path, "is not named in its manifest")
        if name not in found:
            raise _damaged(path, "is missing")
        if path.stat().st_size != told.bytes or file_sha256(path) != told.sha256:
            raise _damaged(path, "is not as it was written")
    return manifest


def _manifest(folder: Path, kind: Kind) -> Manifest:
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LARGEST:
            raise _damaged(path, "is too long for a manifest")
        told = json.loads(path.read_text(encoding="utf-8"))
        files = {name: File(*told["files"][name]) for name in told["files"]}
        fields = {name: value for name, value in told.items() if name not in ("format", "files", "digest")}
        if told["digest"] != digest_of(told):
            raise _damaged(path, "is not as it was written")
        found = told["format"]
    except FileNotFoundError as error:
        part = " (it is one that was not finished)" if folder.name.endswith(".partial") else ""
        raise Conflict(f"{folder} is no backup{part}", remedy="name a folder that `signoff backup` made") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, f"cannot be read ({type(error).__name__})") from error
    if found != kind:
        raise Conflict(
            f"{folder} is of the kind {found}, wanted is {kind}",
            remedy="a backup of another kind, or of a newer version of Signoff",
        )
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in files):
        raise _damaged(path, "names files outside the backup")
    return Manifest(fields, files, told["digest"])


def _damaged(path: Path, what: str) -> Conflict:
    return Conflict(f"{path} {what}", remedy="take another backup; nothing was restored from this one")


def _hold(lock: int, draft: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Conflict(
            f"another process is writing to {draft}", remedy="wait for it, or name another folder"
        ) from error


def _clear(draft: Path) -> None:
    for path in draft.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


def _files(folder: Path) -> list[Path]:
    """All files below, but the lock."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _LOCK)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
