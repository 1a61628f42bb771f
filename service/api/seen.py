"""What is noted of each request: an id, a span, how long it took, and one line of the log.

None of it holds what somebody sent: not the address as it was typed, nor what is behind its question mark, nor a
header. The route is named as it is written in the code, whoever asked by the id of their key or account.
"""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.observe import request
from service.observe.metrics import REQUEST_SECONDS, REQUESTS
from service.observe.tracing import Traced

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STATIC: Final = "static"
_NOWHERE: Final = "none"  # turned away at the door, or there is nothing at that address
#: Asked every few seconds by machines: told only when they go wrong.
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics", _STATIC})
_FAILED: Final = 500

_log = structlog.get_logger("signoff")


class Seen:
    """The outermost of all: what others refuse is noted too, and every answer carries `X-Request-Id`."""

    def __init__(self, app: ASGIApp, *, log: bool) -> None:
        self.app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        named = request.id_for(Headers(scope=scope).get(request.HEADER))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status: int | None = None
        sent = 0

        async def answer(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[request.HEADER] = named
            else:
                sent += len(message.get("body", b""))
            await send(message)

        token, traced = request.begin(named), Traced(method, named, scope["headers"])
        try:
            await self.app(scope, receive, answer)
        finally:
            route, seconds = _route(scope), time.perf_counter() - begun
            REQUESTS.labels(method, route, status or _NOWHERE).inc()
            REQUEST_SECONDS.labels(route).observe(seconds)
            if self._log and (route not in _PROBES or status is None or status >= _FAILED):
                told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1_000, 1)}
                _log.info("request", **told, bytes=sent, key=_key(scope))
            traced.end(route, status)
            request.end(token)


def _route(scope: Scope) -> str:
    """As the code writes it, with names for what varies."""
    if "/static/" in scope["path"] and scope.get("root_path"):
        return _STATIC
    return str(getattr(scope.get("route"), "path", None) or _NOWHERE)


def _key(scope: Scope) -> str | None:
    """The id of the key or account behind it; None where nobody has shown who they are."""
    state: dict[str, Any] = scope.get("state", {})
    who = state.get("key_holder") or state.get("principal")
    return None if who is None else str(who.key_id)
