"""The street door."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.headers import SecurityHeaders
from service.api.limits import AdmissionGate, BodyLimit, Lane, lane
from service.api.problems import install_handlers
from service.errors import ServiceError

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]
EMPTY: Message = {"type": "http.request", "body": b"", "more_body": False}


def request_scope(
    path: str = "/v1/decisions", method: str = "POST", query: bytes = b"", headers: Headers = ()
) -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, "query_string": query, "headers": list(headers)}


async def ask(app: ASGIApp, scope: Scope, messages: Sequence[Message] = (EMPTY,)) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of the answer to one request."""
    waiting, sent = list(messages), list[Message]()

    async def receive() -> Message:
        if not waiting:
            await asyncio.sleep(3600)
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(b"".join(m.get("body", b"") for m in sent[1:]) or b"null")


class Slow:
    """An application whose answers wait to be let go."""

    def __init__(self, awaited: int = 0) -> None:
        self.go = asyncio.Event()
        self.full = asyncio.Event()
        self.awaited = awaited
        self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.inside += 1
        if self.inside == self.awaited:
            self.full.set()
        await self.go.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    "path, method, query, expected",
    [
        ("/v1/decisions", "POST", b"", Lane.WORK),
        ("/v1/decisions/dec_1", "GET", b"", Lane.WORK),
        ("/v1/decisions/dec_1", "GET", b"wait=20", Lane.WAITING),
        ("/v1/decisions/dec_1", "POST", b"wait=20", Lane.WORK),
        ("/v1/cases", "GET", b"wait=20", Lane.WORK),
        ("/healthz", "GET", b"", Lane.OPEN),
        ("/readyz", "GET", b"", Lane.OPEN),
        ("/metrics", "GET", b"", Lane.WORK),
    ],
)
def test_every_request_has_its_lane(path: str, method: str, query: bytes, expected: Lane) -> None:
    """Probes are always let in; only a read that waits counts as waiting."""
    assert lane(path, method, query) is expected


def test_a_full_house_turns_away_at_once_and_lets_in_again() -> None:
    """503 with Retry-After without waiting; a place that becomes free can be taken."""

    async def story() -> None:
        slow = Slow(awaited=3)
        gate = AdmissionGate(slow, most=3, most_waiting=1)
        inside = [asyncio.create_task(ask(gate, request_scope())) for _ in range(3)]
        await slow.full.wait()
        status, headers, told = await asyncio.wait_for(ask(gate, request_scope()), 10)  # a place comes free after it
        assert (status, headers["retry-after"], told["type"]) == (503, "1", "/problems/busy")
        slow.go.set()
        assert [status for status, *_ in await asyncio.gather(*inside)] == [204] * 3
        assert (await ask(gate, request_scope()))[0] == 204

    asyncio.run(story())


def test_a_full_house_refuses_within_fifty_milliseconds() -> None:
    """However long those inside take: nobody who is refused waits for them, or for a database that is stuck."""

    async def story() -> list[float]:
        slow = Slow(awaited=8)
        gate = AdmissionGate(slow, most=8, most_waiting=1)
        inside = [asyncio.create_task(ask(gate, request_scope())) for _ in range(8)]
        await slow.full.wait()
        taken = []
        for _ in range(200):
            begun = time.perf_counter()
            assert (await ask(gate, request_scope()))[0] == 503
            taken.append(time.perf_counter() - begun)
        slow.go.set()
        await asyncio.gather(*inside)
        return taken

    assert statistics.median(asyncio.run(story())) < 0.05


def test_waiting_reads_do_not_keep_decisions_out() -> None:
    """They are counted apart, and have a limit of their own."""

    async def story() -> None:
        slow = Slow(awaited=3)
        gate = AdmissionGate(slow, most=1, most_waiting=2)
        read = request_scope("/v1/decisions/dec_1", "GET", b"wait=30")
        waiting = [asyncio.create_task(ask(gate, dict(read))) for _ in range(2)]
        work = asyncio.create_task(ask(gate, request_scope()))
        await slow.full.wait()
        assert (await ask(gate, dict(read)))[0] == 503
        slow.go.set()
        assert {204} == {status for status, *_ in await asyncio.gather(*waiting, work)}

    asyncio.run(story())


def test_probes_see_a_full_house() -> None:
    """Health is answered when nothing else is."""

    async def story() -> None:
        slow = Slow()
        slow.go.set()
        gate = AdmissionGate(slow, most=0, most_waiting=0)
        assert (await ask(gate, request_scope("/healthz", "GET")))[0] == 204
        assert (await ask(gate, request_scope("/v1/cases", "GET")))[0] == 503

    asyncio.run(story())


def test_a_failing_request_gives_its_place_back() -> None:
    """Errors do not fill the house."""

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    async def story() -> None:
        gate = AdmissionGate(failing, most=1, most_waiting=1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await ask(gate, request_scope())

    asyncio.run(story())


@pytest.fixture
def echo() -> ASGIApp:
    """An application that tells the length of the body it read, behind a limit of 1,000 bytes."""
    return limited(30)


def limited(seconds: float) -> ASGIApp:
    """As `echo`; a body has so many seconds to come."""
    app = FastAPI(openapi_url=None)
    install_handlers(app)

    @app.post("/")
    @app.post("/v1/documents/import")
    async def length(request: Request) -> int:
        return len(await request.body())

    return BodyLimit(app, most=1_000, seconds=seconds)


def test_a_body_up_to_the_limit_is_read(echo: ASGIApp) -> None:
    """The limit itself is inside."""
    assert TestClient(echo).post("/", content=b"x" * 1_000).json() == 1_000


def test_a_body_announced_too_large_is_refused_unread(echo: ASGIApp) -> None:
    """The announced length is enough; not a byte is waited for, and the connection is given up."""
    sizes = [b"1001", b"9" * 30]
    for size in sizes:
        scope = request_scope("/", headers=[(b"content-length", size)])
        status, headers, told = asyncio.run(ask(echo, scope, messages=()))
        assert (status, told["type"]) == (413, "/problems/too_large")
        assert headers["connection"] == "close"
        assert "1,000 bytes" in told["detail"]


def test_a_body_in_pieces_is_refused_when_it_grows_too_large(echo: ASGIApp) -> None:
    """No announced length is needed, and what comes after the limit is not read."""
    read = 0

    def pieces() -> Iterator[Message]:
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield {"type": "http.request", "body": b"x" * 100, "more_body": True}

    async def story() -> int:
        source, sent = pieces(), list[Message]()

        async def receive() -> Message:
            return next(source)

        async def send(message: Message) -> None:
            sent.append(message)

        await echo({**request_scope("/"), "root_path": "", "app": None}, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(story()) == 413
    assert read == 11


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """A slow sender holds its place for a bounded time only."""
    first = {"type": "http.request", "body": b"{", "more_body": True}

    async def story() -> None:
        asked = ask(limited(0.2), request_scope("/"), messages=[first])
        status, headers, told = await asyncio.wait_for(asked, 30)
        assert (status, told["type"], headers["connection"]) == (408, "/problems/slow_body", "close")

    asyncio.run(story())


def test_what_takes_whole_documents_takes_more(echo: ASGIApp) -> None:
    """Up to a limit of its own, announced or not; no other address does."""
    uploads = TestClient(BodyLimit(echo.app, most=1_000, most_uploaded=5_000))  # type: ignore[attr-defined]
    assert uploads.post("/", content=b"x" * 1_001).status_code == 413
    assert uploads.post("/v1/documents/import", content=b"x" * 5_000).json() == 5_000
    assert uploads.post("/v1/documents/import", content=b"x" * 5_001).status_code == 413
    assert uploads.post("/v1/documents/import", content=iter([b"x" * 3_000] * 2)).status_code == 413


def test_a_person_is_told_by_the_page_itself(echo: ASGIApp) -> None:
    """What is too large for a page of the console reaches its route, unread, to be refused there in words."""
    seen: list[ServiceError] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await receive()
        except ServiceError as error:
            seen.append(error)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"in words"})

    told = TestClient(BodyLimit(page, most=1_000)).post("/console/documents/import", content=b"x" * 1_001)
    assert told.text == "in words"
    assert [error.code for error in seen] == ["too_large"]


def test_every_answer_carries_the_security_headers() -> None:
    """Also an error; nothing is stored by caches, and no script from elsewhere or inline may run."""

    async def story() -> None:
        gate = AdmissionGate(Slow(), most=0, most_waiting=0)
        _, headers, _ = await ask(SecurityHeaders(gate, https=False), request_scope())
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers
        _, headers, _ = await ask(SecurityHeaders(gate, https=True), request_scope())
        assert headers["strict-transport-security"].startswith("max-age=")

    asyncio.run(story())


def test_a_route_may_set_a_header_of_its_own() -> None:
    """What the response sets itself is left alone."""

    async def own(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=9")]})
        await send({"type": "http.response.body", "body": b""})

    _, headers, _ = asyncio.run(ask(SecurityHeaders(own, https=False), request_scope("/static/a.css", "GET")))
    assert headers["cache-control"] == "max-age=9"
