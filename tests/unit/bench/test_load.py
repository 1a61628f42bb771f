"""The client counts what it is told and what went wrong, against a real server on loopback."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.load import Load, Target, run_load

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


class Answering(BaseHTTPRequestHandler):
    """Allows, refuses with 503 or holds, as the request's text says; remembers keys and texts."""

    protocol_version = "HTTP/1.1"
    seen: set[tuple[str, str]]

    def do_POST(self) -> None:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        self.seen.add((self.headers["Authorization"], text))
        answer: dict[str, object] = {"outcome": "allow", "decided_by": "classifier", "reasons": []}
        if text == "odd":
            answer = {"outcome": "review", "decided_by": None, "reasons": ["out_of_domain"]}
        self._send(503 if text == "busy" else 200, answer)

    def do_GET(self) -> None:
        self.seen.add(("GET", self.path))
        self._send(200, {})

    def _send(self, status: int, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent: thousands of requests are sent."""


@pytest.fixture
def server() -> Iterator[tuple[str, set[tuple[str, str]]]]:
    seen: set[tuple[str, str]] = set()
    handler = type("Handler", (Answering,), {"seen": seen})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}", seen
    listening.shutdown()
    listening.server_close()


def ask(tmp_path: Path, url: str, texts: list[str]) -> Load:
    requests = tmp_path / "requests.jsonl"
    requests.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return run_load(Target(url, "/v1/decisions", requests, key="secret"), clients=2, seconds=1)


def test_answers_are_counted_by_what_they_say(tmp_path: Path, server):
    """The mix of outcomes comes from the answers themselves, with who decided and the first reason."""
    url, seen = server
    load = ask(tmp_path, url, ["plain", "odd"])
    assert set(load.said) == {"allow by classifier", "review: out_of_domain"}
    assert sum(load.said.values()) >= load.requests > 0
    assert load.errors == 0
    assert 0 < load.p50_ms <= load.p99_ms <= load.max_ms
    assert seen == {("Bearer secret", "plain"), ("Bearer secret", "odd")}


def test_refusals_are_errors(tmp_path: Path, server):
    """An answer above 399 counts as an error, so that shedding load cannot look like speed."""
    load = ask(tmp_path, server[0], ["busy"])
    assert load.errors >= load.requests > 0


def test_a_peer_is_asked_by_get(tmp_path: Path, server):
    """With GET each line goes into the address."""
    url, seen = server
    requests = tmp_path / "requests"
    requests.write_text("card%20lost&limit=5\n", encoding="utf-8")
    run_load(Target(url, "/search?query=", requests, method="GET"), clients=1, seconds=1)
    assert seen == {("GET", "/search?query=card%20lost&limit=5")}
