"""What a person does at the labelling pages: claim, label, pass by, take back. The same use cases as the API."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console.cookies import lease_name, lease_token
from service.console.guard import HOME, TheHouse, need, own_page_only
from service.console.labelling_pages import label_page
from service.console.notices import Notice
from service.console.trouble import ConsoleRoute, notice_of
from service.console.views import NO_LABEL
from service.domain.access import Principal, Scope
from service.errors import InvalidRequest, ServiceError
from service.usecases import choose_labels, label_queue
from service.usecases.house import House

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Reviewer = Annotated[Principal, Depends(need(Scope.REVIEW))]
ItemId = Annotated[str, Form(max_length=64, pattern=r"^lab_[0-9A-Za-z]+$")]
Chosen = Annotated[tuple[str, ...], Form(max_length=100)]

_NOTHING = Notice("Nothing is chosen", "Nothing was recorded.", "Choose a label, or none of these.", "review")


@router.post("/labelling/{workflow}/claim")
def claim(request: Request, house: TheHouse, reviewer: Reviewer, workflow: str) -> Response:
    return _next(house, reviewer, workflow)


@router.post("/labelling/{workflow}/label")
def label(
    request: Request, house: TheHouse, reviewer: Reviewer, workflow: str, item: ItemId, label: Chosen = ()
) -> Response:
    """Say what it is, then on to the next one."""
    if not label:
        return label_page(request, house, reviewer, workflow, told=_NOTHING, status=InvalidRequest.status)
    labels = () if label == (NO_LABEL,) else label
    try:
        label_queue.give(house, reviewer, item, _token(request, house), labels)
    except ServiceError as error:
        return _refused(request, house, reviewer, workflow, error, label)
    choose_labels.chosen_again(house, workflow, reviewer.name)
    return _next(house, reviewer, workflow, last=item)


@router.post("/labelling/{workflow}/skip")
def skip(request: Request, house: TheHouse, reviewer: Reviewer, workflow: str, item: ItemId) -> Response:
    try:
        label_queue.skip(house, reviewer, item, _token(request, house))
    except ServiceError as error:
        return _refused(request, house, reviewer, workflow, error)
    return _next(house, reviewer, workflow, last=item)


@router.post("/labelling/{workflow}/stop")
def stop(request: Request, house: TheHouse, reviewer: Reviewer, workflow: str, item: ItemId) -> Response:
    """Put it back in its place and end for now."""
    try:
        label_queue.give_back(house, reviewer, item, _token(request, house))
    except ServiceError as error:
        return _refused(request, house, reviewer, workflow, error)
    return RedirectResponse(_address(workflow), 303)


@router.post("/labelling/{workflow}/undo")
def undo(
    request: Request,
    house: TheHouse,
    reviewer: Reviewer,
    workflow: str,
    last: ItemId,
    item: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take back what one said last; what one was asked since goes back to its place."""
    try:
        if item:
            label_queue.give_back(house, reviewer, item, _token(request, house))
        held = label_queue.take_back(house, reviewer, last)
    except ServiceError as error:
        return _refused(request, house, reviewer, workflow, error)
    response = RedirectResponse(_address(workflow), 303)
    _keep(response, house, workflow, held["token"])
    return response


def _next(house: House, reviewer: Principal, workflow: str, *, last: str = "") -> Response:
    held = label_queue.claim_next(house, reviewer, workflow)
    response = RedirectResponse(_address(workflow) + (f"?last={last}" if last else ""), 303)
    if held is not None:
        _keep(response, house, workflow, held["token"])
    return response


def _refused(
    request: Request,
    house: House,
    reviewer: Principal,
    workflow: str,
    error: ServiceError,
    chosen: tuple[str, ...] = (),
) -> Response:
    """The page again, with what was chosen and why it was not taken."""
    return label_page(request, house, reviewer, workflow, chosen=chosen, told=notice_of(error), status=error.status)


def _keep(response: Response, house: House, workflow: str, token: str) -> None:
    """The lease's token, for the pages of this workflow only; no script can read it."""
    response.set_cookie(
        lease_name(house.settings),
        token,
        max_age=int(house.settings.session_hours * 3600),
        path=_address(workflow),
        secure=house.settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def _token(request: Request, house: House) -> str:
    return lease_token(request, house.settings) or ""


def _address(workflow: str) -> str:
    return f"{HOME}/labelling/{quote(workflow, safe='')}"
