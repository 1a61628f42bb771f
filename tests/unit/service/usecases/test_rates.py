"""How many requests a key may send, over all workers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.access import Principal
from service.errors import TooManyRequests
from service.store.engine import open_store
from service.usecases.rates import Rates

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Clocks:
    """Both clocks of a worker, moved together."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def steady(self) -> float:
        return self.seconds


@pytest.fixture
def workers(migrated_url):
    """Three workers over one database, each with a connection of its own, and the clocks of all."""
    clocks, stores = Clocks(), [open_store(migrated_url) for _ in range(3)]
    yield [Rates(store, 0, clocks.wall, clocks.steady) for store in stores], stores, clocks
    for store in stores:
        store.close()


def shop(rate: int | None) -> Principal:
    return Principal("key_1", "shop", frozenset(), rate=rate)


async def sent(rates: Rates, who: Principal, count: int) -> int:
    """How many of so many requests at once came in."""

    async def one() -> bool:
        try:
            await rates.admit(who)
        except TooManyRequests:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(count))))


def test_all_workers_together_let_in_what_one_would(workers):
    """Three times 300 at once of a key that may send 600 a minute: the 100 that fit come in, on either database. A
    second later ten more."""
    rates, _, clocks = workers

    async def story() -> tuple[list[int], list[int]]:
        first = await asyncio.gather(*(sent(each, shop(600), 300) for each in rates))
        clocks.seconds += 1.001
        return first, list(await asyncio.gather(*(sent(each, shop(600), 300) for each in rates)))

    first, second = asyncio.run(story())
    assert sum(first) == 100
    assert 10 <= sum(second) <= 11


def test_the_refusal_says_when_to_come_again(workers):
    """429 with Retry-After and the headers of the draft; whoever comes then is let in."""
    (rates, *_), _, clocks = workers

    async def story() -> None:
        assert await sent(rates, shop(6), 6) == 6
        with pytest.raises(TooManyRequests) as refused:
            await rates.admit(shop(6))
        headers = refused.value.headers
        assert headers["Retry-After"] == "10"
        assert headers["RateLimit-Policy"] == '"key";q=6;w=60'
        assert headers["RateLimit"] == '"key";r=0;t=60'
        clocks.seconds += 10.001
        standing = await rates.admit(shop(6))
        assert standing is not None
        assert standing.headers()["RateLimit"].startswith('"key";r=0')

    asyncio.run(story())


def test_one_key_does_not_use_up_anothers(workers):
    """Each has a bucket of its own; without a rate nothing is counted."""
    (rates, *_), _, _ = workers

    async def story() -> None:
        assert await sent(rates, shop(6), 10) == 6
        assert await sent(rates, Principal("key_2", "app", frozenset(), rate=6), 10) == 6
        assert await sent(rates, shop(0), 100) == 100
        assert await rates.admit(shop(None)) is None

    asyncio.run(story())


def test_most_requests_ask_the_database_nothing(workers):
    """A portion is for many: at full rate the bucket is asked about twice a second."""
    (rates, *_), (store, *_), clocks = workers
    asked = 0
    submit = store.submit

    def counted(work):
        nonlocal asked
        asked += 1
        return submit(work)

    store.submit = counted

    async def story() -> None:
        for _ in range(1_000):  # ten seconds at the full rate
            clocks.seconds += 0.01
            await rates.admit(shop(6_000))

    asyncio.run(story())
    assert asked <= 25


def test_a_database_that_is_away_refuses_nobody_here(workers):
    """What is asked of it says so; a limit that cannot be looked up is none."""
    (rates, *_), (store, *_), _ = workers
    store.close()
    assert asyncio.run(sent(rates, shop(6), 50)) == 50
