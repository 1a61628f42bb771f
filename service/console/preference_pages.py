"""How somebody likes the console set: their keys, light or dark."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from service.console.actions import typed
from service.console.guard import HOME, TheHouse, need, own_address, own_page_only
from service.console.keys import DEEDS
from service.console.render import page
from service.console.trouble import ConsoleRoute, notice_of
from service.domain.access import Principal, Scope
from service.errors import InvalidRequest
from service.usecases import preferences

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Anybody = Annotated[Principal, Depends(need(*Scope))]
OwnPage = Depends(own_page_only)


@router.get("/preferences")
def show(request: Request, anybody: Anybody) -> Response:
    return page(request, "preferences.html", deeds=DEEDS, choices=preferences.COLOURS)


@router.post("/preferences/keys", dependencies=[OwnPage])
def keep_keys(
    request: Request, house: TheHouse, anybody: Anybody, form: Annotated[FormData, Depends(typed)]
) -> Response:
    """Every key of the form; with `as_they_come` none of one's own."""
    sent = {deed.name: str(form.get(deed.name, "")).strip() for deed in DEEDS}
    try:
        preferences.keep_keys(house, anybody, {} if "as_they_come" in form else sent)
    except InvalidRequest as error:
        told = {"keys": sent, "notice": notice_of(error)}
        return page(request, "preferences.html", error.status, deeds=DEEDS, choices=preferences.COLOURS, **told)
    return RedirectResponse(f"{HOME}/preferences?said=kept", 303)


@router.post("/preferences/colours", dependencies=[OwnPage])
def keep_colours(
    house: TheHouse,
    anybody: Anybody,
    colours: Annotated[str, Form(max_length=20)] = "",
    back: Annotated[str, Form(max_length=500)] = f"{HOME}/preferences",
) -> Response:
    preferences.keep_colours(house, anybody, colours)
    return RedirectResponse(own_address(back), 303)
