"""The OpenAPI document: complete, and true."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter

from service.api import (
    examples,
    examples_beside,
    examples_bulk,
    examples_cases,
    examples_documents,
    examples_drafts,
    examples_erasure,
    examples_keys,
    examples_labelling,
    examples_models,
    examples_people,
    examples_questions,
    examples_replay,
    examples_rules,
    examples_team,
    examples_watch,
    examples_webhooks,
    replies,
    replies_beside,
    replies_bulk,
    replies_cases,
    replies_documents,
    replies_drafts,
    replies_erasure,
    replies_keys,
    replies_labelling,
    replies_ledger,
    replies_models,
    replies_operations,
    replies_people,
    replies_questions,
    replies_replay,
    replies_rules,
    replies_team,
    replies_watch,
    replies_webhooks,
    schemas,
    schemas_beside,
    schemas_bulk,
    schemas_cases,
    schemas_documents,
    schemas_drafts,
    schemas_erasure,
    schemas_keys,
    schemas_labelling,
    schemas_models,
    schemas_people,
    schemas_questions,
    schemas_replay,
    schemas_rules,
    schemas_team,
    schemas_watch,
    schemas_webhooks,
)
from service.api.openapi import operations
from service.api.problems import BY_CODE, MEDIA_TYPE
from service.api.replies_operations import Problem


@pytest.fixture(scope="module")
def document(bare_app: FastAPI) -> dict[str, Any]:
    return bare_app.openapi()


PARTS = (
    replies,
    replies_beside,
    replies_bulk,
    replies_cases,
    replies_operations,
    replies_rules,
    replies_documents,
    replies_drafts,
    replies_erasure,
    replies_keys,
    replies_labelling,
    replies_ledger,
    replies_models,
    replies_people,
    replies_questions,
    replies_replay,
    replies_team,
    replies_watch,
    replies_webhooks,
)
TAKEN = (
    schemas,
    schemas_beside,
    schemas_bulk,
    schemas_cases,
    schemas_rules,
    schemas_documents,
    schemas_drafts,
    schemas_erasure,
    schemas_keys,
    schemas_labelling,
    schemas_models,
    schemas_people,
    schemas_questions,
    schemas_replay,
    schemas_team,
    schemas_watch,
    schemas_webhooks,
)
REQUESTS = examples.REQUESTS | examples_rules.REQUESTS | examples_documents.REQUESTS | examples_labelling.REQUESTS
REQUESTS |= examples_drafts.REQUESTS
REQUESTS |= (
    examples_beside.REQUESTS
    | examples_bulk.REQUESTS
    | examples_cases.REQUESTS
    | examples_models.REQUESTS
    | examples_erasure.REQUESTS
    | examples_keys.REQUESTS
    | examples_people.REQUESTS
    | examples_questions.REQUESTS
    | examples_replay.REQUESTS
    | examples_team.REQUESTS
    | examples_watch.REQUESTS
    | examples_webhooks.REQUESTS
)


def every(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{method.upper()} {path}", operation) for path, method, operation in operations(document)]


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    """Summary, name, scopes and the key."""
    names = [operation["operationId"] for _, operation in every(document)]
    assert len(names) == len(set(names))
    for name, operation in every(document):
        assert operation["summary"], name
        assert bool(operation["x-scopes"]) == ("security" in operation), name


def test_every_problem_of_an_operation_is_declared_with_an_example(document: dict[str, Any]) -> None:
    """Under its status, as problem+json, in the form it will come."""
    for name, operation in every(document):
        for code in operation["x-problems"]:
            status = str(BY_CODE[code].status)
            if name == "GET /readyz" and status == "503":
                continue  # answered by the checks themselves
            content = operation["responses"][status]["content"][MEDIA_TYPE]
            assert content["schema"]["$ref"].endswith("/Problem"), name
            value = content["examples"][code]["value"]
            extra = {name: item for name, item in value.items() if name not in Problem.model_fields}
            Problem.model_validate({name: item for name, item in value.items() if name not in extra})


def test_whatever_needs_a_key_declares_401_and_403(document: dict[str, Any]) -> None:
    """And whatever reads a body the ways a body can be wrong."""
    for name, operation in every(document):
        expected = {"401", "403"} if operation["x-scopes"] else set()
        expected |= {"400", "408", "413", "415", "422"} if "requestBody" in operation else set()
        assert expected | {"500"} <= set(operation["responses"]), name


def test_a_waiting_decision_shows_its_nulls(document: dict[str, Any]) -> None:
    """The examples are what comes over the wire, nulls included."""
    answers = document["paths"]["/v1/decisions"]["post"]["responses"]
    waiting = answers["202"]["content"]["application/json"]["example"]
    assert waiting["decided_by"] is None
    assert set(answers["200"]["headers"]) == {"Location", "Idempotent-Replayed"}


def test_every_example_answer_fits_its_schema(document: dict[str, Any]) -> None:
    """What the reference shows is what the models say."""
    models = {name: model for part in PARTS for name, model in vars(part).items()}
    checked = 0
    for name, operation in every(document):
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/json", {})
            if "example" in content:
                model = models[content["schema"]["$ref"].rpartition("/")[2]]
                TypeAdapter(model).validate_python(content["example"])
                checked += 1
            else:
                assert "x-example" not in content, name
    assert checked > 20


def test_every_example_request_is_taken(document: dict[str, Any]) -> None:
    """Whoever copies an example gets past the schema."""
    for name, example in REQUESTS.items():
        next(getattr(part, name) for part in TAKEN if hasattr(part, name)).model_validate(example)
    contents = [operation["requestBody"]["content"] for _, operation in every(document) if "requestBody" in operation]
    bodies = [content["application/json"] for content in contents if "application/json" in content]
    assert {body["schema"]["$ref"].rpartition("/")[2] for body in bodies} == set(REQUESTS)


def test_what_takes_files_says_so(document: dict[str, Any]) -> None:
    """Which field they come in; everything else takes JSON."""
    sent = {name: item["requestBody"]["content"] for name, item in every(document) if "requestBody" in item}
    files = {name for name, content in sent.items() if "application/json" not in content}
    assert files == {"POST /v1/documents/import"}
    schema = sent["POST /v1/documents/import"]["multipart/form-data"]["schema"]
    assert schema["properties"]["files"]["items"]["format"] == "binary"


def test_the_limit_of_the_text_is_the_setting(document: dict[str, Any]) -> None:
    """The document tells this deployment's own figure."""
    assert document["components"]["schemas"]["DecisionRequest"]["properties"]["text"]["maxLength"] == 200


def test_requests_are_closed_and_answers_open(document: dict[str, Any]) -> None:
    """Unknown fields are refused on the way in; clients have to bear new ones on the way out."""
    schemas_ = document["components"]["schemas"]
    assert schemas_["DecisionRequest"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas_["Decision"]


def test_nothing_of_the_framework_is_left(document: dict[str, Any]) -> None:
    """Its own form of validation errors is never sent."""
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
