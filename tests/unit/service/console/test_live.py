"""What changes is told to every open page, and nobody counts when no page is open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from service.console.live import Board, Counts, stream
from service.domain.access import ROLES, Principal
from service.usecases import claim_case
from service.usecases.house import House
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
