"""API keys over HTTP, and what a key that is counted is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api.routes import install
from service.client import Signoff, SignoffError
from tests.unit.service.usecases.registry import Registry, registry_in


@pytest.fixture
def registry(tmp_path: Any) -> Iterator[Registry]:
    with registry_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def web(registry: Registry) -> Iterator[TestClient]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, registry.house)
    with TestClient(app) as client:
        yield client


def key_of(registry: Registry, name: str, role: str, **narrow: Any) -> str:
    from service.usecases.manage_keys import Narrow, create

    return str(create(registry.house, "test", name=name, role=role, narrow=Narrow(**narrow))["key"])


def as_(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_made_replaced_and_revoked(registry: Registry, web: TestClient) -> None:
    """Each on the ledger with who did it; the secret is shown once and never again."""
    olga = as_(key_of(registry, "Olga", "operations"))
    made = web.post("/v1/keys", json={"name": "shop", "role": "caller", "days": 90, "rate": 600}, headers=olga)
    assert made.status_code == 201
    first = made.json()
    assert made.headers["location"] == f"/v1/keys/{first['id']}"
    changed = web.post(f"/v1/keys/{first['id']}/rotate", json={"overlap_hours": 1}, headers=olga)
    assert (changed.status_code, changed.json()["instead_of"]) == (201, first["id"])
    second = changed.json()
    for key in (first, second):
        assert web.get("/v1/decisions", headers=as_(key["key"])).status_code == 200
    gone = web.post(f"/v1/keys/{first['id']}/revoke", headers=olga)
    assert (gone.status_code, gone.json()["state"]) == (200, "revoked")
    assert web.get("/v1/decisions", headers=as_(first["key"])).status_code == 401
    told = web.get("/v1/keys", headers=olga)
    assert [item["name"] for item in told.json()["items"]] == ["Olga", "shop", "shop"]
    assert first["key"] not in told.text
    assert web.get("/v1/keys/key_none", headers=olga).status_code == 404
    assert [each["by"] for each in registry.told("key.created")] == ["test", "Olga", "Olga"]
    assert registry.told("key.rotated")[0]["successor"] == second["id"]
    assert registry.told("key.revoked") == [{"by": "Olga"}]


def test_the_refusal_of_a_key_names_the_field(registry: Registry, web: TestClient) -> None:
    """What its role has not, what there is not, and a name that is taken."""
    olga = as_(key_of(registry, "Olga", "operations"))
    for body, field in (
        ({"name": "a", "role": "caller", "scopes": ["read"]}, "scopes"),
        ({"name": "a", "role": "caller", "workflows": ["nowhere"]}, "workflows"),
        ({"name": "a", "role": "king"}, "role"),
        ({"name": "a", "role": "caller", "days": 0}, "days"),
        ({"name": "a", "role": "caller", "rate": -1}, "rate"),
        ({"name": "oidc:a", "role": "caller"}, "name"),
    ):
        answer = web.post("/v1/keys", json=body, headers=olga)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), body
    assert web.post("/v1/keys", json={"name": "Olga", "role": "caller"}, headers=olga).status_code == 409


def test_a_narrowed_key_does_less_than_its_role(registry: Registry, web: TestClient) -> None:
    """`operations` with `operate` alone sees the metrics and makes no keys."""
    key = as_(key_of(registry, "prometheus", "operations", scopes=["operate"]))
    assert web.get("/metrics", headers=key).status_code == 200
    assert web.get("/v1/keys", headers=key).status_code == 403
    assert web.get("/v1/decisions", headers=key).status_code == 403


def test_a_key_that_is_counted_is_told_how_it_stands(registry: Registry, web: TestClient) -> None:
    """Headers with every answer, errors too; over the rate 429 with Retry-After, and nothing of it for other keys."""
    key = as_(key_of(registry, "shop", "caller", rate=6))
    seen = [web.get("/v1/decisions", headers=key) for _ in range(6)]
    assert [answer.status_code for answer in seen] == [200] * 6
    assert seen[0].headers["ratelimit-policy"] == '"key";q=6;w=60'
    assert seen[0].headers["ratelimit"].startswith('"key";r=5;')
    refused = web.get("/v1/decisions/dec_none", headers=key)
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert refused.headers["ratelimit"].startswith('"key";r=0;')
    another = web.get("/v1/decisions", headers=as_(key_of(registry, "app", "caller")))
    assert another.status_code == 200
    assert "ratelimit" not in another.headers


def test_the_client_makes_and_changes_keys(registry: Registry, web: TestClient) -> None:
    """As methods, with answers that have types."""
    olga = key_of(registry, "Olga", "operations")

    def carried(request: httpx.Request) -> httpx.Response:
        answer = web.request(request.method, request.url.path, content=request.content, headers=dict(request.headers))
        return httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))

    with Signoff("http://testserver", olga, transport=httpx.MockTransport(carried)) as signoff:
        made = signoff.create_key("shop", "caller", days=90, rate=600)
        assert made.key is not None
        assert signoff.api_key(made.id).key is None
        assert signoff.rotate_key(made.id, overlap_hours=1).name == "shop"
        assert signoff.revoke_key(made.id).state == "revoked"
        assert [key.name for key in signoff.api_keys()] == ["Olga", "shop", "shop"]
        with pytest.raises(SignoffError) as refused:
            signoff.create_key("shop", "caller")
        assert refused.value.code == "conflict"
