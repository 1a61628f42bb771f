"""The cookies of the console: the session, the lease token of a case its holder has open, the mark of a browser that
somebody signed in with, and what a browser keeps while it is away at the provider.

None can be read by a script. The session and what is kept for the provider are `lax`, not `strict`: a link to a case in
a message opens it, and the way back from the provider begins elsewhere. That costs nothing, because no address that is
only looked at changes anything, and whatever changes something has to come from our own pages (see `guard`). A lease
cookie is sent to its own case's pages only, so the token never stands in an address, a page or a log.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import Request, Response

from service.settings import Settings

_CASES = "/console/cases/"
_CONSOLE = "/console"
_PROVIDER = "/console/provider"
_DEVICE_DAYS = 180
_AWAY_SECONDS = 600


def session_name(settings: Settings) -> str:
    """With HTTPS the `__Host-` prefix makes the browser insist on Secure, this host alone and the whole site."""
    return "__Host-signoff" if settings.secure_cookies else "signoff"


def session_token(request: Request, settings: Settings) -> str | None:
    return request.cookies.get(session_name(settings))


def keep_session(response: Response, settings: Settings, token: str) -> None:
    response.set_cookie(
        session_name(settings),
        token,
        max_age=int(settings.session_hours * 3600),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def drop_session(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        session_name(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="lax"
    )


def lease_name(settings: Settings) -> str:
    return "__Secure-signoff-lease" if settings.secure_cookies else "signoff-lease"


def lease_token(request: Request, settings: Settings) -> str | None:
    return request.cookies.get(lease_name(settings))


def keep_lease(response: Response, settings: Settings, case_id: str, token: str) -> None:
    """Kept longer than the lease, so that a page whose lease ran out is told who holds the case now."""
    response.set_cookie(
        lease_name(settings),
        token,
        max_age=int(settings.session_hours * 3600),
        path=_CASES + case_id,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def drop_lease(response: Response, settings: Settings, case_id: str) -> None:
    response.delete_cookie(
        lease_name(settings),
        path=_CASES + case_id,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def device(request: Request, settings: Settings) -> str:
    return request.cookies.get(_named("device", settings), "")


def keep_device(response: Response, settings: Settings, mark: str) -> None:
    """So that strangers who guess at somebody's password do not hold up that person's own browser."""
    response.set_cookie(
        _named("device", settings),
        mark,
        max_age=_DEVICE_DAYS * 86_400,
        path=_CONSOLE,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def away(request: Request, settings: Settings) -> tuple[str, str]:
    """(secret, where to go on afterwards) of a browser that comes back from the provider; empty when it never left."""
    secret, _, then = request.cookies.get(_named("away", settings), "").partition(".")
    return secret, unquote(then)


def keep_away(response: Response, settings: Settings, secret: str, then: str) -> None:
    response.set_cookie(
        _named("away", settings),
        f"{secret}.{quote(then, safe='')}",
        max_age=_AWAY_SECONDS,
        path=_PROVIDER,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def drop_away(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        _named("away", settings), path=_PROVIDER, secure=settings.secure_cookies, httponly=True, samesite="lax"
    )


def _named(what: str, settings: Settings) -> str:
    return f"__Secure-signoff-{what}" if settings.secure_cookies else f"signoff-{what}"
