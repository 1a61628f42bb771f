"""The pages of live traffic: is it still like what the model was made for? And what a person does about an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.pages import label_titles, open_workflows
from service.console.render import WATCH, page
from service.console.trouble import ConsoleRoute, notice_of
from service.console.watch_views import EFFECTS, watch_address, watch_view
from service.console.words import REASONS, phrase
from service.domain.access import Principal, Scope
from service.errors import NotFound, ServiceError
from service.store.pointers import pointers
from service.usecases import resume_cases, watch_pause, watch_traffic
from service.usecases.house import House
from service.usecases.watch_excerpts import excerpts

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Onlooker = Annotated[Principal, Depends(need(*WATCH.scopes))]
Watcher = Annotated[Principal, Depends(need(Scope.MODELS, Scope.OPERATE))]
Days = Annotated[float | None, Form(gt=0, le=3_650)]


@router.get("/watch")
def watched(request: Request, house: TheHouse, onlooker: Onlooker) -> Response:
    """Every workflow with what its newest look found."""
    with house.store.read() as connection:
        active = pointers(connection)
    rows = [
        {
            "workflow": each.workflow,
            "address": watch_address(each.workflow),
            "paused": each.watched_by is not None,
            "found": _latest(house, each.workflow),
        }
        for each in active
    ]
    return page(request, "watches.html", rows=rows)


@router.get("/watch/{workflow}")
def watch(request: Request, house: TheHouse, onlooker: Onlooker, workflow: str) -> Response:
    return watch_page(request, house, onlooker, workflow)


@router.post("/watch/{workflow}", dependencies=[Depends(own_page_only)])
def look(request: Request, house: TheHouse, watcher: Watcher, workflow: str, days: Days = None) -> Response:
    watch_traffic.look(house, workflow, days)
    return RedirectResponse(f"{watch_address(workflow)}?said=looked", 303)


@router.post("/watch/{workflow}/resume", dependencies=[Depends(own_page_only)])
def resume(request: Request, house: TheHouse, watcher: Watcher, workflow: str) -> Response:
    try:
        watch_pause.resume(house, watcher, workflow)
    except ServiceError as error:
        return watch_page(request, house, watcher, workflow, error.status, notice=notice_of(error))
    return RedirectResponse(f"{watch_address(workflow)}?said=resumed", 303)


def watch_page(
    request: Request, house: House, onlooker: Principal, workflow: str, status: int = 200, **shown: Any
) -> Response:
    """The newest look, or that nobody has looked yet."""
    policy = next((each for each in open_workflows(house) if each.name == workflow), None)
    if policy is None:
        raise NotFound("There is no such workflow.", remedy="Choose one from the list.")
    found = _latest(house, workflow)
    texts = excerpts(house, found["unlike"]) if found is not None else {}
    with house.store.read() as connection:
        stands = next(each for each in pointers(connection) if each.workflow == workflow)
    return page(
        request,
        "watch.html",
        status,
        workflow=workflow,
        address=watch_address(workflow),
        watch=None if found is None else watch_view(found, label_titles([policy]), texts, house.clock()),
        paused=stands.watched_by is not None,
        halted=stands.halted,
        held=[(phrase(REASONS, each["reason"]), each["cases"]) for each in resume_cases.held(house, workflow)],
        may_halt=onlooker.may(Scope.OPERATE),
        effect=EFFECTS[policy.watch.on_alarm.value],
        days=f"{policy.watch.days:g}",
        may_act=onlooker.may(Scope.MODELS) or onlooker.may(Scope.OPERATE),
        **shown,
    )


def _latest(house: House, workflow: str) -> Mapping[str, Any] | None:
    try:
        return watch_traffic.latest(house, workflow)
    except NotFound:
        return None
