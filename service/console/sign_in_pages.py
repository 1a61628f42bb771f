"""Coming in and going out: by password, by API key, by the provider, and with the code that sets a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.console import cookies
from service.console.browsers import browser_words
from service.console.guard import HOME, PROVIDER, SIGN_IN, TheHouse, Visitor, own_address, own_page_only
from service.console.notices import Notice
from service.console.render import page
from service.console.trouble import ConsoleRoute, notice_of
from service.errors import Busy, InvalidRequest, ServiceError, TooManyTries, Unauthenticated
from service.usecases import read_people, sign_in, sign_in_by_password, sign_in_by_provider
from service.usecases.house import House
from service.usecases.sign_in import Browser

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

SET_PASSWORD = "/console/password"  # noqa: S105 - an address

Word = Annotated[str, Query(max_length=300)]
Field = Annotated[str, Form(max_length=300)]
Secret = Annotated[str, Form(max_length=2_000)]
OwnPage = Depends(own_page_only)


@router.get("/sign-in")
def show(request: Request, house: TheHouse, visitor: Visitor, next: Word = HOME) -> Response:
    if visitor is not None:
        return RedirectResponse(own_address(next), 303)
    return _form(request, house, own_address(next))


@router.post("/sign-in", dependencies=[OwnPage])
def enter(
    request: Request, house: TheHouse, name: Field = "", password: Secret = "", key: Secret = "", next: Field = HOME
) -> Response:
    """By name and password, or by an API key when there is one in the form."""
    from_here = browser(request, house)
    try:
        if key:
            token, device = sign_in.open_session(house, key.strip(), from_here), ""
        else:
            token, device = sign_in_by_password.sign_in(house, name, password, from_here)
    except (Unauthenticated, TooManyTries, Busy) as error:
        title = "This key does not open the console" if key else "You are not signed in"
        return _form(request, house, own_address(next), _told(title, error), error.status, name=name, by_key=bool(key))
    return _entered(house, own_address(next), token, device)


@router.get("/password")
def show_set_password(request: Request, house: TheHouse) -> Response:
    return page(request, "set_password.html", least=house.settings.password_length, code="")


@router.post("/password", dependencies=[OwnPage])
def set_password(
    request: Request, house: TheHouse, code: Field = "", password: Secret = "", again: Secret = ""
) -> Response:
    least = house.settings.password_length
    if password != again:
        told = Notice("The two passwords are not the same", "Nothing was changed. Type both again.", tone="review")
        return page(request, "set_password.html", 422, least=least, code=code, notice=told)
    try:
        token, device = sign_in_by_password.set_by_code(house, code, password, browser(request, house))
    except (Unauthenticated, TooManyTries, Busy) as error:
        told = _told("No password was set", error)
        return page(request, "set_password.html", error.status, least=least, code=code, notice=told)
    except InvalidRequest as error:
        return page(request, "set_password.html", 422, least=least, code=code, notice=notice_of(error))
    return _entered(house, f"{HOME}?said=password-set", token, device)


@router.post("/sign-out", dependencies=[OwnPage])
def leave(request: Request, house: TheHouse) -> Response:
    """Here at once; of the provider the browser is signed out there, if there is a way."""
    token = cookies.session_token(request, house.settings)
    how = sign_in.close_session(house, token) if token else None
    back = f"{SIGN_IN}?said=signed-out"
    there = None
    if how == "provider" and house.provider is not None:
        there = house.provider.leaving(f"{(house.settings.public_url or '').rstrip('/')}{SIGN_IN}")
    response: Response = RedirectResponse(back, 303)
    if there is not None and house.provider is not None:
        response = page(request, "signed_out.html", there=there, provider=house.provider.settings.button)
    cookies.drop_session(response, house.settings)
    return response


@router.get("/provider", dependencies=[OwnPage])
def to_provider(request: Request, house: TheHouse, next: Word = HOME) -> Response:
    """Off to the provider. A link, not a form: the page's policy lets no form lead elsewhere."""
    then = own_address(next)
    try:
        there, secret = sign_in_by_provider.begin(house)
    except Unauthenticated as error:
        return _form(request, house, then, _told("You are not signed in", error), error.status)
    response = RedirectResponse(there, 303)
    cookies.keep_away(response, house.settings, secret, then)
    return response


@router.get("/provider/back")
def from_provider(request: Request, house: TheHouse) -> Response:
    """Back from there, once: whatever came of it, the browser forgets what it kept."""
    secret, then = cookies.away(request, house.settings)
    try:
        token = sign_in_by_provider.finish(house, secret, dict(request.query_params), browser(request, house))
    except (Unauthenticated, TooManyTries) as error:
        response = _form(request, house, own_address(then), _told("You are not signed in", error), error.status)
    else:
        response = _entered(house, own_address(then), token, "")
    cookies.drop_away(response, house.settings)
    return response


def browser(request: Request, house: House) -> Browser:
    """Where the request comes from; behind a proxy, as far as the proxy is trusted to say."""
    return Browser(
        kind=browser_words(request.headers.get("user-agent", "")),
        address=request.client.host if request.client else "",
        token=cookies.session_token(request, house.settings) or "",
        device=cookies.device(request, house.settings),
    )


def _entered(house: House, address: str, token: str, device: str) -> Response:
    response = RedirectResponse(address, 303)
    cookies.keep_session(response, house.settings, token)
    if device:
        cookies.keep_device(response, house.settings, device)
    return response


def _form(
    request: Request,
    house: House,
    then: str,
    told: Notice | None = None,
    status: int = 200,
    *,
    name: str = "",
    by_key: bool = False,
) -> Response:
    """What there are no accounts for yet is not asked for: a new instance is opened with its first keys."""
    accounts = read_people.any_password(house)
    shown = {"notice": told} if told else {}
    provider = house.provider.settings.button if house.provider is not None else ""
    return page(
        request,
        "sign_in.html",
        status,
        next=then,
        name=name,
        accounts=accounts,
        by_key=by_key or not (accounts or provider),
        provider=provider,
        provider_address=PROVIDER,
        **shown,
    )


def _told(title: str, error: ServiceError) -> Notice:
    remedy = error.remedy[:1].upper() + error.remedy[1:] + "." if error.remedy else ""
    return Notice(title, f"{error.detail[:1].upper()}{error.detail[1:]}.", remedy, "block")
