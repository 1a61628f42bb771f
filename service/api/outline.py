"""The OpenAPI document as the reference page shows it: flat values, ready to be written down. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from service.api.openapi import operations
from service.api.problems import BY_CODE

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, or one member of an object."""

    name: str
    type: str
    required: bool
    description: str = ""
    place: str = ""  #: `path`, `query`, `header`; empty for a member
    schema: str = ""  #: name of the schema it refers to, if it is one of ours


@dataclass(frozen=True, slots=True)
class Response:
    """One status an operation answers with when all goes well."""

    status: str
    description: str
    schema: str
    example: str  #: pretty-printed; empty when there is no body
    headers: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of problem."""

    code: str
    status: int
    title: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Everything the page says about one operation."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scopes: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: str  #: name of the body's schema, or empty
    fields: tuple[Field, ...]
    curl: str
    responses: tuple[Response, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations on one kind of thing."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of object."""

    name: str
    description: str
    fields: tuple[Field, ...]


def groups(document: Json, address: str) -> tuple[Group, ...]:
    """The operations by tag, in the document's order; `address` begins the URLs of the curl lines."""
    found = [
        (str(item["tags"][0]), _operation(document, address, path, method, item))
        for path, method, item in operations(document)
    ]
    return tuple(
        Group(name, tuple(operation for _, operation in members))
        for name, members in groupby(sorted(found, key=_tag_order(found)), key=lambda pair: pair[0])
    )


def schemas(document: Json) -> tuple[Schema, ...]:
    """Every object the operations speak of, by name."""
    return tuple(
        Schema(name, schema.get("description", ""), _members(schema))
        for name, schema in sorted(document["components"]["schemas"].items())
    )


def _tag_order(found: Sequence[tuple[str, Operation]]) -> Any:
    order = list(dict.fromkeys(tag for tag, _ in found))
    return lambda pair: order.index(pair[0])


def _operation(document: Json, address: str, path: str, method: str, item: Json) -> Operation:
    body, fields, sent = _body(document, item)
    parameters = tuple(_parameter(parameter) for parameter in item.get("parameters", ()))
    return Operation(
        id=item["operationId"],
        method=method.upper(),
        path=path,
        summary=item.get("summary", ""),
        description=item.get("description", ""),
        scopes=tuple(item.get("x-scopes", ())),
        parameters=parameters,
        body=body,
        fields=fields,
        curl=_curl(address + path + _query(parameters), method, sent, secured="security" in item),
        responses=tuple(_response(status, value) for status, value in item["responses"].items() if _is_reply(value)),
        refusals=tuple(
            Refusal(code, BY_CODE[code].status, BY_CODE[code].title())
            for code in sorted(item.get("x-problems", ()), key=lambda code: (BY_CODE[code].status, code))
        ),
    )


def _is_reply(response: Json) -> bool:
    return "application/problem+json" not in response.get("content", {})


def _body(document: Json, item: Json) -> tuple[str, tuple[Field, ...], tuple[str, ...]]:
    """Name of the body's schema, its members, and the curl options that send an example of it."""
    content = item.get("requestBody", {}).get("content", {})
    name = _reference(content.get("application/json", {}).get("schema", {}))
    if name:
        schema = document["components"]["schemas"][name]
        example = json.dumps(schema.get("examples", [None])[0], ensure_ascii=False)
        return name, _members(schema), ("-H 'Content-Type: application/json'", f"-d {shlex.quote(example)}")
    files = content.get("multipart/form-data", {}).get("schema", {})
    return "", _members(files), tuple(f"-F {part}=@{part}.md" for part in files.get("required", ()))


def _parameter(parameter: Json) -> Field:
    schema = parameter.get("schema", {})
    return Field(
        name=parameter["name"],
        type=type_words(schema),
        required=parameter.get("required", False),
        description=parameter.get("description", ""),
        place=parameter["in"],
    )


def _members(schema: Json) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(
        Field(
            name=name,
            type=type_words(member),
            required=name in required,
            description=member.get("description", ""),
            schema=_reference(member),
        )
        for name, member in schema.get("properties", {}).items()
    )


def _response(status: str, response: Json) -> Response:
    content: Json = response.get("content", {}).get("application/json", {})
    example = content.get("example")
    headers = response.get("headers", {})
    return Response(
        status=status,
        description=response.get("description", ""),
        schema=_reference(content.get("schema", {})),
        example=pretty(example) if example is not None else "",
        headers=tuple(Field(n, type_words(h["schema"]), False, h.get("description", "")) for n, h in headers.items()),
    )


def _query(parameters: Sequence[Field]) -> str:
    """What has to stand behind the question mark, each with a word in capitals for its value."""
    needed = [f"{each.name}={each.name.upper()}" for each in parameters if each.place == "query" and each.required]
    return "?" + "&".join(needed) if needed else ""


def _curl(address: str, method: str, sent: Sequence[str], *, secured: bool) -> str:
    lines = [f"curl {shlex.quote(address)}" if method == "get" else f"curl -X {method.upper()} {shlex.quote(address)}"]
    if secured:
        lines.append('-H "Authorization: Bearer $SIGNOFF_KEY"')
    return " \\\n  ".join([*lines, *sent])


def _reference(schema: Json) -> str:
    """Name of the schema that this one is, is a list of, or may be null instead of."""
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
    return ""


def type_words(schema: Json) -> str:
    """A schema's type in words, with the limits it sets."""
    if "$ref" in schema:
        return _reference(schema)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " | ".join(dict.fromkeys(type_words(part) for part in schema[choice]))
    kind = str(schema.get("type", "any"))
    if kind == "array":
        items = schema.get("items") or {}
        return f"list of {type_words(items)}" if items else "list"
    if kind == "string":
        return _limited("text" if "format" not in schema else str(schema["format"]), schema, "Length", " characters")
    return _limited(kind, schema, "imum", "")


def _limited(kind: str, schema: Json, suffix: str, unit: str) -> str:
    low, high = schema.get(f"min{suffix}"), schema.get(f"max{suffix}")
    if low is None and high is None:
        return kind
    if high is None:
        return f"{kind}, {low} or more{unit}"
    return f"{kind}, {f'{low} to' if low is not None else 'up to'} {high}{unit}"


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
