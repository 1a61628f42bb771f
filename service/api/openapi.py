"""Complete the OpenAPI document: every problem that an operation may answer, with an example; keys; true limits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from service.api import (
    event_messages,
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
    examples_rules,
    examples_team,
    examples_watch,
    examples_webhooks,
)
from service.api.door import EXAMPLE
from service.api.examples import ERRORS
from service.api.problems import BY_CODE, MEDIA_TYPE, problem
from service.api.replies_operations import Problem, ProblemField
from service.settings import Settings

_EXAMPLES = (
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
    examples_rules,
    examples_team,
    examples_watch,
    examples_webhooks,
)
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def complete(app: FastAPI, settings: Settings) -> None:
    """Let `app.openapi()` give the completed document."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        if "securitySchemes" not in document.setdefault("components", {}):
            _complete(document, settings)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) in the order of the document."""
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield path, method, operation


def _complete(document: dict[str, Any], settings: Settings) -> None:
    document["webhooks"] = event_messages.webhooks()
    components = document["components"]
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, as in `sgn_…`."}
    }
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (Problem, ProblemField):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    requests = {name: example for part in _EXAMPLES for name, example in part.REQUESTS.items()}
    for name, example in requests.items():  # put in here, because the framework drops their nulls
        schemas[name]["examples"] = [example]
    for name in ("DecisionRequest", "SearchRequest", "Question", "RequesterAnswer", "UnlabelledRequest"):
        _limit_text(schemas[name]["properties"]["text"], settings.max_text_chars)
    for path, _, operation in operations(document):
        operation["responses"].pop("422", None)
        _write_examples(operation["responses"])
        for status, codes in _by_status(operation).items():
            operation["responses"].setdefault(status, _problem_response(path, codes))
        operation["responses"] = dict(sorted(operation["responses"].items()))


def _limit_text(text: dict[str, Any], most: int) -> None:
    """Of the text itself where it may be left out."""
    for part in text.get("anyOf", [text]):
        if part.get("type") == "string":
            part["maxLength"] = most


def _write_examples(responses: dict[str, Any]) -> None:
    for response in responses.values():
        content = response.get("content", {}).get("application/json", {})
        if EXAMPLE in content:
            content["example"] = json.loads(content.pop(EXAMPLE))


def _by_status(operation: dict[str, Any]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in operation.get("x-problems", ()):
        found[str(BY_CODE[code].status)].append(code)
    return found


def _problem_response(path: str, codes: list[str]) -> dict[str, Any]:
    return {
        "description": " Or: ".join(BY_CODE[code].title() for code in codes),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    code: {"summary": BY_CODE[code].title(), "value": example_problem(code, path)} for code in codes
                },
            }
        },
    }


def example_problem(code: str, path: str) -> dict[str, Any]:
    """A problem of this kind, as it could come from `path`."""
    kind = BY_CODE[code]
    return problem(ERRORS.get(kind) or kind(), path)
