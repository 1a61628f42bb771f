"""What is noted of each request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from service.api.seen import Seen
from service.observe import request

ULID = "req_01KB3AC9K2N5Q8T1W4Y7B0D3F6"


def counted(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("signoff_requests_total", labels) or 0.0


def lines(told: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for line in told if line["event"] == "request"]


def test_every_answer_says_which_request_it_is_to(caller: TestClient) -> None:
    """Success, refusal, an unknown address: and errors repeat it in their body."""
    for address in ("/v1/decisions", "/v1/cases", "/nowhere", "/docs/static/none.css"):
        answer = caller.get(address, headers={"X-Request-Id": ULID})
        assert answer.headers["X-Request-Id"] == ULID, address
        if answer.status_code >= 400 and "json" in answer.headers["content-type"]:
            assert answer.json()["request_id"] == ULID
    made = caller.get("/v1/decisions", headers={"X-Request-Id": "Maria Lopez"}).headers["X-Request-Id"]
    assert re.fullmatch(r"req_[0-9A-Z]{26}", made)
    assert request.current() is None


def test_one_line_for_each_request(caller: TestClient) -> None:
    """By its route and the key's id; what was typed is not in it."""
    with capture_logs() as told:
        caller.get("/v1/decisions/dec_my-sister-Ana?wait=0&note=swordfish", headers={"X-Note": "swordfish"})
        caller.get("/my-sister-Ana")
        caller.request("SWORDFISH", "/v1/decisions")
    first, second, third = lines(told)
    assert (first["method"], first["route"], first["status"]) == ("GET", "/v1/decisions/{decision_id}", 404)
    assert str(first["key"]).startswith("key_")
    assert isinstance(first["ms"], float)
    assert isinstance(first["bytes"], int)
    assert (second["route"], second["status"], second["key"]) == ("none", 404, None)
    assert (third["method"], third["status"]) == ("other", 405)
    assert not re.search(r"(?i)ana|swordfish", str(told))


def test_probes_are_told_only_when_they_fail(bare_client: TestClient) -> None:
    """Machines ask every few seconds; and all are counted."""
    before = counted("GET", "/healthz", "200")
    with capture_logs() as told:
        bare_client.get("/healthz")
        bare_client.get("/docs/static/reference.css")
        assert bare_client.get("/readyz").status_code == 503  # there is no workflow yet
    assert [line["route"] for line in lines(told)] == ["/readyz"]
    assert counted("GET", "/healthz", "200") == before + 1


def test_who_goes_away_before_the_answer_is_told_too() -> None:
    """And what goes wrong beyond all handlers: there is no status then."""
    app = FastAPI()
    app.add_middleware(Seen, log=True)

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("my sister Ana")

    before = counted("GET", "/breaks", "none")
    with TestClient(app) as client, capture_logs() as told, pytest.raises(RuntimeError):
        client.get("/breaks")
    assert lines(told)[0]["status"] in (None, 500)
    assert counted("GET", "/breaks", "none") + counted("GET", "/breaks", "500") == before + 1
    assert request.current() is None


def test_lines_can_be_left_out() -> None:
    """By a setting; the answer has its id nevertheless."""
    app = FastAPI()
    app.add_middleware(Seen, log=False)
    with TestClient(app) as client, capture_logs() as told:
        assert "X-Request-Id" in client.get("/").headers
    assert not lines(told)


def test_the_figures_are_read_with_the_scope_operate(bare_client: TestClient, keys: dict[str, str]) -> None:
    """Text that Prometheus reads, with the requests just answered and how the instance stands."""
    bare_client.get("/healthz")
    answer = bare_client.get("/metrics", headers={"Authorization": f"Bearer {keys['operations']}"})
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'signoff_requests_total{method="GET",route="/healthz",status="200"}' in answer.text
    assert "signoff_ready 0.0" in answer.text
    assert "signoff_ledger_writable 1.0" in answer.text
    assert re.search(r'^process_resident_memory_bytes\{pid="\d+"\}', answer.text, re.MULTILINE)
    assert "_created" not in answer.text
    assert bare_client.get("/metrics", headers={"Authorization": f"Bearer {keys['caller']}"}).status_code == 403
