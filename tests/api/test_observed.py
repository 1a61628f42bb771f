"""A running instance as those see it who look after it: readiness, the runbook, and what is never to be seen."""

from __future__ import annotations

import gc
import json
import re
import resource
import shlex
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from service.cli import app
from tests import house as instance
from tests.house import ROOT, LiveServer

WORKFLOW = "retail-banking"
RED_S, GREEN_S = 5.0, 10.0
WRITER_KEY, OIDC_SECRET = "wk-canary-4b1d9e", "oidc-canary-77aa01"
WORDS = "canaryword"  # in every text that somebody wrote
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Collector:
    """What takes traces, and keeps every byte of them."""

    def __init__(self) -> None:
        self.got = b""
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                mine.got += self.path.encode() + self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing: it is asked what it got."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def server(starter: Path, tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[LiveServer]:
    """One that sends traces, and has a language model that is away."""
    folder = tmp_path_factory.mktemp("observed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        home = instance.copy_of(starter, folder / "home")
        with instance.serving(
            home,
            folder,
            otlp_url=collector.url,
            oidc_secret=OIDC_SECRET,
            webhook_networks="127.0.0.1/32",
            writer_url="http://127.0.0.1:9/v1",
            writer_model="none",
            writer_key=WRITER_KEY,
        ) as live:
            yield live


def until(condition: Callable[[], bool], seconds: float) -> float:
    """Seconds until it came about."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"did not come about in {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun


def ready(server: LiveServer) -> tuple[bool, dict[str, str]]:
    answer = httpx.get(server.url + "/readyz", timeout=10)
    assert answer.status_code == (200 if answer.json()["ready"] else 503)
    return answer.json()["ready"], answer.json()["checks"]


def decide(server: LiveServer, **sent: Any) -> httpx.Response:
    body = {"workflow": WORKFLOW, "text": f"Where is my {WORDS} card?"} | sent
    headers = {"Authorization": f"Bearer {server.caller_key}"}
    return httpx.post(server.url + "/v1/decisions", json=body, headers=headers, timeout=30)


@contextmanager
def locked(server: LiveServer) -> Iterator[None]:
    """Another program writes to the file and does not end."""
    other = sqlite3.connect(server.home / "signoff.db", isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def full(server: LiveServer) -> Iterator[None]:
    """No file can be written to any more, as on a disk that is full; its log cannot either."""
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, hard))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("broken,says", [(locked, "waiting|TimeoutError"), (full, "SQLITE_(IOERR|FULL)")])
def test_red_within_five_seconds_and_green_again_by_itself(server: LiveServer, broken: Any, says: str) -> None:
    """A database that takes no records shows without a single request, refuses decisions, and comes back."""
    if "SIGNOFF_DATABASE_URL" in server.environment:
        pytest.skip("of PostgreSQL: tests/crash/test_database_away.py")
    until(lambda: ready(server)[0], GREEN_S)
    with broken(server):
        red = until(lambda: not ready(server)[0], RED_S)
        checks = ready(server)[1]
        assert re.search(says, checks["ledger"]), checks
        assert checks["database"] == "ok"
        refused = decide(server)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/ledger_unavailable")
        assert refused.headers["Retry-After"]
        assert not ready(server)[0]
    green = until(lambda: ready(server)[0], GREEN_S)
    assert decide(server).status_code in (200, 202)
    print(f"red after {red:.1f} s, green after {green:.1f} s")  # noqa: T201


def test_the_runbooks_commands_run(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of `sh` as it stands, on an instance where all is well; each says something."""
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = list(dict.fromkeys(line for block in blocks for line in block.splitlines()))
    assert [line.partition("=")[0] for line in lines[:2]] == ["URL", "KEY"]
    for name, value in instance.where(server.home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("URL", server.url)
    monkeypatch.setenv("KEY", server.keys.operations)
    assert len(lines) > 15
    for line in lines[2:]:
        if line.startswith("signoff "):
            ran = CliRunner().invoke(app, shlex.split(line)[1:])
            gc.enable()  # verifying switches it off, for the process that a command usually is
            assert ran.exit_code == 0, (line, ran.output, ran.exception)
        else:
            done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
            assert (done.returncode, bool(done.stdout)) == (0, True), (line, done.stderr)


class Askers:
    """Sends marks everywhere, and keeps what came back as an error."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.refused: list[bytes] = []
        self.asked = 0

    def __call__(self, method: str, address: str, *, key: str = "", shown: bool = True, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.server.keys.operations}"} | more.pop("headers", {})
        answer = httpx.request(method, self.server.url + address, headers=headers, timeout=30, **more)
        self.asked += 1
        assert answer.status_code < 500 or answer.status_code == 503, (address, answer.text)
        if answer.status_code >= 400 and shown:
            self.refused.append(answer.content)
        return answer


def test_no_secret_and_no_word_of_a_request_is_ever_seen(server: LiveServer, collector: Collector) -> None:
    """Keys, cookies, secrets, texts, subjects and attributes go in by every way there is, bad ones too, while parts
    fail; log, figures, traces and error bodies hold none of them."""
    ask = Askers(server)
    bogus = "sgn_" + "canarykey" * 5
    secrets = {"a key": bogus, "the writer's key": WRITER_KEY, "the provider's secret": OIDC_SECRET}
    secrets |= {f"the key of {role}": getattr(server.keys, role) for role in ("caller", "operations", "reviewer")}
    secrets["the instance's secret"] = (server.home / "secret.key").read_text().strip()
    secrets["a session"] = _session(server)
    hook = ask("POST", "/v1/webhooks", json={"name": "gone", "url": "https://127.0.0.1:9/" + WORDS}).json()
    secrets["a webhook's secret"] = hook["secret"]
    _ask_well(ask, bogus)
    _ask_badly(ask, secrets)
    _ask_while_it_fails(ask)
    figures = ask("GET", "/metrics").text
    until(lambda: TRACE.encode() in server.log.read_bytes() and bytes.fromhex(TRACE) in collector.got, 20)
    log = server.log.read_text()
    seen = {
        "log": log,
        "figures": figures,
        "traces": collector.got.decode("latin-1"),
        "error bodies": b"\n".join(ask.refused).decode("latin-1"),
    }
    marks = secrets | {"a word of a request": WORDS}
    found = [
        (place, what, content[max(0, at - 200) : at + 100])
        for place, content in seen.items()
        for what, mark in marks.items()
        if (at := content.lower().find(mark.lower())) >= 0
    ]
    assert not found, found
    assert all(seen.values()), "there is something to look through"
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) >= ask.asked
    assert all(line["request_id"] for line in requests)
    assert log.count("\n") <= len(lines) + 1, "a line of the log is none of ours"
    told = f"{ask.asked} requests, {len(ask.refused)} refused, {len(log)} bytes of log, {len(collector.got)} of traces"
    print(told)  # noqa: T201


def _session(server: LiveServer) -> str:
    """The token of a session at the console, used once."""
    with httpx.Client(base_url=server.url, timeout=30) as browser:
        own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
        browser.post("/console/sign-in", data={"key": server.keys.operations}, headers=own)
        assert browser.get(f"/console/search?q={WORDS}").status_code in (200, 303, 404)
        (token,) = browser.cookies.values()
        browser.get(f"/console/cases/{WORDS}?note={WORDS}")
        browser.post(f"/console/cases/{WORDS}/claim", data={"note": WORDS}, headers={"Origin": "https://evil.example"})
    return token


def _ask_well(ask: Askers, bogus: str) -> None:
    for text in (f"I was charged twice for the {WORDS}, please refund me.", f"My {WORDS} wants a gun." * 3):
        body = {"workflow": WORKFLOW, "text": text, "subject": f"{WORDS}-person", "attributes": {"channel": "app"}}
        trace = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "tracestate": f"x={WORDS}", "baggage": f"x={WORDS}"}
        made = ask("POST", "/v1/decisions", json=body, headers={"Idempotency-Key": WORDS + text[:1], **trace}).json()
        ask("POST", "/v1/decisions", json=body | {"text": text + "!"}, headers={"Idempotency-Key": WORDS + text[:1]})
        ask("GET", f"/v1/decisions/{made['id']}?note={WORDS}", headers={"User-Agent": WORDS, "Referer": WORDS})
    ask("POST", "/v1/search", json={"workflow": WORKFLOW, "text": WORDS})
    ask("POST", "/v1/rules/explain", json={"workflow": WORKFLOW, "text": WORDS})
    ask("GET", "/v1/decisions", key=bogus, headers={"X-Request-Id": bogus, "Cookie": f"signoff={WORDS}"})


def _ask_badly(ask: Askers, secrets: dict[str, str]) -> None:
    body = {"workflow": WORKFLOW, "text": WORDS, "attributes": {"channel": WORDS, "amount": WORDS}}
    ask("POST", "/v1/decisions", json=body)
    ask("POST", "/v1/decisions", json=body | {"subject": 7 * [WORDS], "text": [WORDS]})
    ask("POST", "/v1/decisions", json=body | {"text": WORDS * 5_000})
    ask("POST", "/v1/decisions", content=b'{"text": "' + WORDS.encode() + b"\xff")
    ask("POST", "/v1/decisions", content=json.dumps(body).replace("}", f', "text": "{WORDS}"}}').encode())
    ask("POST", "/v1/decisions", content=WORDS.encode() * 40_000, headers={"Content-Type": "text/" + WORDS})
    ask("POST", "/v1/documents/import", files={"files": ("a.md", f"---\ntitle: [{WORDS}\n---\n{WORDS}".encode())})
    ask("POST", f"/v1/cases/case_{WORDS}/decide", json={"note": WORDS}, shown=False)
    ask("GET", f"/{WORDS}/%0d%0a{WORDS}", shown=False)
    ask("GET", f"/v1/events?after={WORDS}")
    ask("GET", f"/v1/events?type={WORDS}", shown=False)  # a name that there is not is said to whoever sent it
    for secret in secrets.values():
        wild = {"X-Request-Id": secret, "Idempotency-Key": secret, "X-Api-Key": secret, "traceparent": secret}
        ours = secret.startswith(("sgn_", "whsec_"))  # whoever sends another one as a name hears it as a name
        ask("POST", "/v1/decisions", key=secret, json={"workflow": secret, "text": WORDS}, headers=wild, shown=ours)
        ask("GET", f"/v1/decisions/{secret}?key={secret}", key="sgn_wrong", shown=ours)


def _ask_while_it_fails(ask: Askers) -> None:
    if "SIGNOFF_DATABASE_URL" in ask.server.environment:
        return
    with locked(ask.server):
        body = {"workflow": WORKFLOW, "text": f"My {WORDS} card", "subject": WORDS}
        assert ask("POST", "/v1/decisions", json=body, headers={"Idempotency-Key": WORDS}).status_code == 503
    until(lambda: ready(ask.server)[0], GREEN_S)
