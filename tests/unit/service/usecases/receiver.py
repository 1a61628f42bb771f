"""A receiver of webhooks of the kind that there is: it verifies with the public library, and may fail in every way."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    path: str
    at: float

    @property
    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """As the public library reads it; it raises where it is not to be trusted."""
        found: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return found


Answer = Callable[["Handler", Heard], None]


class Handler(BaseHTTPRequestHandler):
    """What one request meets."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        heard = Heard(headers, body, self.path, time.monotonic())
        with self.receiver.lock:
            self.receiver.under_way += 1
            self.receiver.most_under_way = max(self.receiver.most_under_way, self.receiver.under_way)
            self.receiver.heard.append(heard)
        try:
            with contextlib.suppress(OSError):
                self.receiver.answer(self, heard)
        finally:
            with self.receiver.lock:
                self.receiver.under_way -= 1

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        return


@dataclass
class Receiver:
    """Listens on the loopback; change `answer` to change what it does."""

    answer: Answer
    heard: list[Heard] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    under_way: int = 0
    most_under_way: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def sequences(self) -> list[int]:
        return [heard.message["sequence"] for heard in list(self.heard)]

    def wait_for(self, count: int, seconds: float = 60.0) -> list[Heard]:
        wait_until(lambda: len(self.heard) >= count, seconds)
        return list(self.heard)


def wait_until(true: Callable[[], object], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come to pass in time"
        time.sleep(0.05)


@contextlib.contextmanager
def receiving(answer: Answer | None = None) -> Iterator[Receiver]:
    receiver = Receiver(answer or well)

    class Mine(Handler):
        pass

    Mine.receiver = receiver
    server = _Quiet(("127.0.0.1", 0), Mine)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hung up is no news."""


def well(handler: Handler, heard: Heard) -> None:
    handler.say(204)


def status(code: int, **headers: str) -> Answer:
    return lambda handler, heard: handler.say(code, b"no", **headers)


def stalls(let_go: threading.Event) -> Answer:
    """Says nothing until it is let go."""

    def answer(handler: Handler, heard: Heard) -> None:
        let_go.wait(30)
        handler.close_connection = True

    return answer


def huge(handler: Handler, heard: Heard) -> None:
    """A success, and a body that never ends."""
    handler.send_response(200)
    handler.send_header("content-length", str(10**12))
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"x" * 65_536)
    handler.close_connection = True


def drips(handler: Handler, heard: Heard) -> None:
    """A header now and then, and never the end of them."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    with contextlib.suppress(OSError):
        for number in range(600):
            handler.wfile.write(f"x-{number}: y\r\n".encode())
            handler.wfile.flush()
            time.sleep(0.05)
    handler.close_connection = True


def babbles(handler: Handler, heard: Heard) -> None:
    handler.wfile.write(b"SMTP ready\r\n\r\n")
    handler.close_connection = True


def hangs_up(handler: Handler, heard: Heard) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
