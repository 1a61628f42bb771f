"""The files of a pack as they stood together at one moment, whatever others do to the folder meanwhile.

Files are put in place in many ways: an editor saves one, `git pull` replaces several, `mv` swaps the folder, Kubernetes
turns the link `..data` to another folder, a copy over the network still grows. So a reading counts only if the folder
and every file are, by device, inode, size and times, those that stood there before the first was opened and after the
last was closed, and if none of them changed just now. Else all is read anew, until the folder comes to rest.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from rules.reading.text_file import MAX_BYTES

PACK_FILE: Final = "pack.yaml"
RULE_SUFFIX: Final = ".rule.yaml"
PHRASE_SUFFIX: Final = ".txt"
MAX_PACK_BYTES: Final = 50_000_000
_FOLDER: Final = "."
_YAML: Final = (".yaml", ".yml")

REST: Final = 0.05  #: seconds without any change; times of files tick up to 10 ms apart, so it cannot be none
PATIENCE: Final = 3.0  #: seconds until a folder that keeps changing is given up
ABSENT: Final = 0.3  #: seconds a missing folder or pack.yaml may take to come: `mv` twice swaps a folder, with a gap
_PAUSE: Final = 0.01
_NS: Final = 1_000_000_000


class FilesChanging(OSError):
    """The files did not come to rest, so no reading of them would be of one moment."""

    def __init__(self, directory: Path) -> None:
        message = "the files keep changing; let whatever writes them finish"
        super().__init__(errno.EAGAIN, message, str(directory))


class _Mark(NamedTuple):
    """What tells one file from every other one, and from itself at another time."""

    device: int
    inode: int
    size: int
    modified: int  #: ns
    changed: int  #: ns; unlike `modified`, nobody can set it


def stray(name: str) -> bool:
    """Whether a file looks like a part of the pack, but has a name that would leave it out."""
    return not _hidden(name) and name.lower().endswith(_YAML) and name != PACK_FILE and not name.endswith(RULE_SUFFIX)


def pack_files(directory: Path) -> dict[str, bytes]:
    """The files a pack is made of, by `<directory>/<file>`. Oversized ones are cut just above the size refused.

    YAML files under another name than a pack's come along, for `read_pack` to refuse. Raises FileNotFoundError when the
    directory, its pack.yaml or what a link points to is not there, FilesChanging when the files do not come to rest
    within 3 s, and another OSError when they cannot be read or are beyond 50 MB together.
    """
    began = time.monotonic()
    seen = began  #: when the folder was last whole
    while True:
        try:
            standing = _standing(directory)
            seen = time.monotonic()
        except (FileNotFoundError, NotADirectoryError):
            if time.monotonic() - seen > ABSENT:
                raise
        else:
            unrest = _unrest(standing)
            if not unrest and (files := _read(directory, standing)) is not None:
                return files
            time.sleep(unrest)
        if time.monotonic() - began > PATIENCE:
            raise FilesChanging(directory)
        time.sleep(_PAUSE)


def _read(directory: Path, standing: Mapping[str, _Mark]) -> dict[str, bytes] | None:
    """The bytes of the files with these marks; None when one of them, or the folder, has changed meanwhile."""
    files = {}
    try:
        for name, mark in standing.items():
            if name != _FOLDER:
                with (directory / name).open("rb") as file:
                    if _mark(os.fstat(file.fileno())) != mark:
                        return None
                    files[f"{directory.name}/{name}"] = file.read(MAX_BYTES + 1)
        return files if _standing(directory) == standing else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def _standing(directory: Path) -> dict[str, _Mark]:
    """The marks of the folder and of the pack's files by name, pack.yaml first, links followed."""
    names = sorted(entry.name for entry in os.scandir(directory) if _belongs(entry.name) and entry.name != PACK_FILE)
    marks = {_FOLDER: _mark(directory.stat())}
    for name in (PACK_FILE, *names):
        path = directory / name
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "is no file", str(path))
        marks[name] = _mark(status)
    if sum(min(mark.size, MAX_BYTES) for mark in marks.values()) > MAX_PACK_BYTES:
        raise OSError(errno.EFBIG, f"the pack is larger than {MAX_PACK_BYTES:,} bytes", str(directory))
    return marks


def _mark(status: os.stat_result) -> _Mark:
    return _Mark(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _unrest(standing: Mapping[str, _Mark]) -> float:
    """Seconds until what changed last has rested long enough; 0 when it has."""
    now = time.time_ns()
    age = min(abs(now - when) for mark in standing.values() for when in (mark.modified, mark.changed)) / _NS
    return max(REST - age, 0.0)


def _belongs(name: str) -> bool:
    return not _hidden(name) and (name.endswith((RULE_SUFFIX, PHRASE_SUFFIX)) or stray(name))


def _hidden(name: str) -> bool:
    return name.startswith(".")
