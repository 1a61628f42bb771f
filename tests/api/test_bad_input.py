"""Bad input against a real server: refused politely, with the field and the reason, and nothing half-written."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.house import LiveServer

WORKFLOW = "retail-banking"
GOOD: dict[str, Any] = {"workflow": WORKFLOW, "text": "I was charged twice for the same card payment."}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(shared_server: LiveServer) -> Iterator[httpx.Client]:
    """A caller, and after the test the certainty that nothing was recorded."""
    headers = {"Authorization": f"Bearer {shared_server.caller_key}"}
    with httpx.Client(base_url=shared_server.url, headers=headers, timeout=30) as opened:
        before = recorded(shared_server)
        yield opened
        assert recorded(shared_server) == before, "nothing half-written"


def recorded(server: LiveServer) -> tuple[int, int, int]:
    """How many ledger records, decisions and cases there are; the chain holds."""
    with httpx.Client(base_url=server.url, timeout=30) as anyone:
        verified = anyone.get("/v1/audit/verify", headers=bearer(server.keys.auditor)).json()
        decisions = anyone.get("/v1/decisions", params={"limit": 200}, headers=bearer(server.operations_key)).json()
        cases = anyone.get("/v1/cases", params={"limit": 200}, headers=bearer(server.reviewer_key)).json()
    assert verified["ok"]
    return verified["records"], len(decisions["items"]), len(cases["items"])


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def refused(response: httpx.Response, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = response.json()
    assert (response.status_code, told["type"]) == (status, f"/problems/{code}"), told
    assert response.headers["content-type"] == "application/problem+json"
    assert told["status"] == status
    assert told["detail"]
    assert told["remedy"]
    if field is not None:
        assert field in [problem["field"] for problem in told["errors"]], told
    return told


def test_an_unknown_workflow_is_named(client: httpx.Client) -> None:
    """And the ones there are, too."""
    told = refused(
        client.post("/v1/decisions", json={**GOOD, "workflow": "wholesale"}), 422, "invalid_request", "workflow"
    )
    assert WORKFLOW in told["errors"][0]["remedy"]


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200b\u2060", "\u00a0\u3000"])
def test_a_text_with_nothing_to_read_is_refused(client: httpx.Client, text: str) -> None:
    """Empty, or only spaces, visible or not."""
    refused(client.post("/v1/decisions", json={**GOOD, "text": text}), 422, "invalid_request", "text")


def test_a_text_that_is_too_long_is_refused_with_the_limit(client: httpx.Client) -> None:
    """100 KB of text are a document, not a request."""
    told = refused(client.post("/v1/decisions", json={**GOOD, "text": "a " * 51_200}), 422, "invalid_request", "text")
    assert "8000" in told["detail"].replace(",", "")


@pytest.mark.parametrize(
    "attributes, field",
    [
        ({"amuont": 5}, "attributes.amuont"),
        ({"amount": "5"}, "attributes.amount"),
        ({"amount": True}, "attributes.amount"),
        ({"amount": None}, "attributes.amount"),
        ({"amount": {"value": 5}}, "attributes.amount"),
        ({"amount": [5]}, "attributes.amount"),
        ({"channel": "pigeon"}, "attributes.channel"),
        ({"customer_age": 41.5}, "attributes.customer_age"),
        ({"customer_age": 2**62}, "attributes.customer_age"),
        ({"authenticated": "yes"}, "attributes.authenticated"),
        ({"authenticated": 1}, "attributes.authenticated"),
        ({"": "x"}, "attributes"),
    ],
)
def test_an_attribute_that_is_unknown_or_of_another_type_is_named(
    client: httpx.Client, attributes: dict[str, object], field: str
) -> None:
    """Nothing is guessed, converted or left out in silence."""
    told = refused(client.post("/v1/decisions", json={**GOOD, "attributes": attributes}), 422, "invalid_request")
    assert any(problem["field"].startswith(field) for problem in told["errors"]), told


def test_every_wrong_attribute_is_told_at_once(client: httpx.Client) -> None:
    """Nobody has to find them one by one."""
    attributes = {"amuont": 5, "channel": "pigeon", "authenticated": 1}
    told = refused(client.post("/v1/decisions", json={**GOOD, "attributes": attributes}), 422, "invalid_request")
    assert {f"attributes.{name}" for name in attributes} == {problem["field"] for problem in told["errors"]}


def raw(text: bytes = b'"a"', amount: bytes = b"1") -> bytes:
    return b'{"workflow": "retail-banking", "text": ' + text + b', "attributes": {"amount": ' + amount + b"}}"


@pytest.mark.parametrize(
    "body, status, code, field",
    [
        pytest.param(raw(b'"a\\u0000b"'), 422, "invalid_request", "text", id="nul"),
        pytest.param(raw(b'"\\ud83d"'), 422, "invalid_request", "text", id="lone surrogate"),
        pytest.param(raw(b'"caf\xe9"'), 400, "bad_request", "text", id="not utf-8"),
        pytest.param(raw(b'"a", "text": "b"'), 400, "bad_request", "text", id="a key twice"),
        pytest.param(raw(amount=b'1, "amount": 2'), 400, "bad_request", "attributes.amount", id="an attribute twice"),
        pytest.param(raw(amount=b"NaN"), 400, "bad_request", "attributes.amount", id="nan"),
        pytest.param(raw(amount=b"-Infinity"), 400, "bad_request", "attributes.amount", id="infinity"),
        pytest.param(raw(amount=b"1e400"), 422, "invalid_request", "attributes.amount", id="too large a number"),
        pytest.param(raw(amount=b"9" * 99_999), 422, "invalid_request", "attributes.amount", id="endless digits"),
        pytest.param(raw(b"[" * 10_000 + b"]" * 10_000), 400, "bad_request", None, id="10,000 lists deep"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "bad_request", None, id="10,000 objects deep"),
        pytest.param(b"[" * 200_000, 400, "bad_request", None, id="200,000 open lists"),
        pytest.param(raw().decode().encode("utf-16"), 400, "bad_request", None, id="utf-16"),
        pytest.param(b"", 400, "bad_request", None, id="nothing"),
        pytest.param(b"hello", 400, "bad_request", None, id="not json"),
        pytest.param(b"[]", 422, "invalid_request", "body", id="a list"),
        pytest.param(b"{}", 422, "invalid_request", "workflow", id="an empty object"),
        pytest.param(raw(b"5"), 422, "invalid_request", "text", id="a number for a text"),
        pytest.param(raw(b'"a", "colour": 1'), 422, "invalid_request", "colour", id="an unknown field"),
        pytest.param(raw(b'"' + b"a" * 300_000 + b'"'), 413, "too_large", None, id="300 kB"),
    ],
)
def test_a_body_that_is_odd_is_refused(
    client: httpx.Client, body: bytes, status: int, code: str, field: str | None
) -> None:
    """Never a 500, whatever stands in it."""
    refused(client.post("/v1/decisions", content=body, headers=JSON), status, code, field)


def test_a_huge_body_in_pieces_is_cut_off(shared_server: LiveServer, client: httpx.Client) -> None:
    """Without an announced length too, and long before 100 MB have been sent."""
    sent = 0
    with socket.create_connection(("127.0.0.1", shared_server.port), timeout=20) as line:
        head = f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_server.caller_key}\r\n"
        line.sendall(f"{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        try:
            while sent < 100_000_000:
                line.sendall(b"10000\r\n" + b"a" * 65_536 + b"\r\n")
                sent += 65_536
        except OSError:  # the server hung up
            pass
        else:
            raise AssertionError("the server took 100 MB")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_is_read(client: httpx.Client, content_type: str) -> None:
    """What a form on another site could send is refused."""
    response = client.post("/v1/decisions", content=json.dumps(GOOD), headers={"Content-Type": content_type})
    refused(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "header",
    [None, "Bearer", "Bearer sgn_wrong", "Basic c2duOng=", "bearer", "sgn_wrong", "Bearer " + "a" * 5_000],
)
def test_without_a_good_key_nothing_is_read(shared_server: LiveServer, header: str | None) -> None:
    """401 with a challenge, also for a body that would be refused."""
    headers = JSON | ({"Authorization": header} if header else {})
    response = httpx.post(f"{shared_server.url}/v1/decisions", content=b"{", headers=headers)
    refused(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_key_of_another_role_is_told_what_is_missing(shared_server: LiveServer) -> None:
    """403 names the scope."""
    as_reviewer, as_caller = bearer(shared_server.reviewer_key), bearer(shared_server.caller_key)
    told = refused(httpx.post(f"{shared_server.url}/v1/decisions", json=GOOD, headers=as_reviewer), 403, "forbidden")
    assert told["scopes"] == ["decide"]
    for address in ("/v1/rules/reload", f"/v1/queues/{WORKFLOW}/claim", "/v1/halt", "/v1/documents"):
        refused(httpx.post(shared_server.url + address, json={}, headers=as_caller), 403, "forbidden")


def test_somebody_elses_decision_is_not_there(shared_server: LiveServer) -> None:
    """A caller sees its own; of another's it is not even told that it exists."""
    made = httpx.post(f"{shared_server.url}/v1/decisions", json=GOOD, headers=bearer(shared_server.operations_key))
    address = f"{shared_server.url}/v1/decisions/{made.json()['id']}"
    refused(httpx.get(address, headers=bearer(shared_server.caller_key)), 404, "not_found")
    assert httpx.get(address, headers=bearer(shared_server.reviewer_key)).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/v1/decisions?after=%00",
        "/v1/decisions?limit=1e3",
        "/v1/decisions?limit=99999999999999999999",
        "/v1/decisions?state=x",
        "/v1/decisions/%00",
        "/v1/decisions/a?wait=inf",
    ],
)
def test_an_odd_address_is_refused(client: httpx.Client, address: str) -> None:
    """Parameters are checked like bodies."""
    refused(client.get(address), 422, "invalid_request")


@pytest.mark.parametrize(
    "address", ["/v1/decisions/..%2f..%2fetc", "/v1/decisions/' OR 1=1 --", "/v1/nowhere", "/v1/decisions/😀"]
)
def test_what_is_not_there_is_not_found(client: httpx.Client, address: str) -> None:
    """Whatever it is called."""
    refused(client.get(address), 404, "not_found")


def test_a_wrong_method_is_told_the_right_ones(client: httpx.Client) -> None:
    """405 with all methods of the address."""
    response = client.delete("/v1/decisions")
    refused(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET, POST"


def test_odd_but_honest_text_is_decided(shared_server: LiveServer) -> None:
    """Refusing is for what cannot be read: right-to-left, combining marks, emoji and control characters can."""
    texts = [
        "زر مزدوج على بطاقتي",
        "Z̴̛a̶l̷g̸o̴ charged me twice",
        "👩‍👩‍👧 paid 2× 💳",
        "a\u202eb\ufeffc\u0007d",
        "<script>alert(1)</script>",
        "x" * 8_000,
    ]
    with httpx.Client(base_url=shared_server.url, headers=bearer(shared_server.caller_key), timeout=60) as caller:
        for text in texts:
            response = caller.post("/v1/decisions", json={**GOOD, "text": text})
            assert response.status_code in (200, 202), (text[:20], response.text)
            assert response.headers["location"].endswith(response.json()["id"])
