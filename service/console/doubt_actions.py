"""What a model owner does about labels in doubt: have them looked for, confirm them, put them right, leave them out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.doubt_pages import doubts_page
from service.console.guard import HOME, TheHouse, own_page_only
from service.console.model_pages import Owner
from service.console.notices import Notice
from service.console.trouble import ConsoleRoute, notice_of
from service.console.views import NO_LABEL
from service.errors import InvalidRequest, ServiceError
from service.usecases import run_jobs, settle_doubts

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Chosen = Annotated[tuple[str, ...], Form(max_length=100)]

_NOTHING = Notice("Nothing is chosen", "Nothing was changed.", "Choose a label, or none of these.", "review")


@router.post("/labelling/{workflow}/doubts")
def look_through(request: Request, house: TheHouse, owner: Owner, workflow: str) -> Response:
    try:
        run_jobs.ask_doubts(house, owner.name, workflow)
    except ServiceError as error:
        return doubts_page(request, house, workflow, error.status, notice=notice_of(error))
    return RedirectResponse(f"{_address(workflow)}?said=looking", 303)


@router.post("/labelling/{workflow}/doubts/{doubt}/confirm")
def confirm(house: TheHouse, owner: Owner, workflow: str, doubt: str) -> Response:
    settle_doubts.confirm(house, owner.name, doubt)
    return RedirectResponse(f"{_address(workflow)}?said=confirmed", 303)


@router.post("/labelling/{workflow}/doubts/{doubt}/correct")
def correct(request: Request, house: TheHouse, owner: Owner, workflow: str, doubt: str, label: Chosen = ()) -> Response:
    if not any(label):
        return doubts_page(request, house, workflow, InvalidRequest.status, notice=_NOTHING)
    labels = () if label == (NO_LABEL,) else label
    try:
        settle_doubts.put_right(house, owner.name, doubt, labels)
    except ServiceError as error:
        return doubts_page(request, house, workflow, error.status, notice=notice_of(error))
    return RedirectResponse(f"{_address(workflow)}?said=put-right", 303)


@router.post("/labelling/{workflow}/doubts/{doubt}/aside")
def aside(house: TheHouse, owner: Owner, workflow: str, doubt: str) -> Response:
    settle_doubts.leave_out(house, owner.name, doubt)
    return RedirectResponse(f"{_address(workflow)}?said=aside", 303)


def _address(workflow: str) -> str:
    return f"{HOME}/labelling/{quote(workflow, safe='')}/doubts"
