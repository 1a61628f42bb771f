"""The queues and their lists, with what somebody keeps of how they look at them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.console import words
from service.console.case_pages import undoable
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.queue_views import Filters, filter_links
from service.console.render import QUEUES, from_htmx, page
from service.console.trouble import ConsoleRoute
from service.console.views import queue_views, rows
from service.domain.access import Principal, Scope
from service.domain.case import CaseAction
from service.usecases import open_counts, preferences, read_case
from service.usecases.paused_webhooks import paused
from service.usecases.preferences import Filter
from service.usecases.queue_policy import works

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, Depends(need(*QUEUES.scopes))]
Cursor = Annotated[str | None, Query(max_length=300)]
Word = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=200)]
Name = Annotated[str, Form(max_length=60)]


@router.get("")
def queues(request: Request, house: TheHouse, reader: Reader) -> Response:
    found, now = read_case.queues(house, reader), house.clock()
    held = read_case.page(house, reader, state="claimed", limit=200)["items"]
    mine = [each for each in held if each["lease"] and each["lease"]["holder"] == reader.name]
    return page(
        request,
        "queues.html",
        queues=queue_views(found, [], now),
        mine=rows(mine, reader.name, now),
        paused_webhooks=paused(house, reader),
        may_claim=reader.may_somewhere(Scope.REVIEW),
        claimable={each["queue"] for each in found if works(reader, each["queue"], CaseAction.CLAIM)},
    )


@router.get("/queues/{queue}")
def queue(
    request: Request,
    house: TheHouse,
    reader: Reader,
    queue: str,
    state: Word = "open",
    reason: Word = "",
    after: Cursor = None,
    undo: Word = "",
) -> Response:
    now, wanted = house.clock(), Filters(queue, state, reason)
    found = read_case.page(house, reader, queue=queue, state=state, reason=reason or None, after=after)
    counts = {view.name: view for view in queue_views(read_case.queues(house, reader), [queue], now)}
    kept = preferences.read(house, reader).filters
    return page(
        request,
        "queue.html",
        queue=counts[queue],
        cases=rows(found["items"], reader.name, now),
        next=found["next"],
        first=after is None,
        state=state,
        reason=reason,
        states=words.CASE_STATES.values(),
        reasons=words.REASONS.values(),
        count_of={} if from_htmx(request) else open_counts.by_reason(house, queue),  # the list alone is taken then
        kept=filter_links(kept, wanted),
        wanted=wanted,
        may_claim=works(reader, queue, CaseAction.CLAIM),
        may_lead=reader.may_in(queue, Scope.LEAD),
        undo=undoable(house, reader, undo),
    )


@router.post("/queues/{queue}/filters", dependencies=[Depends(own_page_only)])
def keep(
    house: TheHouse, reader: Reader, queue: str, name: Name = "", state: Field = "open", reason: Field = ""
) -> Response:
    preferences.keep_filter(house, reader, Filter(name, queue, state, reason))
    return RedirectResponse(Filters(queue, state, reason).address("kept"), 303)


@router.post("/queues/{queue}/filters/drop", dependencies=[Depends(own_page_only)])
def drop(
    house: TheHouse, reader: Reader, queue: str, name: Name = "", state: Field = "open", reason: Field = ""
) -> Response:
    preferences.drop_filter(house, reader, name, queue)
    return RedirectResponse(Filters(queue, state, reason).address(""), 303)
