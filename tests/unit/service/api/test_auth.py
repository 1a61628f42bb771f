"""Default deny: every route asks for a scope, before anything else is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from service.api.auth import OPEN, needs, needs_of, unguarded
from service.domain.access import ROLES, Scope


def guarded(app: FastAPI) -> Iterator[tuple[str, str, set[Scope]]]:
    """(method, path with ids filled in, accepted scopes) of every route that asks for a scope."""
    for context in iter_route_contexts(app.routes):
        found = needs_of(context.dependant) if hasattr(context, "dependant") else ()
        for method in sorted(context.methods or ()):
            if found:
                path = (context.path or "").replace("{", "").replace("}", "")
                yield method, path, {scope for need in found for scope in need.scopes}


def test_every_route_names_a_scope_or_is_listed_as_open(bare_app: FastAPI) -> None:
    """A new route without a scope fails here."""
    assert unguarded(bare_app) == []


def test_the_list_of_unguarded_routes_finds_one() -> None:
    """The helper of the test above sees what it has to see, however it was added."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/v1/forgotten", lambda: None)
    app.mount("/files", FastAPI())
    assert unguarded(app) == ["/files", "GET /v1/forgotten"]


def test_every_open_address_exists(bare_app: FastAPI) -> None:
    """The list holds nothing that is gone."""
    paths = {context.path for context in iter_route_contexts(bare_app.routes)}
    assert set(OPEN) <= paths


def test_there_is_no_need_without_a_scope() -> None:
    """An open route is opened on purpose, not by leaving the scope out."""
    with pytest.raises(ValueError, match="at least one"):
        needs()


def test_no_route_answers_without_a_key(bare_app: FastAPI, bare_client: TestClient) -> None:
    """401 with a challenge, whatever is sent along."""
    routes = list(guarded(bare_app))
    assert len(routes) > 15
    wrong: list[dict[str, str]] = [{}, {"Authorization": "Bearer sgn_wrong"}, {"Authorization": "Basic c2dud3Jvbmc="}]
    for method, path, _ in routes:
        for header in wrong:
            response = bare_client.request(method, path, headers=header, content=b"{")
            assert response.status_code == 401, (method, path, header)
            assert response.json()["type"] == "/problems/unauthenticated"
            assert response.headers["www-authenticate"].startswith("Bearer")


def test_no_route_answers_to_the_wrong_scope(bare_app: FastAPI, bare_client: TestClient, keys: dict[str, str]) -> None:
    """403 for every role that carries none of the scopes, naming scopes and roles that would do."""
    refusals = 0
    for method, path, scopes in guarded(bare_app):
        for role, carried in ROLES.items():
            if carried.isdisjoint(scopes):
                header = {"Authorization": f"Bearer {keys[role]}"}
                response = bare_client.request(method, path, headers=header, content=b"{")
                assert response.status_code == 403, (method, path, role)
                assert set(response.json()["scopes"]) == {scope.value for scope in scopes}
                enough = [other for other, those in ROLES.items() if not those.isdisjoint(scopes)]
                assert f"a key of the role {' or '.join(enough)}:" in response.json()["remedy"]
                refusals += 1
    assert refusals > 30


def test_who_asks_is_settled_before_the_body_is_read(bare_client: TestClient) -> None:
    """A stranger learns nothing from how a bad body is refused."""
    response = bare_client.post("/v1/decisions", content=b"not json", headers={"Content-Type": "text/plain"})
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/openapi.json", "/problems", "/problems/busy"])
def test_what_is_open_needs_no_key(bare_client: TestClient, path: str) -> None:
    """Probes and documentation."""
    assert bare_client.get(path).status_code == 200


def test_not_ready_says_why(bare_client: TestClient) -> None:
    """Without a workflow there is nothing to do."""
    response = bare_client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["ready"] is False


def test_metrics_are_for_operations(bare_client: TestClient, keys: dict[str, str]) -> None:
    """In the text format of Prometheus."""
    response = bare_client.get("/metrics", headers={"Authorization": f"Bearer {keys['operations']}"})
    assert response.status_code == 200
    assert "signoff_decisions_total" in response.text
