"""A real HTTP server that plays the language model's endpoint: as it should, hostile, slow or broken."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = BaseHTTPRequestHandler
#: Writes the answer to one question; gets the handler and the question.
Answer = Callable[[Handler, dict[str, Any]], None]


@dataclass
class ModelServer:
    """What it was asked, and what it will answer."""

    url: str
    answer: Answer
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


def says(text: str, **more: Any) -> Answer:
    """A well-formed answer with that text."""

    def answer(handler: Handler, _asked: dict[str, Any]) -> None:
        message = {"role": "assistant", "content": text, **more.pop("message", {})}
        choice = {"index": 0, "message": message, "finish_reason": more.pop("finish_reason", "stop")}
        send(handler, json.dumps({"choices": [choice], "usage": {"total_tokens": 321}, **more}).encode())

    return answer


def send(handler: Handler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def drips(seconds: float) -> Answer:
    """A byte now and then, so that no single read ever waits for long."""

    def answer(handler: Handler, _asked: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        until = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while time.monotonic() < until:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.02)

    return answer


@contextlib.contextmanager
def model_server(answer: Answer) -> Iterator[ModelServer]:
    class Endpoint(Handler):
        def do_POST(self) -> None:  # noqa: N802 - as the base class calls it
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append({"path": self.path, **asked})
            server.headers.append(dict(self.headers.items()))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                server.answer(self, asked)

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    http.daemon_threads = True
    server = ModelServer(f"http://127.0.0.1:{http.server_port}/v1", answer)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(5)
