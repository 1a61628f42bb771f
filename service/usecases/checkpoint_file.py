"""Checkpoints on disk, outside the database: a line each, only ever added to, and durable before anybody hears of it.

Each key has a file of its own, so that replicas may share a folder: `main-<key>.jsonl`, with the public key beside it
as `<key>.pem`. `main-<key>.tree` keeps parts of the tree, so that proofs are quick; what is missing there is worked out
anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.domain.audit import STREAM
from service.domain.checkpoint import Checkpoint, follows, read_line
from service.domain.merkle import KEPT_LEVEL, Node
from service.errors import LedgerBroken, LedgerUnavailable
from service.usecases.checkpoint_key import PublicKey

_LONGEST = 8_192  # bytes of a line: one of a tree of 2**64 leaves has six thousand
_NODE = 32  # bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """What a file of checkpoints holds."""

    path: Path
    checkpoints: tuple[Checkpoint, ...]
    wrong: str = ""  #: what is wrong with the line after them; empty: nothing


def read_lines(path: Path) -> Lines:
    """Every checkpoint up to the first line that is none, or does not follow the one before.

    What stands behind the last end of a line was being written when its process was killed: nobody heard of it.
    """
    found: list[Checkpoint] = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
        try:
            checkpoint = read_line(line)
        except ValueError as error:
            return Lines(path, tuple(found), f"line {number} of {path.name}: {error}")
        wrong = follows(found[-1] if found else None, checkpoint)
        if wrong:
            return Lines(path, tuple(found), f"line {number} of {path.name}: {wrong}")
        found.append(checkpoint)
    return Lines(path, tuple(found))


def files_in(folder: Path) -> list[Path]:
    """The files of checkpoints in a folder, whoever signed them."""
    return sorted(folder.glob(f"{STREAM}-*.jsonl")) if folder.is_dir() else []


class CheckpointFile:
    """The file of one key."""

    def __init__(self, folder: Path, key: PublicKey) -> None:
        self._folder, self._key = folder, key
        self.path = folder / f"{STREAM}-{key.id}.jsonl"
        self._tree = self.path.with_suffix(".tree")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the file, among all processes of the host. LedgerUnavailable when the folder cannot be written."""
        with _writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            with self.path.with_suffix(".lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield

    def last(self) -> Checkpoint | None:
        """The newest checkpoint; None when there is none yet. LedgerBroken when its line was altered."""
        try:
            with self.path.open("rb") as file:
                begin = max(0, file.seek(0, os.SEEK_END) - 2 * _LONGEST)
                file.seek(begin)
                lines = file.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return None
        if not lines:
            return None
        try:
            found = read_line(lines[-1])
        except ValueError as error:
            raise self._altered(str(error)) from error
        if not self._key.vouches_for(found):
            raise self._altered("it does not bear this instance's signature")
        return found

    def append(self, checkpoint: Checkpoint, kept: bytes) -> None:
        """Add a line, and `kept` to the parts of the tree; durable when this returns. Call it `locked`."""
        with _writing(self._folder):
            fresh, beside = not self.path.exists(), self._folder / f"{self._key.id}.pem"
            with self._tree.open("ab") as file:
                file.write(kept)
            with self.path.open("x+b" if fresh else "r+b") as file:
                _drop_half_a_line(file)
                file.write(checkpoint.line() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if not beside.exists():
                beside.write_text(self._key.pem)
            if fresh:
                descriptor = os.open(self._folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def kept(self, size: int) -> list[Node] | None:
        """The tree's kept parts for that many leaves; None when they are not all there."""
        wanted = (size >> KEPT_LEVEL) * _NODE
        data = self._tree.read_bytes() if self._tree.exists() else b""
        if len(data) < wanted:
            return None
        return [data[at : at + _NODE] for at in range(0, wanted, _NODE)]

    def forget_tree(self) -> None:
        """Have the parts worked out anew."""
        self._tree.unlink(missing_ok=True)

    def keep_tree(self, kept: bytes) -> None:
        """Put these parts in place of what is there."""
        with _writing(self._folder):
            self._tree.write_bytes(kept)

    def _altered(self, why: str) -> LedgerBroken:
        return LedgerBroken(
            f"the last line of {self.path.name} is not as it was written: {why}",
            remedy="somebody changed it: compare it with a copy, then put the copy in its place",
        )


def _drop_half_a_line(file: BinaryIO) -> None:
    """Go to the end, without what a killed process left there."""
    end = file.seek(0, os.SEEK_END)
    begin = max(0, end - _LONGEST)
    file.seek(begin)
    whole = file.read().rfind(b"\n") + 1
    if begin + whole < end:
        file.truncate(begin + whole)
    file.seek(0, os.SEEK_END)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerUnavailable(
            f"no checkpoint can be written to {folder}: {error.strerror}",
            remedy="see that the folder is there, writable and not full",
        ) from error
