"""What a process and all its children use, as Linux accounts for it.

Memory is PSS, so that shared pages count once.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

_PROC = Path("/proc")


class Memory(NamedTuple):
    """In MiB."""

    total: float  #: proportional set size
    mapped: float  #: the part of it that is backed by files: libraries, models, snapshots


def memory_of(pid: int) -> Memory:
    """The memory of this process and its descendants now; zero when it is gone."""
    parts = [_rollup(each) for each in process_tree(pid)]
    return Memory(sum(part.total for part in parts), sum(part.mapped for part in parts))


def processor_seconds(pid: int) -> float:
    """Processor time that this process and its descendants have used so far."""
    return sum(map(_ticks, process_tree(pid))) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return 0
    return int(fields[11]) + int(fields[12])  # utime and stime, proc(5)


def process_tree(pid: int) -> Iterator[int]:
    """This process and its descendants, by the parent that each one names: `children` may leave some out, proc(5)."""
    children = defaultdict(list)
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)):
            children[parent].append(int(entry.name))
    queue = deque([pid])
    while queue:
        yield (here := queue.popleft())
        queue.extend(children[here])


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended meanwhile
        return 0


def _rollup(pid: int) -> Memory:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    except OSError:  # it ended meanwhile
        return Memory(0.0, 0.0)
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kib.get("Pss", 0) / 1024, kib.get("Pss_File", 0) / 1024)


class PeakMemory:
    """Watches a process tree while the block runs; `peak` is the largest reading."""

    def __init__(self, pid: int, every_s: float = 0.5) -> None:
        self._pid = pid
        self._every = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self.peak = Memory(0.0, 0.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, memory_of(self._pid))
            if self._stop.wait(self._every):
                return
