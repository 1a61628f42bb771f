"""The street door: too many, too big or too slow is turned away at once, with a reason."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import SlowBody, problem_response
from service.api.validation import shown
from service.errors import Busy, ServiceError, TooLarge

BODY_SECONDS = 10.0  #: a body has to be here by then
UPLOAD_SECONDS = 300.0  #: and files by then: 1 Mbit/s is enough for the 32 MiB that are the default
PAGES = "/console/"  #: addresses that people see
#: Addresses that take whole documents.
UPLOADS = frozenset({"/v1/documents/import", "/console/documents/import", "/console/documents/new"})


class Lane(Enum):
    """What a request costs while it is here."""

    OPEN = auto()  #: answered at once and never refused: probes have to see a full house
    WAITING = auto()  #: holds no thread while it waits for a person
    WORK = auto()


def lane(path: str, method: str, query: bytes) -> Lane:
    if path in ("/healthz", "/readyz"):
        return Lane.OPEN
    waits = path.startswith("/v1/decisions/") or path == "/v1/events"
    if method == "GET" and waits and parse_qs(query.decode("latin-1")).get("wait"):
        return Lane.WAITING
    return Lane.WORK


class AdmissionGate:
    """Lets in so many requests at once and answers 503 to the rest without waiting.

    Waiting reads are counted apart: they cost little, and must not keep decisions out.
    """

    def __init__(self, app: ASGIApp, *, most: int, most_waiting: int) -> None:
        self.app = app
        self._most = {Lane.WORK: most, Lane.WAITING: most_waiting}
        self._inside = {Lane.WORK: 0, Lane.WAITING: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        chosen = lane(scope["path"], scope["method"], scope["query_string"])
        if chosen is Lane.OPEN:
            await self.app(scope, receive, send)
        elif self._inside[chosen] >= self._most[chosen]:
            await _turn_away(Busy(f"{self._most[chosen]} requests are under way already"), scope, receive, send)
        else:
            self._inside[chosen] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._inside[chosen] -= 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may come, and how long it may take."""

    most: int  #: bytes
    seconds: float = BODY_SECONDS
    remedy: str = ""

    def too_large(self) -> TooLarge:
        # The rest of the body is not read, so the connection cannot be used again.
        detail = f"the body is larger than {self.most:,} bytes"
        return TooLarge(detail, remedy=self.remedy, headers={"Connection": "close"})


class BodyLimit:
    """Refuses a body that is larger or later than allowed, as soon as either is known.

    What an address takes that is meant for files has an allowance of its own.
    """

    def __init__(
        self, app: ASGIApp, *, most: int, seconds: float = BODY_SECONDS, most_uploaded: int | None = None
    ) -> None:
        self.app = app
        self._plain = Allowance(most, seconds)
        self._upload = Allowance(
            most_uploaded or most, max(seconds, UPLOAD_SECONDS), "send fewer or smaller files at once"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed = self._upload if scope["path"] in UPLOADS else self._plain
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > allowed.most):
            await self._refuse(allowed.too_large(), scope, receive, send)
            return
        await self.app(scope, _Metered(receive, allowed), send)

    async def _refuse(self, error: TooLarge, scope: Scope, receive: Receive, send: Send) -> None:
        """At once; but people are told by a page, so there it is for the page's own route to say."""
        if not scope["path"].startswith(PAGES):
            await _turn_away(error, scope, receive, send)
            return

        async def nothing() -> Message:
            raise error

        await self.app(scope, nothing, send)


class _Metered:
    """`receive` with a count of bytes and a clock, until the body is complete."""

    def __init__(self, receive: Receive, allowed: Allowance) -> None:
        self._receive = receive
        self._allowed = allowed
        self._left = allowed.most
        self._until: float | None = None
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._allowed.seconds
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            late = f"the body was not complete after {self._allowed.seconds:g} seconds"
            raise SlowBody(late, headers={"Connection": "close"}) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self._allowed.too_large()
        self._complete = not message.get("more_body", False)
        return message


async def _turn_away(error: ServiceError, scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(error, shown(scope["path"]))(scope, receive, send)
