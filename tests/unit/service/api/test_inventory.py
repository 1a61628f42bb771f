"""Default deny, walked: every route of API and console, with everything that must not open it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

import service.api.routes
import service.console.routes
from service.api.auth import needs_of
from service.console.guard import own_page_only
from service.domain.access import ROLES
from service.usecases import manage_keys, sign_in
from service.usecases.house import House
from tests.unit.service.api.routes_table import API, CONSOLE, rows

SAFE = {"GET", "HEAD"}
OURS = {"Sec-Fetch-Site": "same-origin"}
#: What an auditor may send: it reads, or is about nobody but themselves. Everything else that changes is refused.
AUDITOR_MAY = {
    "POST /console/sign-out",
    "POST /console/account/password",
    "POST /console/account/sessions/{session}/end",
    "POST /console/account/sessions/end-others",
    "POST /console/preferences/keys",
    "POST /console/preferences/colours",
    "POST /console/queues/{queue}/filters",
    "POST /console/queues/{queue}/filters/drop",
    "POST /console/try",  # nothing is recorded
    "POST /v1/decisions/{decision_id}/replay",  # nothing is recorded
}


@pytest.fixture(scope="module")
def whole(bare_house: House) -> FastAPI:
    """API and console in one application, as they run."""
    app = FastAPI(title="Signoff", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    service.api.routes.install(app, bare_house)
    service.console.routes.install(app, bare_house)
    return app


@pytest.fixture(scope="module")
def client(whole: FastAPI) -> Iterator[TestClient]:
    with TestClient(whole, base_url="http://signoff.example", follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def holders(bare_house: House) -> dict[str, tuple[str, str]]:
    """A key and a console session of each role."""
    made = {}
    for role in ROLES:
        key = manage_keys.create(bare_house, "test", name=f"{role} of the walk", role=role)["key"]
        made[role] = key, sign_in.open_session(bare_house, key)
    return made


def found(app: FastAPI) -> dict[str, frozenset[str]]:
    """What the code says: every route with the scopes of which one opens it."""
    return {
        f"{method} {context.path}": _scopes(context.original_route.dependant)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        for method in context.methods or ()
    }


def _scopes(dependant: Dependant) -> frozenset[str]:
    own = {scope.value for need in needs_of(dependant) for scope in need.scopes}
    if getattr(dependant.call, "__qualname__", "").startswith("need.<locals>"):
        own |= {scope.value for scope in inspect.getclosurevars(dependant.call).nonlocals["scopes"]}  # type: ignore[arg-type]
    return frozenset(own).union(*(_scopes(part) for part in dependant.dependencies))


def _filled(path: str) -> str:
    return re.sub(r"{\w+(:path)?}", "x", path)


def test_every_route_has_a_row(whole: FastAPI) -> None:
    """A new route without one fails here, and so does one whose scopes have changed by the way."""
    assert found(whole) == rows(API) | rows(CONSOLE)


def _is_safe(answer: httpx.Response) -> bool:
    headers = answer.headers
    return "frame-ancestors 'none'" in headers["content-security-policy"] and (
        headers["x-content-type-options"] == "nosniff" and headers["cache-control"] in ("no-store", "no-cache")
    )


def test_nobody_comes_in_without_showing_who_they_are(client: TestClient) -> None:
    """The API answers 401 with a challenge; the console leads to the page for signing in. Every answer carries the
    headers that keep browsers safe."""
    for name, scopes in (rows(API) | rows(CONSOLE)).items():
        method, path = name.split(" ")
        if not scopes:
            continue
        answer: Any = client.request(method, _filled(path), headers=OURS)
        if name in rows(API):
            assert answer.status_code == 401, name
            assert answer.headers["www-authenticate"].startswith("Bearer"), name
        else:
            assert answer.status_code == 303, (name, answer.status_code)
            assert answer.headers["location"].startswith("/console/sign-in"), name
        assert _is_safe(answer), name


def test_a_role_opens_what_its_scopes_open_and_nothing_else(
    client: TestClient, holders: dict[str, tuple[str, str]]
) -> None:
    """403 at each page of the console for roles that have none of its scopes, in turns; what keys open has its own walk
    in `test_auth`."""
    refused: set[str] = set()
    for place, (name, scopes) in enumerate(rows(CONSOLE).items()):
        method, path = name.split(" ")
        others = [role for role in ROLES if scopes and not {scope.value for scope in ROLES[role]} & scopes]
        for role in {others[place % len(others)], others[-1]} if others else ():
            answer: Any = client.request(
                method, _filled(path), headers=OURS | {"Cookie": f"signoff={holders[role][1]}"}
            )
            assert answer.status_code == 403, (name, role, answer.status_code)
            assert _is_safe(answer), name
            refused.add(role)
    assert refused == set(ROLES)


def test_an_auditor_changes_nothing(client: TestClient, holders: dict[str, tuple[str, str]]) -> None:
    """Whatever may be sent to, an auditor is refused; but for their own session and settings."""
    key, session = holders["auditor"]
    carried = {scope.value for scope in ROLES["auditor"]}
    for name, scopes in (rows(API) | rows(CONSOLE)).items():
        method, path = name.split(" ")
        if method in SAFE or not scopes:
            continue
        if carried & scopes:
            assert name in AUDITOR_MAY, f"{name} changes something, and auditors only read"
            continue
        by = {"Authorization": f"Bearer {key}"} if name in rows(API) else {"Cookie": f"signoff={session}"}
        answer: Any = client.request(method, _filled(path), headers=OURS | by)
        assert answer.status_code == 403, (name, answer.status_code)


def test_no_other_site_makes_a_browser_change_anything(
    whole: FastAPI, client: TestClient, holders: dict[str, tuple[str, str]]
) -> None:
    """Every form of the console is refused that does not come from our own pages, whoever is signed in; and no page
    that is only looked at is a form."""
    guarded = [
        (method, context.path or "")
        for context in iter_route_contexts(whole.routes)
        if isinstance(context.original_route, APIRoute) and (context.path or "").startswith("/console")
        for method in sorted((context.methods or set()) - SAFE)
        if any(part.call is own_page_only for part in context.original_route.dependant.dependencies)
    ]
    unsafe = [name for name in rows(CONSOLE) if name.split(" ")[0] not in SAFE]
    assert {f"{method} {path}" for method, path in guarded} == set(unsafe)
    foreign: tuple[dict[str, str], ...] = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {},
    )
    for place, name in enumerate(unsafe):
        method, path = name.split(" ")
        headers, session = foreign[place % len(foreign)], holders["operations" if place % 2 else "lead"][1]
        answer: Any = client.request(method, _filled(path), headers=headers | {"Cookie": f"signoff={session}"})
        assert answer.status_code == 403, (name, headers, answer.status_code)


def test_no_key_opens_by_its_cookie_and_no_session_by_its_header(
    client: TestClient, holders: dict[str, tuple[str, str]]
) -> None:
    """The API takes no cookie, so that no page can use it; the console takes no key."""
    key, session = holders["operations"]
    assert client.get("/v1/keys", headers={"Cookie": f"signoff={session}"}).status_code == 401
    assert client.get("/v1/keys", headers={"Authorization": f"Bearer {session}"}).status_code == 401
    assert client.get("/console/people", headers={"Authorization": f"Bearer {key}"}).status_code == 303
    assert client.get("/console/people", headers={"Cookie": f"signoff={key}"}).status_code == 303
