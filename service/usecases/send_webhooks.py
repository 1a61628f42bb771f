"""Sends events to webhooks, beside everything else that a worker does.

One thread with an event loop of its own: a receiver that stalls costs a place in memory, and holds up neither the
others nor requests. What is to be sent lies in the database, leased by the worker that sends it; so several workers
share the work, and what a killed one had under way is sent by another one once the lease has run out.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from service.domain.webhook import headers
from service.errors import ServiceError
from service.observe.webhooks import FAILING, OLDEST, PAUSED, WAITING
from service.store import deliveries, events, webhooks
from service.store.engine import Connection
from service.usecases import settle_delivery
from service.usecases.guarded_network import Resolve, resolve
from service.usecases.house import House
from service.usecases.post_webhook import Attempt, Post, trusted
from service.usecases.read_events import ANY
from service.usecases.take_deliveries import AT_ONCE, Parcel, Work, look, reachable, take

HEADERS = {"content-type": "application/json", "user-agent": "Signoff"}
_LOOK = 0.25  # seconds between looks
_SOON = 0.01  # seconds, where there is more to do
_GAUGES = 5.0  # seconds
_TIDY = 3_600.0  # seconds
_KEPT = timedelta(days=30)  # deliveries that arrived
_MOST_FORGOTTEN = 5_000
_AFTER_TROUBLE = 2.0  # seconds
_LAST_WAIT = 3.0  # seconds for what is under way, when the service stops

T = TypeVar("T")
log = structlog.get_logger("signoff")


@dataclass(slots=True)
class _Lane:
    """The way to one receiver, and what is on it."""

    url: str
    post: Post
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    taking: bool = False


class WebhookSender:
    """Start it with its worker, and stop it before the store closes."""

    def __init__(self, house: House, resolve: Resolve = resolve) -> None:
        self._house = house
        self._resolve = resolve
        self._tls = trusted()
        self._lanes: dict[str, _Lane] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._head = -1
        self._next_gauges = self._next_tidy = 0.0
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._reads = ThreadPoolExecutor(1, thread_name_prefix="webhooks-read")
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is under way gets a moment to arrive; the rest may be sent by others at once."""
        self._stop.set()
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(self._wake.set)
        if self._thread.is_alive():
            self._thread.join(_LAST_WAIT + 2.0)
        self._reads.shutdown(wait=False)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            pause = _LOOK
            try:
                await self._round()
            except ServiceError as error:
                log.warning("webhooks_failed", detail=error.detail)
                pause = _AFTER_TROUBLE
            except Exception:
                log.exception("webhooks_failed")
                pause = _AFTER_TROUBLE
            await self._rest(pause)
        await self._leave()

    async def _rest(self, seconds: float) -> None:
        """Until the next look is due, or something is done so that there may be more to do."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
                await asyncio.sleep(_SOON)
        self._wake.clear()

    async def _round(self) -> None:
        head, found = await asyncio.get_running_loop().run_in_executor(self._reads, self._look)
        if head > self._head:
            self._head = head
            self._house.changed.tell(ANY)
        for work in found:
            lane = self._lane(work)
            if work.wanted and not lane.taking and len(lane.tasks) < AT_ONCE:
                self._begin(lane, self._serve(lane, work.webhook))
                lane.taking = True
        active = {work.webhook for work in found}
        for webhook in [name for name in self._lanes if name not in active]:
            self._close(self._lanes.pop(webhook))
        if time.monotonic() >= self._next_tidy:
            self._next_tidy = time.monotonic() + _TIDY
            await self._commit(self._forget)

    def _look(self) -> tuple[int, list[Work]]:
        with self._house.store.read() as connection:
            head = events.last(connection)
            found = look(self._house, connection, head)
            if time.monotonic() >= self._next_gauges:
                self._next_gauges = time.monotonic() + _GAUGES
                self._gauge(connection)
        return head, found

    def _gauge(self, connection: Connection) -> None:
        rows, now = webhooks.page(connection), self._house.clock()
        tally = deliveries.tally(connection) if rows else {}
        waiting = [row.id for row in rows if tally.get(row.id, {}).get(deliveries.WAITING)]
        oldest = [at for row_id in waiting if (at := deliveries.oldest_waiting(connection, row_id))]
        WAITING.set(sum(tally[row_id][deliveries.WAITING] for row_id in waiting))
        OLDEST.set((now - min(oldest)).total_seconds() if oldest else 0)
        PAUSED.set(sum(row.state == webhooks.PAUSED for row in rows))
        FAILING.set(sum(row.failing_since is not None for row in rows))

    def _lane(self, work: Work) -> _Lane:
        lane = self._lanes.get(work.webhook)
        if lane is not None and lane.url == work.url:
            return lane
        if lane is not None:
            self._close(lane)
        post = Post(work.url, reachable(self._house), self._tls, self._resolve)
        lane = self._lanes[work.webhook] = _Lane(work.url, post)
        return lane

    @staticmethod
    def _begin(lane: _Lane, work: Coroutine[Any, Any, None]) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            lane.tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("webhooks_failed", detail=type(error).__name__, exc_info=error)

        task = asyncio.ensure_future(work)
        lane.tasks.add(task)
        task.add_done_callback(ended)

    async def _serve(self, lane: _Lane, webhook: str) -> None:
        """Take what is due and send each piece by itself."""
        try:
            parcels = await self._commit(lambda connection: take(self._house, connection, webhook))
        except ServiceError as error:
            log.warning("webhooks_failed", webhook=webhook, detail=error.detail)
            return
        finally:
            lane.taking = False
        for parcel in parcels:
            self._begin(lane, self._deliver(lane, parcel))
        if parcels:
            self._wake.set()

    async def _deliver(self, lane: _Lane, parcel: Parcel) -> None:
        house = self._house
        seconds = house.settings.webhook_seconds
        if house.clock() + timedelta(seconds=seconds) > parcel.leased_until:
            return  # taken so slowly that another worker may begin before this one would be done
        signed = headers(parcel.keys, parcel.event, house.clock(), parcel.body)
        try:
            attempt = await lane.post.send({**HEADERS, **signed}, parcel.body, seconds)
        except Exception:
            log.exception("webhook_attempt_broke", webhook=parcel.webhook, message=parcel.event)
            attempt = Attempt(None, "internal", 0.0)
        try:
            state = await self._commit(lambda connection: settle_delivery.settle(house, connection, parcel, attempt))
        except ServiceError as error:  # it is sent again once its lease has run out
            log.warning("webhook_attempt_not_written_down", webhook=parcel.webhook, detail=error.detail)
        else:
            settle_delivery.count(parcel, attempt, state)
        self._wake.set()

    async def _commit(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._house.store.submit(work))

    def _forget(self, connection: Connection) -> None:
        before = self._house.clock() - _KEPT
        for row in webhooks.page(connection):
            deliveries.forget(connection, row.id, before, _MOST_FORGOTTEN)

    def _close(self, lane: _Lane) -> None:
        """Its connections end once what is on them has ended."""
        task = asyncio.ensure_future(self._closed(lane))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    @staticmethod
    async def _closed(lane: _Lane) -> None:
        while lane.tasks:
            await asyncio.wait(lane.tasks)
        await lane.post.close()

    async def _leave(self) -> None:
        under_way = {task for lane in self._lanes.values() for task in lane.tasks} | self._leaving
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=_LAST_WAIT)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for lane in self._lanes.values():
            await lane.post.close()
        with contextlib.suppress(ServiceError):
            await self._commit(lambda connection: deliveries.put_back(connection, self._house.worker))
