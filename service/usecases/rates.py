"""How many requests a key may send, over all workers: each takes portions from the key's bucket in the database.

A worker takes the next portion while it has some of the last one left, in a transaction that joins those of decisions,
so that a request hardly ever waits for it. A bucket that is empty is not asked again before there is something in it.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from service.domain.access import Principal
from service.domain.rate import Portion, Rate
from service.errors import ServiceError, TooManyRequests
from service.observe.metrics import RATE_LIMITED
from service.store import rates
from service.store.engine import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What whoever sent a request is told of their rate."""

    rate: Rate
    left: int  #: requests that may still come at once, about

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 has them: quota and window, what is left and till when."""
        until_full = math.ceil((self.rate.size - self.left) * self.rate.seconds)
        return {
            "RateLimit-Policy": f'"key";q={self.rate.per_minute};w=60',
            "RateLimit": f'"key";r={max(0, self.left)};t={max(1, until_full)}',
        }


@dataclass(slots=True)
class _Purse:
    """What this worker holds of one key's requests."""

    tokens: int = 0
    left: int = 0  #: in the bucket, when it was last asked
    until: float = 0.0  #: the bucket was empty, and will be till then; on the monotonic clock
    asked: Future[Portion] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)  #: what comes at once is put in by whoever asked


class Rates:
    """The rates of one worker; `admit` is for its event loop."""

    def __init__(
        self,
        store: Store,
        per_minute: int,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._usual = per_minute
        self._clock, self._monotonic = clock, monotonic
        self._purses: dict[str, _Purse] = {}

    async def admit(self, principal: Principal) -> Standing | None:
        """Count one request; None for whoever may send any number.

        TooManyRequests says when to come again. A database that is away refuses nobody here: what is asked of it does.
        """
        per_minute = self._usual if principal.rate is None else principal.rate
        if per_minute <= 0:
            return None
        rate, purse = Rate(per_minute), self._purses.setdefault(principal.key_id, _Purse())
        while True:
            with purse.lock:
                wait = purse.until - self._monotonic()
                if purse.tokens > 0:
                    purse.tokens -= 1
                    if purse.tokens <= rate.portion // 2 and purse.asked is None and wait <= 0:
                        self._ask(principal.key_id, rate, purse)
                    return Standing(rate, purse.tokens + purse.left)
                if wait > 0:
                    raise _refusal(principal, rate, wait)
                asked = purse.asked or self._ask(principal.key_id, rate, purse)
            await asyncio.wait([asyncio.wrap_future(asked)])  # whoever gives up waiting does not take it from others

    def _ask(self, key: str, rate: Rate, purse: _Purse) -> Future[Portion]:
        """A portion is on its way; the purse is locked. What comes of it is in the purse before anybody hears of it."""
        done: Future[Portion] = Future()
        now = self._clock().timestamp()
        purse.asked = done
        spare = Portion(rate.portion, 0, 0.0)  # for as long as nobody can be asked

        def put(portion: Portion) -> None:
            with purse.lock:
                purse.tokens += portion.tokens
                purse.left = portion.left
                if not portion.tokens:
                    purse.until = self._monotonic() + portion.wait
                purse.asked = None
            done.set_result(portion)

        def came(future: Future[Portion]) -> None:
            error = future.exception()
            if error is not None:
                log.warning("rate_not_counted", key=key, error=type(error).__name__)
            put(spare if error is not None else future.result())

        try:
            pending = self._store.submit(lambda connection: rates.take_portion(connection, key, rate, now))
        except ServiceError:
            put(spare)
        else:
            pending.add_done_callback(came)
        return done


def _refusal(principal: Principal, rate: Rate, wait: float) -> TooManyRequests:
    RATE_LIMITED.labels(principal.key_id).inc()
    seconds = max(1, math.ceil(wait))
    return TooManyRequests(
        f"{principal.name!r} may send {rate.per_minute} requests a minute",
        remedy=f"wait {seconds} seconds, and spread requests out; operations can raise the rate of a key",
        headers={**Standing(rate, 0).headers(), "Retry-After": str(seconds)},
    )
