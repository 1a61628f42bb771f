"""One's own account: what one may do, what one has open and can end, and another password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from service.console import cookies
from service.console.guard import HOME, SIGN_IN, TheHouse, need, own_page_only
from service.console.notices import Notice
from service.console.people_views import ROLE_WORDS, session_rows, where_of
from service.console.render import page
from service.console.sign_in_pages import browser
from service.console.trouble import ConsoleRoute, notice_of
from service.domain.access import Principal, Scope
from service.errors import Busy, InvalidRequest, TooManyTries
from service.usecases import manage_people, read_people, sign_in_by_password
from service.usecases.house import House

router = APIRouter(prefix=f"{HOME}/account", route_class=ConsoleRoute, include_in_schema=False)

Me = Annotated[Principal, Depends(need(*Scope))]
Secret = Annotated[str, Form(max_length=2_000)]
OwnPage = Depends(own_page_only)
_HERE = f"{HOME}/account"


@router.get("")
def account(request: Request, house: TheHouse, me: Me) -> Response:
    return _page(request, house, me)


@router.post("/password", dependencies=[OwnPage])
def change_password(
    request: Request, house: TheHouse, me: Me, old: Secret = "", password: Secret = "", again: Secret = ""
) -> Response:
    """A new session for this browser; all others end."""
    if password != again:
        told = Notice("The two passwords are not the same", "Nothing was changed. Type both again.", tone="review")
        return _page(request, house, me, 422, notice=told)
    try:
        token = sign_in_by_password.change(house, me, old, password, browser(request, house))
    except (InvalidRequest, TooManyTries, Busy) as error:
        return _page(request, house, me, error.status, notice=notice_of(error))
    response = RedirectResponse(f"{_HERE}?said=password-changed", 303)
    cookies.keep_session(response, house.settings, token)
    return response


@router.post("/sessions/{session}/end", dependencies=[OwnPage])
def end_session(request: Request, house: TheHouse, me: Me, session: str) -> Response:
    manage_people.end_sessions(house, me.name, me.key_id, session)
    return _after_ending(house, request)


@router.post("/sessions/end-others", dependencies=[OwnPage])
def end_others(request: Request, house: TheHouse, me: Me) -> Response:
    token = cookies.session_token(request, house.settings) or ""
    manage_people.end_sessions(house, me.name, me.key_id, but=token)
    return _after_ending(house, request)


def _after_ending(house: House, request: Request) -> Response:
    """Whoever ended the session they are in is signed out, and told so."""
    from service.usecases.sign_in import session_principal

    if session_principal(house, cookies.session_token(request, house.settings)) is None:
        response = RedirectResponse(f"{SIGN_IN}?said=signed-out", 303)
        cookies.drop_session(response, house.settings)
        return response
    return RedirectResponse(f"{_HERE}?said=session-ended", 303)


def _page(request: Request, house: House, me: Principal, status: int = 200, **shown: Any) -> Response:
    now, token = house.clock(), cookies.session_token(request, house.settings) or ""
    own = read_people.own_account(house, me)
    return page(
        request,
        "account.html",
        status,
        me=me,
        account=own,
        role=ROLE_WORDS.get(own["role"], "") if own else "",
        where=where_of(me),
        least=house.settings.password_length,
        here=None,
        sessions=session_rows(read_people.open_sessions(house, me.key_id, token), now),
        **shown,
    )
