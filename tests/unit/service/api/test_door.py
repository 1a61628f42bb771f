"""What a caller with a good key can do wrong, through the whole application and a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

JSON = {"Content-Type": "application/json"}
GOOD = {"workflow": "retail-banking", "text": "charged twice"}


def post(client: TestClient, body: bytes) -> Any:
    return client.post("/v1/decisions", content=body, headers=JSON)


@pytest.mark.parametrize(
    "body, status, code, field",
    [
        (b"", 400, "bad_request", None),
        (b"{", 400, "bad_request", None),
        (b"[" * 10_000 + b"]" * 10_000, 400, "bad_request", None),
        (b'{"a":' * 8_000 + b"1" + b"}" * 8_000, 400, "bad_request", None),
        (b'{"workflow": "a", "workflow": "b", "text": "x"}', 400, "bad_request", "workflow"),
        (b'{"workflow": "a", "text": NaN}', 400, "bad_request", "text"),
        (b'{"workflow": "a", "text": "\xff"}', 400, "bad_request", "text"),
        (b'{"workflow": "a", "text": "\\u0000"}', 422, "invalid_request", "text"),
        (b'{"workflow": "a", "text": "\\ud800"}', 422, "invalid_request", "text"),
        (b'{"workflow": "a", "text": "x", "attributes": {"n": 1e999}}', 422, "invalid_request", "attributes.n"),
        (b"[]", 422, "invalid_request", "body"),
        (b'"text"', 422, "invalid_request", "body"),
        (b"null", 422, "invalid_request", "body"),
        (b'{"workflow": "a"}', 422, "invalid_request", "text"),
        (b'{"workflow": "a", "text": ""}', 422, "invalid_request", "text"),
        (b'{"workflow": "a", "text": ["x"]}', 422, "invalid_request", "text"),
        (b'{"workflow": "a", "text": "x", "colour": 1}', 422, "invalid_request", "colour"),
        (b'{"workflow": "a", "text": "x", "attributes": "no"}', 422, "invalid_request", "attributes"),
        (b'{"workflow": "nowhere", "text": "x"}', 422, "invalid_request", "workflow"),
        (b'{"workflow": "a", "text": "' + b"x" * 60_000 + b'"}', 413, "too_large", None),
    ],
)
def test_a_bad_body_is_refused_with_its_field(
    caller: TestClient, body: bytes, status: int, code: str, field: str | None
) -> None:
    """A clear 4xx, never a 500."""
    response = post(caller, body)
    told = response.json()
    assert (status, f"/problems/{code}") == (response.status_code, told["type"]), told
    assert response.headers["content-type"] == "application/problem+json"
    assert told["detail"]
    assert told["remedy"]
    if field:
        assert field in {problem["field"] for problem in told["errors"]}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json-seq"])
def test_only_json_is_read(caller: TestClient, content_type: str) -> None:
    """A form or a text is not guessed at."""
    response = caller.post("/v1/decisions", content=json.dumps(GOOD), headers={"Content-Type": content_type})
    assert response.status_code == 415


def test_a_body_in_pieces_is_read_and_limited(caller: TestClient) -> None:
    """Chunked sending changes nothing."""

    def pieces(text: bytes) -> Iterator[bytes]:
        yield b'{"workflow": "nowhere", "text": "'
        yield text
        yield b'"}'

    assert caller.post("/v1/decisions", content=pieces(b"x"), headers=JSON).status_code == 422
    assert caller.post("/v1/decisions", content=pieces(b"x" * 60_000), headers=JSON).status_code == 413


@pytest.mark.parametrize("key", ["", "k" * 256, "with space", "tab\tkey", "caf\xe9"])
def test_an_idempotency_key_is_checked(caller: TestClient, key: str) -> None:
    """1 to 255 printable ASCII characters, else the header is named."""
    headers = [(b"Content-Type", b"application/json"), (b"Idempotency-Key", key.encode("latin-1"))]
    response = caller.post("/v1/decisions", content=json.dumps(GOOD), headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "address, field",
    [
        ("/v1/decisions?limit=0", "limit"),
        ("/v1/decisions?limit=abc", "limit"),
        ("/v1/decisions?state=sleeping", "state"),
        ("/v1/decisions?workflow=a%00b", "workflow"),
        ("/v1/decisions/dec_1?wait=31", "wait"),
        ("/v1/decisions/dec_1?wait=nan", "wait"),
        ("/v1/decisions/dec_1?wait=-1", "wait"),
        ("/v1/decisions/dec%00_1", "decision_id"),
    ],
)
def test_a_bad_parameter_is_named(caller: TestClient, address: str, field: str) -> None:
    """In the address as in the body."""
    response = caller.get(address)
    assert response.status_code == 422
    assert [field] == [problem["field"] for problem in response.json()["errors"]]


@pytest.mark.parametrize(
    "address, sent, field, remedy",
    [
        ("/v1/rules/reload?dryrun=true", None, "dryrun", "did you mean `dry_run`?"),
        ("/v1/rules/reload", {"dry_run": True}, "body", "?dry_run="),
        ("/v1/resume?why=all+clear", None, "why", "there are no parameters"),
    ],
)
def test_what_changes_something_hears_all_that_is_said(
    bare_client: TestClient, keys: dict[str, str], address: str, sent: Any, field: str, remedy: str
) -> None:
    """A misspelt `dry_run`, or one in a body that nobody reads, is refused: it would load the files in earnest."""
    headers = {"Authorization": f"Bearer {keys['operations']}"}
    response = bare_client.post(address, headers=headers, **({} if sent is None else {"json": sent}))
    assert response.status_code == 422
    (problem,) = response.json()["errors"]
    assert problem["field"] == field
    assert remedy in problem["remedy"]


def test_a_decision_that_is_not_there_is_not_found(caller: TestClient) -> None:
    """Also when asked to wait for it: at once."""
    for query in ("", "?wait=30"):
        response = caller.get(f"/v1/decisions/dec_01KB2ZD3F8Q2X9V7M4N6P8R0S1{query}")
        assert response.status_code == 404
        assert response.json()["type"] == "/problems/not_found"


def test_a_list_without_anything_is_empty(caller: TestClient) -> None:
    """And has no next page."""
    assert caller.get("/v1/decisions").json() == {"items": [], "next": None}


def test_an_empty_queue_answers_204(bare_client: TestClient, keys: dict[str, str]) -> None:
    """Nothing waits, nothing to read."""
    headers = {"Authorization": f"Bearer {keys['reviewer']}"}
    response = bare_client.post("/v1/queues/nobody/claim", headers=headers)
    assert (response.status_code, response.content) == (204, b"")


def test_a_case_that_is_not_there_cannot_be_decided(bare_client: TestClient, keys: dict[str, str]) -> None:
    """404 for every action on it."""
    auth = {"Authorization": f"Bearer {keys['reviewer']}"}
    decided = {"token": "t", "labels": [], "outcome": "allow", "reason_code": "x"}
    for action, body in (("claim", None), ("renew", {"token": "t"}), ("return", {"token": "t"}), ("decide", decided)):
        content = b"" if body is None else json.dumps(body).encode()
        response = bare_client.post(f"/v1/cases/case_1/{action}", content=content, headers=JSON | auth)
        assert response.status_code == 404, action


def test_every_answer_carries_the_security_headers(caller: TestClient) -> None:
    """Successes, refusals and pages alike."""
    for address in ("/v1/decisions", "/v1/nowhere", "/docs", "/healthz", "/docs/static/reference.css"):
        headers = caller.get(address).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"


def test_an_address_with_a_slash_too_many_leads_to_the_right_one(caller: TestClient) -> None:
    """The method is kept."""
    response = caller.post("/v1/decisions/", content=json.dumps(GOOD), headers=JSON, follow_redirects=False)
    assert response.status_code == 307
