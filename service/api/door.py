"""The route class of the public API: first who you are, then what you sent, then the handler."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.api.auth import needs_of
from service.api.problems import SlowBody, UnsupportedMediaType
from service.api.reading import check_media_type, read_json
from service.errors import BadRequest, Busy, Forbidden, InvalidRequest, ServiceError, TooLarge, Unauthenticated

EXAMPLE = "x-example"

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

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        needs = needs_of(self.dependant)
        reads_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            for need in needs:
                await need(request)
            if not reads_body:
                return await inner(request)
            check_media_type(request.headers.get("content-type"), request.headers.get("content-encoding"))
            body = await request.body()
            return await inner(_Read(request, body, read_json(body)))

        return handle

    def _common(self) -> list[type[ServiceError]]:
        """What any route of this shape may answer, whatever its handler does."""
        kinds: list[type[ServiceError]] = [ServiceError, Busy]
        if needs_of(self.dependant):
            kinds += [Unauthenticated, Forbidden]
        if self.body_field is not None:
            kinds += [BadRequest, SlowBody, TooLarge, UnsupportedMediaType]
        parts = self.dependant
        if self.body_field is not None or parts.path_params or parts.query_params or parts.header_params:
            kinds.append(InvalidRequest)
        return kinds


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


def router(tag: str, prefix: str = "") -> APIRouter:
    """A router of such routes; an operation is called by its handler's name."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=Door, generate_unique_id_function=lambda route: str(route.name)
    )
