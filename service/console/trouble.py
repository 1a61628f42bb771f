"""What a person sees when something cannot be done: always a page or a fragment in words, never JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from service.console.guard import sign_in_address
from service.console.notices import Notice
from service.console.render import from_htmx, page
from service.errors import BadRequest, InvalidRequest, ServiceError, Unauthenticated

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ConsoleRoute(APIRoute):
    """A route whose refusals are shown to a person."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except Unauthenticated as error:
                return signed_out(request, error)
            except ServiceError as error:
                return trouble(request, error)
            except RequestValidationError as error:
                return trouble(request, _unreadable(error))
            except HTTPException as error:
                return trouble(request, _unread(error))

        return shown


def signed_out(request: Request, error: Unauthenticated) -> Response:
    """Off to the sign-in page; a page with typed text in it stays open and is told."""
    address = sign_in_address(request)
    if not from_htmx(request):
        return RedirectResponse(address, 303)
    told = Notice(
        "You are signed out",
        "Nothing was recorded. What you wrote is still here.",
        "Sign in in another window, then try again.",
        "review",
        link=address,
        link_text="Sign in",
    )
    return notices(request, told, 401)


def trouble(request: Request, error: ServiceError) -> Response:
    told = notice_of(error)
    if from_htmx(request):
        return notices(request, told, error.status)
    return page(request, "error.html", error.status, error=told, status=error.status)


def notice_of(error: ServiceError) -> Notice:
    tone = "block" if error.status >= 500 else "review"
    problems = tuple((_field_words(p.field), _sentence(p.message, p.remedy)) for p in error.problems)
    text = "" if problems else error.detail
    remedy = "" if any(p.remedy == error.remedy for p in error.problems) else error.remedy  # never said twice
    return Notice(error.title().rstrip("."), text, remedy, tone, problems)


def notices(request: Request, told: Notice, status: int) -> Response:
    """The fragment that tells it."""
    return at_notices(page(request, "_notice.html", status, notice=told))


def at_notices(response: Response) -> Response:
    """Let htmx put the fragment where notices stand, whatever the request was aimed at."""
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Reselect"] = "unset"
    return response


def _field_words(field: str) -> str:
    return field.removeprefix("attributes.").replace("_", " ").replace("reason code", "Reason code").capitalize()


def _sentence(message: str, remedy: str) -> str:
    return f"{message}: {remedy}" if remedy else message


def _unread(error: HTTPException) -> ServiceError:
    """What the framework wraps while it reads a form: our own refusal, or that it cannot read it."""
    if isinstance(error.__cause__, ServiceError):
        return error.__cause__
    return BadRequest(f"The form could not be read: {error.detail}", remedy="Go back and try again from the page.")


def _unreadable(error: RequestValidationError) -> InvalidRequest:
    fields = sorted({str(problem["loc"][-1]) for problem in error.errors()})
    return InvalidRequest(
        f"The form or address could not be read: {', '.join(fields)}.", remedy="Go back and try again from the page."
    )
