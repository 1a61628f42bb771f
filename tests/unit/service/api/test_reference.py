"""The reference page and the pages of the problem types."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api import outline
from service.api.openapi import operations
from service.api.problems import BY_CODE


@pytest.fixture(scope="module")
def document(bare_app: FastAPI) -> dict[str, Any]:
    return bare_app.openapi()


def test_the_page_shows_every_operation_with_its_request_and_problems(
    bare_client: TestClient, document: dict[str, Any]
) -> None:
    """Nothing of the document is missing from the page."""
    page = bare_client.get("/docs").text
    for path, _, operation in operations(document):
        assert f'<article id="{operation["operationId"]}">' in page
        assert f"<code>{path}</code>" in page
        for code in operation["x-problems"]:
            assert f'href="/problems/{code}"' in page


def test_the_page_obeys_the_content_security_policy(bare_client: TestClient) -> None:
    """No script, no inline style, nothing from another host: it works offline."""
    for path in ("/docs", "/problems", "/problems/lease_lost"):
        response = bare_client.get(path, headers={"Accept": "text/html"})
        assert response.headers["content-type"].startswith("text/html")
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", response.text)
        assert {"/docs/static/reference.css"} == set(re.findall(r'<link[^>]*href="([^"]*)"', response.text))
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', response.text)


def test_every_link_on_the_page_leads_somewhere(bare_client: TestClient) -> None:
    """Anchors exist, and pages answer."""
    page = bare_client.get("/docs").text
    ids = set(re.findall(r'\sid="([^"]*)"', page))
    links = set(re.findall(r'href="([^"]*)"', page))
    assert {link[1:] for link in links if link.startswith("#")} <= ids
    for link in links:
        if link.startswith("/"):
            assert bare_client.get(link).status_code == 200, link


def test_a_curl_line_is_ready_to_paste(document: dict[str, Any]) -> None:
    """A shell takes it apart into what curl needs, quotes and apostrophes included."""
    (group, *_) = outline.groups(document, "http://127.0.0.1:8000")
    operation = next(operation for operation in group.operations if operation.method == "POST")
    words = shlex.split(operation.curl)
    assert words[:4] == ["curl", "-X", "POST", "http://127.0.0.1:8000/v1/decisions"]
    assert "Authorization: Bearer $SIGNOFF_KEY" in words
    assert words[-1].startswith('{"workflow": "retail-banking"')


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_problem_type_has_its_page(bare_client: TestClient, code: str) -> None:
    """As a page for people and as JSON for programs."""
    told = bare_client.get(f"/problems/{code}").json()
    assert told["type"] == f"/problems/{code}"
    assert told["remedy"]
    assert code in bare_client.get(f"/problems/{code}", headers={"Accept": "text/html"}).text


def test_an_unknown_problem_type_is_not_found(bare_client: TestClient) -> None:
    """With a hint where the others are."""
    response = bare_client.get("/problems/nonsense")
    assert response.status_code == 404
    assert response.json()["remedy"] == "see /problems"


@pytest.mark.parametrize(
    "schema, words",
    [
        ({"type": "string", "minLength": 1, "maxLength": 9}, "text, 1 to 9 characters"),
        ({"type": "integer", "minimum": 1, "maximum": 200}, "integer, 1 to 200"),
        ({"type": "number", "minimum": 0}, "number, 0 or more"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Case"}}, "list of Case"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text | null"),
        ({"enum": ["allow", "block"]}, '"allow" | "block"'),
        ({"const": "ok"}, '"ok"'),
        ({}, "any"),
    ],
)
def test_types_are_put_in_words(schema: dict[str, Any], words: str) -> None:
    """With the limits they set."""
    assert outline.type_words(schema) == words
