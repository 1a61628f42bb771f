"""What changes is told to every open page, and nobody counts when no page is open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from service.console.live import Board, Counts, stream
from service.domain.access import ROLES, Principal
from service.usecases import claim_case
from service.usecases.house import House, open_house
from service.usecases.make_decision import Ask, decide

CALLER = Principal("k1", "caller", ROLES["caller"])
ANN = Principal("k2", "Ann", ROLES["reviewer"])
QUEUE = "retail-banking"


def _shown(counts: Counts) -> dict[str, Any]:
    open_now = counts.queues.get(QUEUE, {}).get("open", 0)
    return {"open": open_now, "looking": {case: list(names) for case, names in counts.looking.items()}}


async def _told(stream: AsyncIterator[str]) -> Any:
    """The next thing that is told, signs of life left out."""
    async for message in stream:
        if message.startswith("event: counts"):
            return json.loads(message.partition("data: ")[2])
    raise AssertionError("the stream ended")


def _held(house: House) -> str:
    answer = decide(house, CALLER, Ask(QUEUE, "A pigeon sat on the roof and sang of curtains."))
    return str(json.loads(answer.body)["case"])


def test_a_page_hears_of_a_new_case_and_of_who_looks_and_then_nothing_runs_on(house: House) -> None:
    """Counts rise without being asked for; whoever opens the same case is named; the last page ends the counting."""

    async def story() -> None:
        board = Board(house)
        queue = stream(board, QUEUE, "", "Ann", _shown)
        assert (await _told(queue))["open"] == 0
        case = await asyncio.to_thread(_held, house)
        assert (await _told(queue))["open"] == 1
        page = stream(board, "", case, "Ben", _shown)
        while not (found := await _told(page))["looking"]:
            await asyncio.to_thread(claim_case.claim_next, house, ANN, QUEUE)
        assert found["looking"] == {case: ["Ben"]}
        await page.aclose()  # type: ignore[attr-defined]
        await queue.aclose()  # type: ignore[attr-defined]
        assert board._task is not None
        await asyncio.wait_for(board._task, 10)

    asyncio.run(story())


def test_a_page_at_one_worker_hears_of_what_another_did(house: House) -> None:
    """They share nothing but the database: a case that came in at the other, and that it was claimed there."""
    other = open_house(house.settings)

    async def story() -> None:
        board, there = Board(house), Board(other)
        here, elsewhere = stream(board, QUEUE, "", "Ann", _shown), stream(there, QUEUE, "", "Ben", _shown)
        assert ((await _told(here))["open"], (await _told(elsewhere))["open"]) == (0, 0)
        for number, asked_at in enumerate((other, house), 1):
            await asyncio.to_thread(_held, asked_at)
            assert ((await _told(here))["open"], (await _told(elsewhere))["open"]) == (number, number)
        for page in (here, elsewhere):
            await page.aclose()  # type: ignore[attr-defined]
        for task in (board._task, there._task):
            assert task is not None
            await asyncio.wait_for(task, 10)

    asyncio.run(story())
    other.close()
