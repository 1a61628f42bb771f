"""The connection over which a page hears what changes, and what it is told. One a page; none while it is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from service.console import words
from service.console.guard import HOME, TheHouse, need
from service.console.live import Board, Counts, stream
from service.console.render import QUEUES
from service.console.trouble import ConsoleRoute
from service.console.views import instant
from service.domain.access import Principal
from service.usecases import read_case
from service.usecases.house import House
from service.usecases.queue_policy import sees

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, Depends(need(*QUEUES.scopes))]
Word = Annotated[str, Query(max_length=200)]


@router.get("/live")
async def live(
    request: Request, house: TheHouse, reader: Reader, queue: Word = "", case: Word = ""
) -> StreamingResponse:
    """`counts` events: `queues`, and of the page's own queue `reasons`, of its own case who else is `looking`."""
    own = queue if sees(reader, queue) else ""
    if case:
        await run_in_threadpool(read_case.events, house, reader, case)  # NotFound for what they do not see

    def shown(counts: Counts) -> dict[str, Any]:
        return told(counts, house, reader, own, case)

    told_on = stream(_board(request, house), own, case, reader.name, shown)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(told_on, media_type="text/event-stream", headers=headers)


def told(counts: Counts, house: House, reader: Principal, queue: str, case: str) -> dict[str, Any]:
    """What this person may see of the counts, in words where the page has words."""
    now = house.clock()
    return {
        "queues": {name: _queue(found, now) for name, found in counts.queues.items() if sees(reader, name)},
        "reasons": dict(counts.reasons.get(queue, {})),
        "looking": [name for name in counts.looking.get(case, ()) if name != reader.name],
    }


def _queue(found: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "open": found["open"],
        "claimed": found["claimed"],
        "overdue": found["overdue"],
        "asked": found["asked"],
        "oldest": words.ago(instant(found["oldest_at"]), now) if found["oldest_at"] else words.NOTHING,
    }


def _board(request: Request, house: House) -> Board:
    board: Board | None = getattr(request.app.state, "board", None)
    if board is None:
        board = request.app.state.board = Board(house)
    return board
