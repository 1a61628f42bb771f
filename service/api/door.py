"""The route class of the public API: first who you are, then what you sent, then the handler."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from service.api.auth import needs_of
from service.api.confined import WITHIN, Within, confine_address, confine_body, within
from service.api.problems import SlowBody, UnsupportedMediaType
from service.api.reading import check_media_type, read_json
from service.domain.access import Principal
from service.errors import (
    BadRequest,
    Busy,
    FieldProblem,
    Forbidden,
    InvalidRequest,
    NotFound,
    ServiceError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    did_you_mean,
)
from service.usecases.house import House

EXAMPLE = "x-example"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SAYS_NOTHING = ("0", "2")  # bytes of a body that is not there, or is {}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Door(APIRoute):
    """Checks key and scope before a byte of the body is read, and reads the body strictly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs = needs_of(self.dependant)
        declared = self.openapi_extra or {}
        codes = [kind.code for kind in self._common()] + declared.get("x-problems", [])
        self.openapi_extra = {
            **declared,
            **({"security": [{"key": []}]} if needs else {}),
            "x-scopes": sorted({scope.value for need in needs for scope in need.scopes}),
            "x-problems": list(dict.fromkeys(codes)),
        }

    @property
    def reads_body(self) -> bool:
        return self.body_field is not None

    async def read(self, request: Request) -> Request:
        """The request with its body read: plain JSON."""
        check_media_type(request.headers.get("content-type"), request.headers.get("content-encoding"))
        body = await request.body()
        return _Read(request, body, read_json(body))

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        needs = needs_of(self.dependant)
        parameters = frozenset(_parameters(self.dependant))

        async def handle(request: Request) -> Response:
            for need in needs:
                await need(request)
            if request.method not in _SAFE:
                _refuse_unheard(request, parameters, self.reads_body)
            how = within(self.named(request.method), request.state.key_holder) if needs else None
            if how is not None:
                return await inner(await self._confined(request, how))
            return await inner(await self.read(request) if self.reads_body else request)

        return handle

    def named(self, method: str) -> str:
        """As tables of routes call it."""
        return f"{method} {self.path}"

    async def _confined(self, request: Request, how: Within) -> Request:
        """The request of a key that is limited to workflows, when all that it names is there for it."""
        house: House = request.app.state.house
        who: Principal = request.state.key_holder
        asked = await run_in_threadpool(confine_address, house, who, how, request)
        if not self.reads_body:
            return asked
        read = await self.read(asked)
        await run_in_threadpool(confine_body, house, who, how, await read.json())
        return read

    def _common(self) -> list[type[ServiceError]]:
        """What any route of this shape may answer, whatever its handler does."""
        kinds: list[type[ServiceError]] = [ServiceError, Busy]
        if needs_of(self.dependant):
            kinds += [Unauthenticated, Forbidden, TooManyRequests]
        if any(self.named(method) in WITHIN for method in self.methods or ()):
            kinds += [NotFound, InvalidRequest]
        if self.reads_body:
            kinds += [BadRequest, SlowBody, TooLarge, UnsupportedMediaType]
        parts = self.dependant
        changes = not _SAFE.issuperset(self.methods or ())
        if changes or parts.path_params or parts.query_params or parts.header_params:
            kinds.append(InvalidRequest)
        return kinds


def _parameters(dependant: Dependant) -> Iterator[str]:
    """What the address may carry behind its question mark."""
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _refuse_unheard(request: Request, parameters: Collection[str], reads_body: bool) -> None:
    """InvalidRequest when more was said than is listened to: `?dryrun=true`, or `dry_run` in a body nobody reads,
    would else do in earnest what was only to be tried."""
    problems = [
        FieldProblem(name, "is not a parameter of this address", did_you_mean(name, parameters, "parameters"))
        for name in request.query_params
        if name not in parameters
    ]
    length = request.headers.get("content-length", "0")
    if not reads_body and (length not in _SAYS_NOTHING or "transfer-encoding" in request.headers):
        named = ", ".join(f"?{name}=" for name in sorted(parameters))
        remedy = f"send none; what there is to say stands in the address: {named}" if named else "send none"
        problems.append(FieldProblem("body", "is not read here", remedy))
    if problems:
        raise InvalidRequest("; ".join(f"{one.field}: {one.message}" for one in problems), problems=tuple(problems))


class _Read(Request):
    """A request whose body was read already."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body = body
        self._value = value

    async def json(self) -> Any:
        return self._value


def may_answer(*kinds: type[ServiceError]) -> dict[str, Any]:
    """For a route's `openapi_extra`: the problems its handler answers with, besides those of every route."""
    return {"x-problems": [kind.code for kind in kinds]}


def shows(model: type[BaseModel], example: Any, description: str) -> dict[str, Any]:
    """For a route's `responses`: what comes back when all went well.

    The example travels as text, because the framework takes every null out of its document.
    """
    content = {"application/json": {EXAMPLE: json.dumps(example)}}
    return {"model": model, "description": description, "content": content}


def router(tag: str, prefix: str = "", door: type[Door] = Door) -> APIRouter:
    """A router of such routes; an operation is called by its handler's name."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=door, generate_unique_id_function=lambda route: str(route.name)
    )
