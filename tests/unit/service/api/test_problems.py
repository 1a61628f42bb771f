"""Errors as problem+json."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from structlog.testing import capture_logs

import service.errors
from service.api.problems import BY_CODE, KINDS, MEDIA_TYPE, Unexpected, install_handlers, problem, problem_response
from service.errors import (
    Busy,
    CannotStart,
    Conflict,
    FieldProblem,
    InvalidRequest,
    LeaseLost,
    LedgerUnavailable,
    RulesBroken,
    ServiceError,
    Unauthenticated,
)

STANDARD = {"type", "title", "status", "detail", "remedy", "instance", "request_id", "errors"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI(openapi_url=None)
    install_handlers(app)
    app.add_middleware(Unexpected)

    @app.get("/number/{n}")
    def number(n: int) -> int:
        return n

    @app.post("/number/{n}")
    def change(n: int) -> int:
        return n

    @app.get("/taken")
    def taken() -> None:
        raise Conflict("somebody was faster", remedy="look again")

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the password is swordfish")

    with TestClient(app) as client:
        yield client


def test_a_service_error_says_what_is_wrong_and_what_to_do(client: TestClient) -> None:
    """Status, type, detail and remedy come from where the error was raised."""
    response = client.get("/taken")
    assert response.status_code == 409
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.json() == {
        "type": "/problems/conflict",
        "title": "The state of the thing has changed or does not admit this.",
        "status": 409,
        "detail": "somebody was faster",
        "remedy": "look again",
        "instance": "/taken",
        "request_id": None,
        "errors": [],
    }


def test_a_wrong_parameter_is_named(client: TestClient) -> None:
    """The framework's own findings come in the same form."""
    answer = client.get("/number/five").json()
    assert answer["type"] == "/problems/invalid_request"
    assert answer["errors"] == [{"field": "n", "message": "must be a whole number", "remedy": "send digits only"}]


def test_an_unknown_address_is_a_problem_too(client: TestClient) -> None:
    """404 in the same form, and an address full of control characters comes back escaped."""
    answer = client.get("/nowhere%0d%0a%00").json()
    assert answer["type"] == "/problems/not_found"
    assert answer["instance"] == "/nowhere\\u000d\\u000a\\u0000"


def test_a_wrong_method_names_all_methods_of_the_address(client: TestClient) -> None:
    """Not only those of the first route that was looked at."""
    response = client.delete("/number/5")
    assert response.status_code == 405
    assert response.json()["type"] == "/problems/method_not_allowed"
    assert response.headers["allow"] == "GET, POST"


def test_an_unforeseen_error_tells_nothing_but_its_number(client: TestClient) -> None:
    """500, a number to find it in the log by, and no word of what happened."""
    with capture_logs() as logged:
        response = client.get("/broken")
    answer = response.json()
    assert response.status_code == 500
    assert answer["type"] == "/problems/internal"
    assert "swordfish" not in response.text
    assert "RuntimeError" not in response.text
    number = answer["instance"].partition("#")[2]
    assert number in answer["detail"]
    assert [(number, "error", True)] == [(entry["error"], entry["log_level"], entry["exc_info"]) for entry in logged]


@pytest.mark.parametrize("kind", [Busy, LedgerUnavailable])
def test_who_should_come_again_is_told_when(kind: type[ServiceError]) -> None:
    """Every 503 carries Retry-After."""
    assert problem_response(kind(), "/").headers["retry-after"] == "1"


def test_a_retry_after_of_its_own_is_kept() -> None:
    """The place that raised it knows better."""
    assert problem_response(Busy(headers={"Retry-After": "30"}), "/").headers["retry-after"] == "30"


def test_401_says_how_to_sign_in() -> None:
    """RFC 9110 asks for a challenge."""
    assert problem_response(Unauthenticated(), "/").headers["www-authenticate"].startswith("Bearer")


def test_a_lost_lease_names_its_holder() -> None:
    """Members of one kind stand beside the standard ones."""
    told = problem(LeaseLost("maria has it", extra={"holder": "maria", "status": "forged"}), "/v1/cases/c")
    assert told["holder"] == "maria"
    assert told["status"] == 409


def test_broken_rules_list_places_instead_of_fields() -> None:
    """`errors` holds file, line and column there."""
    place = {"file": "a.rule.yaml", "line": 3, "column": 1, "message": "m", "remedy": "r"}
    assert problem(RulesBroken("m", extra={"errors": [place]}), "/")["errors"] == [place]


def test_nothing_from_outside_breaks_the_encoding() -> None:
    """A lone surrogate in a detail still makes a valid answer."""
    response = problem_response(InvalidRequest("\ud800", problems=(FieldProblem("\udfff", "x"),)), "/")
    assert json.loads(bytes(response.body))["detail"] == "\ud800"


def test_every_error_of_the_service_has_a_page() -> None:
    """A new kind of error cannot be forgotten, but for the one that only ends the start."""
    kinds = {
        kind
        for kind in vars(service.errors).values()
        if isinstance(kind, type) and issubclass(kind, ServiceError) and kind is not CannotStart
    }
    assert kinds <= set(KINDS)
    assert len(BY_CODE) == len(KINDS)
    assert all(KINDS.values())


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_has_all_members(kind: type[ServiceError]) -> None:
    """Whoever reads problems finds the same members in each."""
    told = problem(kind(), "/x")
    assert set(told) == STANDARD
    assert told["remedy"]
    assert told["type"] == f"/problems/{kind.code}"
