"""Errors as `application/problem+json` (RFC 9457): what is wrong, with which field, and what to do about it.

Every kind of problem has a page of its own at `/problems/<code>`; the `type` of a problem is that address.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.validation import field_problems, shown
from service.errors import (
    BadRequest,
    BlindCheck,
    BulkChanged,
    Busy,
    Conflict,
    Erased,
    FieldProblem,
    Forbidden,
    InvalidRequest,
    KeyReused,
    KeysUnavailable,
    LeaseLost,
    LedgerBroken,
    LedgerUnavailable,
    LegalHold,
    LosesAutomation,
    NotFound,
    NotPromotable,
    ProposalClosed,
    ProposalStale,
    ReleaseOpening,
    ReplayRunning,
    RulesBroken,
    RulesPinned,
    SamePerson,
    ServiceError,
    TooLarge,
    TooManyRequests,
    TooManyTries,
    Unauthenticated,
)
from service.ids import new_id
from service.observe import request as requests
from service.observe.plain import without_secrets

MEDIA_TYPE = "application/problem+json"
PATH = "/problems/"

_log = structlog.get_logger(__name__)


class MethodNotAllowed(ServiceError):
    """This address does not take that method."""

    status, code = 405, "method_not_allowed"


class SlowBody(ServiceError):
    """The body of the request took too long to arrive."""

    status, code = 408, "slow_body"


class UnsupportedMediaType(ServiceError):
    """The body is not of the media type that this address takes."""

    status, code = 415, "unsupported_media_type"


#: Every kind of problem this API answers with, and what helps against it in general.
KINDS: Mapping[type[ServiceError], str] = {
    BadRequest: "Send one JSON object in UTF-8: every key once, no NaN, no deep nesting.",
    Unauthenticated: "Send `Authorization: Bearer sgn_…` with a key that is neither revoked nor expired.",
    Forbidden: "Ask operations for a key with the role that carries the scope named.",
    NotFound: "Check the address and the id; lists show what you may see.",
    MethodNotAllowed: "Use one of the methods in the `Allow` header.",
    SlowBody: "Send the body in one go, or over a faster connection.",
    Conflict: "Read the thing again and decide anew.",
    Erased: "Nothing brings it back; what is left of it stands in the problem.",
    LegalHold: "Wait until the hold is released, or have it released by whoever placed it.",
    LeaseLost: "Claim the case again; if somebody else holds it, claim another.",
    BlindCheck: "Decide its case first; then everything is shown.",
    BulkChanged: "Preview again with `dry_run`, and send the digest that it gives.",
    RulesPinned: "Reload with `unpin`, or unpin the workflow first; the rules that were rolled back to stay till then.",
    SamePerson: "Ask a colleague with the same scope to approve it, with a key of their own.",
    ProposalStale: "Compare the files with what is in force now and propose anew by reloading.",
    ProposalClosed: "Read the proposal to see who decided what; propose anew by reloading.",
    ReplayRunning: "Wait until it has ended, or ask for fewer decisions with `since` and `limit`.",
    LosesAutomation: "Look at what changed, or say `accept_no_automation`: people decide everything from then on.",
    NotPromotable: "Bring what `errors` names, or say of each that may be waived that you mean it.",
    TooManyTries: "Wait as long as `Retry-After` says before the next guess.",
    TooManyRequests: "Wait as long as `Retry-After` says; `RateLimit` says with each answer how many may still come.",
    TooLarge: "Send less: long documents belong into a collection, not into a request.",
    UnsupportedMediaType: "Send `Content-Type: application/json`, files as `multipart/form-data`, uncompressed.",
    InvalidRequest: "Correct the fields named in `errors` and send the request again.",
    KeyReused: "Use a new Idempotency-Key for a new request; repeat the old request unchanged to get its answer.",
    RulesBroken: "Correct the files at the places named; the rules in force have not changed.",
    ServiceError: "Try again; if it stays, give operations the number in `instance`.",
    Busy: "Wait as long as `Retry-After` says and send the same request again.",
    ReleaseOpening: "Wait as long as `Retry-After` says and send the same request again.",
    KeysUnavailable: "Have operations put the key store back; nothing was lost as long as it is found.",
    LedgerBroken: "Find the first bad record with `GET /v1/audit/verify`, and restore the database from a backup.",
    LedgerUnavailable: "Nothing was recorded. Send the same request with the same Idempotency-Key again.",
}
BY_CODE: Mapping[str, type[ServiceError]] = {kind.code: kind for kind in KINDS}

_BY_STATUS: Mapping[int, type[ServiceError]] = {
    kind.status: kind for kind in (BadRequest, NotFound, MethodNotAllowed, TooLarge, UnsupportedMediaType)
}


def problem(error: ServiceError, instance: str) -> dict[str, Any]:
    """The members of RFC 9457, our `remedy` and `errors`, and what this kind of problem adds of its own."""
    known = error.code in BY_CODE
    members = {
        "type": PATH + error.code if known else "about:blank",
        "title": error.title(),
        "status": error.status,
        "detail": without_secrets(error.detail),
        "remedy": error.remedy or KINDS.get(BY_CODE.get(error.code, ServiceError), ""),
        "instance": without_secrets(instance),
        "request_id": requests.current(),
        "errors": error.extra.get("errors", [_field(found) for found in error.problems]),
    }
    return {**members, **error.extra, **members}  # in this order, and none of ours replaced


def problem_response(error: ServiceError, instance: str) -> Response:
    headers = dict(error.headers)
    if error.status == Busy.status:
        headers.setdefault("Retry-After", "1")
    if error.status == Unauthenticated.status:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="signoff"')
    return _write(problem(error, instance), headers)


def unexpected_response(path: str) -> Response:
    """The answer to an error nobody foresaw: a number to find it in the log by, and nothing of its content."""
    number = new_id("err")
    _log.exception("request failed", error=number)
    return problem_response(ServiceError(f"something went wrong on our side, noted as {number}"), f"{path}#{number}")


class Unexpected:
    """Answers what no handler foresaw, inside the middleware that adds headers and counts requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if begun:
                raise  # half an answer is out: the server has to cut the connection
            await unexpected_response(shown(scope["path"]))(scope, receive, send)


def install_handlers(app: FastAPI) -> None:
    """Answer every error of this application as a problem."""
    app.add_exception_handler(ServiceError, _on_service_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    if error.status >= ServiceError.status:
        _log.error("request refused", code=error.code, detail=error.detail, cause=repr(type(error.__cause__)))
    return problem_response(error, _instance(request))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = field_problems(error.errors())
    detail = "; ".join(f"{found.field}: {found.message}" for found in problems)
    return problem_response(InvalidRequest(detail, problems=problems), _instance(request))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    cause = error.__cause__
    if isinstance(cause, ServiceError):  # raised while a form was read, and wrapped by the framework
        return problem_response(cause, _instance(request))
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        return _plain_response(error, _instance(request))
    found = kind(_http_detail(kind, request), headers=error.headers)
    if kind is MethodNotAllowed:
        found.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return problem_response(found, _instance(request))


def _plain_response(error: HTTPException, instance: str) -> Response:
    """A status that is none of our kinds: its title is the status itself, as RFC 9457 has it."""
    title = HTTPStatus(error.status_code).phrase
    body = {"type": "about:blank", "title": title, "status": error.status_code, "detail": str(error.detail)}
    where: dict[str, Any] = {
        "remedy": "",
        "instance": without_secrets(instance),
        "request_id": requests.current(),
        "errors": [],
    }
    return _write({**body, **where}, dict(error.headers or {}))


def _http_detail(kind: type[ServiceError], request: Request) -> str:
    if kind is NotFound:
        return f"there is nothing at {_instance(request)}"
    if kind is MethodNotAllowed:
        return f"{_instance(request)} does not take {shown(request.method)}"
    return ""


def _methods(request: Request) -> Iterable[str]:
    """All methods that any route at this address takes; the framework names those of the first route only."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            found |= context.methods or set()
    return found


def _instance(request: Request) -> str:
    return shown(request.scope["path"])


def _write(body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """ASCII, so that nothing a caller sent can break the encoding of the answer."""
    return Response(json.dumps(body, default=str).encode(), body["status"], dict(headers), MEDIA_TYPE)


def _field(found: FieldProblem) -> dict[str, str]:
    said = {"field": found.field, "message": found.message, "remedy": found.remedy}
    return {name: without_secrets(text) for name, text in said.items()}
