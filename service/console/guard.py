"""Who may come in, and what a browser may be made to send.

Every unsafe request has to come from our own pages: the browser says so in `Sec-Fetch-Site`, an older one or one
without HTTPS in `Origin`. A request with neither is refused. No tokens in forms, nothing to forget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request

from service.console.cookies import session_token
from service.domain.access import Principal, Scope
from service.errors import Forbidden, Unauthenticated
from service.usecases import preferences, sign_in
from service.usecases.house import House

HOME = "/console"
SIGN_IN = "/console/sign-in"
PROVIDER = "/console/provider"


def the_house(request: Request) -> House:
    house: House = request.app.state.house
    return house


TheHouse = Annotated[House, Depends(the_house)]


def visitor(request: Request, house: TheHouse) -> Principal | None:
    """Whoever is signed in, or None."""
    principal = sign_in.session_principal(house, session_token(request, house.settings))
    request.state.principal = principal  # the frame shows who is signed in, also on error pages
    if principal is not None:
        request.state.preferences = preferences.read(house, principal)
    return principal


Visitor = Annotated[Principal | None, Depends(visitor)]


def need(*scopes: Scope) -> Callable[[Principal | None], Principal]:
    """A dependency: the signed-in principal, who has at least one of `scopes`, if only in one queue."""

    def signed_in(principal: Visitor) -> Principal:
        if principal is None:
            raise Unauthenticated("You are not signed in, or your session has ended.")
        if not any(principal.may_somewhere(scope) for scope in scopes):
            wanted = " or ".join(f"“{scope.value}”" for scope in scopes)
            raise Forbidden(
                f"This page needs the scope {wanted}, and you ({principal.name}) do not have it.",
                remedy="Ask operations for a role with that scope, or sign in as somebody else.",
            )
        return principal

    return signed_in


def own_page_only(request: Request) -> None:
    """Refuse an unsafe request that another site made the browser send."""
    if not from_own_page(
        request.headers.get("sec-fetch-site"), request.headers.get("origin"), request.headers.get("host", "")
    ):
        raise Forbidden(
            "This request did not come from a page of this console, so it was refused.",
            remedy="Open the console in its own window and try again there.",
        )


def from_own_page(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Whether the browser vouches that our own page sent this."""
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    return origin is not None and urlsplit(origin).netloc.lower() == host.lower() != ""


def sign_in_address(request: Request) -> str:
    """Where to sign in, to come back to the page asked for. A form that was sent cannot be come back to."""
    if request.method != "GET":
        return SIGN_IN
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?next={quote(asked, safe='')}"


def own_address(address: str) -> str:
    """`address` if it is a page of this console, else the home page: nobody is sent elsewhere after signing in."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and (parts.path == HOME or parts.path.startswith(HOME + "/"))
    plain = address.isprintable() and "\\" not in address and not address.startswith("//")
    ways_in = parts.path in (SIGN_IN, PROVIDER) or parts.path.startswith(PROVIDER + "/")
    return address if ours and plain and not ways_in else HOME
