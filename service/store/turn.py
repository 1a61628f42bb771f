"""Whose turn it is to write to an SQLite file, so that everybody in line gets one.

SQLite lets in whoever asks first once the file is free, and has the others ask again at ever longer intervals: one that
writes all the time keeps the rest out for seconds. So writers stand in line before they ask, and only the first one
asks, often. The line is a lock on a file beside the database. It keeps good order and nothing else: what keeps writers
apart is SQLite's own lock, and the system takes both from a process that dies. Readers never wait.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from service.errors import CannotStart

_IN_LINE_S: Final = 0.002  # between two looks at the line: many may do this at once
_FIRST_S: Final = 0.000_5  # likewise at the database: only one does
#: On these, what one machine locks or maps into memory another does not see; SQLite's log ahead needs both.
_ELSEWHERE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "sshfs"})


class Line:
    """The line before one database file: for threads and processes alike."""

    def __init__(self, database: Path) -> None:
        """`CannotStart` where the folder takes no file, or its file system cannot be relied on."""
        _refuse_elsewhere(database)
        self._file = f"{database}-turn"
        try:
            self.take(lambda: True, wait_s=0)
        except OSError as error:
            raise CannotStart(
                f"the database {database} cannot be written to: {error.strerror}",
                remedy=f"SQLite needs {database.parent} on a local disk, writable for this user; or use PostgreSQL",
            ) from error

    def take(self, begin: Callable[[], bool], wait_s: float) -> bool:
        """Wait in line, then for `begin` to say that it began; whether it did before so many seconds were over."""
        until = time.monotonic() + wait_s
        place = os.open(self._file, os.O_RDONLY | os.O_CREAT, 0o666)
        try:
            return _again(lambda: _is_first(place), _IN_LINE_S, until) and _again(begin, _FIRST_S, until)
        finally:
            os.close(place)  # which lets the next one come first


def _is_first(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _again(attempt: Callable[[], bool], every_s: float, until: float) -> bool:
    while not attempt():
        if time.monotonic() >= until:
            return False
        time.sleep(every_s)
    return True


def _refuse_elsewhere(database: Path) -> None:
    kind = file_system(database.parent)
    if kind.removeprefix("fuse.") in _ELSEWHERE:
        raise CannotStart(
            f"the database {database} is on a network file system ({kind}), where SQLite may lose or damage data",
            remedy="keep it on a local disk, or use PostgreSQL",
        )


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the one that holds a folder, as Linux names it; empty where that is not known."""
    try:
        lines = [line.split(" ") for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    wanted, place, found = folder.resolve(), Path("/"), ""
    for _, raw, kind, *_ in lines:
        at = Path(raw.replace("\\040", " "))
        if wanted.is_relative_to(at) and at.is_relative_to(place):  # of two at one place the later one is seen
            place, found = at, kind
    return found
