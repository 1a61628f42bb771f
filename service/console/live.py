"""What changes while somebody looks at a page, told over one connection.

One task a process looks, however many pages are open, and only while one is: at the number of the newest event, which
costs next to nothing, and only when that rose at the counts. Counting takes a bounded share of the time, however
many cases there are. What another process writes is seen the same way, and it looks at once where it is told of that.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool

from service.usecases import lookers, open_counts
from service.usecases.house import House
from service.usecases.read_events import ANY

_LOOK = 1.0  # seconds between looks, if nothing happens
_REST = 0.1  # seconds between looks, however much happens
_SHARE = 20  # counting takes a twentieth of the time at most
_ANYWAY = 30.0  # seconds after which it is counted again: time alone makes cases late
_QUIET = 15.0  # seconds after which a sign of life is sent, so that a connection that is gone is noticed
_LONGEST = 600.0  # seconds; the browser then comes back by itself, and who may see what is asked again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted last."""

    queues: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  #: by queue, of those that are watched
    looking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: by case, of those that are watched


class Board:
    """The counts of this process, and everybody who waits for them to change."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._queues: Counter[str] = Counter()
        self._cases: Counter[str] = Counter()
        self._pages = 0
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.counts: Counts | None = None  #: nobody has counted yet

    @contextmanager
    def watching(self, queue: str, case: str) -> Iterator[None]:
        """Count for a page; the last one that goes ends the counting."""
        self._pages += 1
        self._queues[queue] += bool(queue)
        self._cases[case] += bool(case)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._pages -= 1
            self._queues[queue] -= bool(queue)
            self._cases[case] -= bool(case)

    async def change(self, most: float) -> None:
        """Return when something changed, or after `most` seconds."""
        try:
            await asyncio.wait_for(self._changed.wait(), most)
        except TimeoutError:
            return

    async def _run(self) -> None:
        newest, counted, may_count = -1, 0.0, 0.0
        while self._pages and not stopping():
            now, found = time.monotonic(), self.counts
            try:
                head = await run_in_threadpool(open_counts.newest, self.house)
                due = head != newest or now - counted > _ANYWAY or self._unknown()
                if due and now >= may_count:
                    found = await run_in_threadpool(self._count)
                    newest, counted = head, now
                    may_count = time.monotonic() + _SHARE * (time.monotonic() - now)
                elif self.counts is not None:
                    looking = await run_in_threadpool(self._look)
                    found = Counts(self.counts.queues, self.counts.reasons, looking)
            except Exception as error:  # noqa: BLE001 - whatever it was: what was counted last stays, the next look may do
                log.warning("not_counted", error=type(error).__name__)
            if found != self.counts:
                self.counts = found
                self._tell()
            await asyncio.sleep(_REST)
            await self.house.changed.wait(ANY, _LOOK)
        self._tell()

    def _tell(self) -> None:
        told, self._changed = self._changed, asyncio.Event()
        told.set()

    def _unknown(self) -> bool:
        known = self.counts.reasons if self.counts is not None else {}
        return any(count and queue not in known for queue, count in self._queues.items())

    def _count(self) -> Counts:
        watched = [queue for queue, count in self._queues.items() if count]
        reasons = {queue: open_counts.by_reason(self.house, queue) for queue in watched}
        return Counts(open_counts.by_queue(self.house), reasons, self._look())

    def _look(self) -> Mapping[str, tuple[str, ...]]:
        watched = [case for case, count in self._cases.items() if count]
        found = lookers.looking(self.house, watched) if watched else {}
        return {case: tuple(names) for case, names in found.items()}


def stopping() -> bool:
    """Whether the server was told to stop: it waits for what is open, so what is open has to end by itself."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


async def stream(board: Board, queue: str, case: str, me: str, shown: Callable[[Counts], Any]) -> AsyncIterator[str]:
    """What one page is told, as server-sent events; `shown` makes of the counts what this person may see."""
    until, last, said = time.monotonic() + _LONGEST, "", 0.0
    with board.watching(queue, case):
        try:
            yield "retry: 3000\n\n"
            while time.monotonic() < until and not stopping():
                if case and time.monotonic() - said > lookers.SIGN:
                    await run_in_threadpool(lookers.look, board.house, case, me)
                    said = time.monotonic()
                counts = board.counts
                now = "" if counts is None else json.dumps(shown(counts), ensure_ascii=False, sort_keys=True)
                yield f"event: counts\ndata: {now}\n\n" if now != last else ": still here\n\n"
                last = now
                await board.change(_QUIET)
        finally:
            if case:
                lookers.leave(board.house, case, me)
