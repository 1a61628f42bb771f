"""Reading in a process of its own, bounded in time and memory: what a file does to its parser, it does there.

PDFium is native code and not safe to use from several threads, and the standard library's HTML parser takes time
that grows with the square of some inputs. A child that hangs, crashes or grows too large is ended, the file is named,
and the next one gets a new child.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import IO, Any, Final, Self

from index.formats.model import Reading, Unreadable

_SECONDS: Final = 120.0
_CHILD: Final = ("-I", "-m", "index.formats.child")  # isolated: nothing of the working folder is imported


class Apart:
    """Reads files one after the other, in a child that is started with the first. Not for several threads at once.

    `seconds` is what one file may take, `budget` what all of them may; a file that comes too late is named too.
    """

    def __init__(self, seconds: float = _SECONDS, budget: float = math.inf) -> None:
        self._seconds = seconds
        self._until = time.monotonic() + budget
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def read(self, data: bytes, name: str) -> list[Reading | Unreadable]:
        """As `index.formats.read.read_file`, and Unreadable also for a file that the reader did not survive."""
        seconds = min(self._seconds, self._until - time.monotonic())
        if seconds <= 0:
            return [Unreadable(name, "the time for one import was used up by the files before it; send it in another")]
        child = self._started()
        late = threading.Event()
        clock = threading.Timer(seconds, _stop, (child, late))
        clock.start()
        try:
            answer = _asked(child, data, name)
        finally:
            clock.cancel()
        if answer:
            return [_entry(entry) for entry in json.loads(answer)]
        self._end()
        taken = (
            f"reading it took longer than {seconds:.0f} seconds" if late.is_set() else "the reader broke off over it"
        )
        return [Unreadable(name, f"{taken}; it may be damaged or made to do harm")]

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
                [sys.executable, *_CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    _close(pipe)


def _asked(child: subprocess.Popen[bytes], data: bytes, name: str) -> bytes:
    """The child's answer, one line; empty when it ended before it gave one."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps([name, len(data)]).encode() + b"\n")
        child.stdin.write(data)
        child.stdin.flush()
    except BrokenPipeError:
        return b""
    answer = child.stdout.readline()
    return answer if answer.endswith(b"\n") else b""


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # what was still to be written has nobody left to read it
        return


def _entry(said: Mapping[str, Any]) -> Reading | Unreadable:
    if "why" in said:
        return Unreadable(said["place"], said["why"])
    effective = said["effective_from"]
    return Reading(
        text=said["text"],
        title=said["title"],
        id=said["id"],
        citations=tuple(said["citations"]),
        effective_from=date.fromisoformat(effective) if effective else None,
        fields={name: tuple(value) if isinstance(value, list) else value for name, value in said["fields"].items()},
        notes=tuple(said["notes"]),
    )
