"""The stop button of a workflow, on the page of its traffic: halt, and let it go on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.trouble import ConsoleRoute, notice_of
from service.console.watch_pages import watch_page
from service.console.watch_views import watch_address
from service.domain.access import Principal, Scope
from service.errors import ServiceError
from service.usecases import halt as stop
from service.usecases.note import check_why

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Stopper = Annotated[Principal, Depends(need(Scope.OPERATE))]
_OWN = [Depends(own_page_only)]


@router.post("/watch/{workflow}/halt", dependencies=_OWN)
def halt(
    request: Request, house: TheHouse, stopper: Stopper, workflow: str, why: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    try:
        stop.halt(house, stopper, workflow, check_why(why))
    except ServiceError as error:
        return watch_page(request, house, stopper, workflow, error.status, notice=notice_of(error))
    return RedirectResponse(f"{watch_address(workflow)}?said=halted", 303)


@router.post("/watch/{workflow}/go-on", dependencies=_OWN)
def go_on(request: Request, house: TheHouse, stopper: Stopper, workflow: str) -> Response:
    """Automatic again where certified; what is held for that alone is decided again in the background."""
    try:
        found = stop.resume(house, stopper, workflow)
    except ServiceError as error:
        return watch_page(request, house, stopper, workflow, error.status, notice=notice_of(error))
    return RedirectResponse(f"{watch_address(workflow)}?said={'gone-on' if found['jobs'] else 'resumed'}", 303)
