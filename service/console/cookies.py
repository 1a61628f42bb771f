"""The two cookies of the console: the session, and the lease token of a case its holder has open.

Neither can be read by a script. A lease cookie is sent to its own case's pages only, so the token never stands in
an address, a page or a log.
"""

from __future__ import annotations

from fastapi import Request, Response

from service.settings import Settings

_CASES = "/console/cases/"


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
