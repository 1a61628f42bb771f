"""The parts JSON Schemas of Signoff's files are made of. Standard: JSON Schema, draft 2020-12."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from rules.model import AttributeType
from rules.reading import attributes, forms
from rules.reading.forms import Form
from rules.schema import RESERVED

Schema: TypeAlias = dict[str, Any]
_E = TypeVar("_E", bound=StrEnum)

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NOT_BLANK: Final = r"\S"
_MOMENT: Final = rf"^{DAY}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]+)?)?(Z|[+-][0-9]{{2}}:?[0-9]{{2}}))?$"


def text(description: str, form: Form = forms.ANY) -> Schema:
    """A text that is not blank, of a form."""
    pattern = f"^({form.pattern})$" if form.pattern else _NOT_BLANK
    return {"type": "string", "description": description, "maxLength": form.most, "pattern": pattern}


def texts(description: str, item: Schema | None = None) -> Schema:
    """One text, or a list of texts without repetition."""
    one = item or {"type": "string", "pattern": _NOT_BLANK, "maxLength": forms.ANY.most}
    return {
        "description": description,
        "anyOf": [one, {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}],
    }


def words(description: str, meanings: Mapping[_E, str]) -> Schema:
    """One of an enumeration's words, each with its meaning. KeyError when one has none."""
    kind = type(next(iter(meanings)))
    told = "\n".join(f"- {word.value}: {meanings[word]}" for word in kind)
    return {"type": "string", "description": f"{description}\n{told}", "enum": [word.value for word in kind]}


def mapping(description: str, keys: Mapping[str, Schema], required: Iterable[str] = (), **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    schema: Schema = {"type": "object", "description": description, "additionalProperties": False}
    if needed := list(required):
        schema["required"] = needed
    return schema | {"properties": dict(keys)} | more


def named(description: str, entry: Schema, **more: Any) -> Schema:
    """A mapping from names of the author's choice to entries."""
    names = {"pattern": f"^({forms.NAME.pattern})$"} | more
    return {"type": "object", "description": description, "propertyNames": names, "additionalProperties": entry}


def listed(description: str, item: Schema) -> Schema:
    """A list that is not empty."""
    return {"type": "array", "description": description, "minItems": 1, "items": item}


def chosen(keys: Sequence[str], described: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schemas of the keys that a reader knows, in its order. KeyError when one is not described."""
    return {key: described[key] for key in keys}


def document(name: str, title: str, schema: Schema) -> Schema:
    """A schema that stands by itself."""
    return {"$schema": DRAFT, "$id": f"urn:signoff:schema:{name}:v1", "title": title} | schema


def moment(description: str) -> Schema:
    return {"type": "string", "description": f"{description} A day, or a time with its offset.", "pattern": _MOMENT}


def attribute_declarations() -> Schema:
    """`attributes:` of a pack or a workflow."""
    types = {
        AttributeType.STRING: "text",
        AttributeType.INTEGER: "a whole number",
        AttributeType.NUMBER: "a number; beside it, conditions write a decimal point",
        AttributeType.BOOLEAN: "true or false",
        AttributeType.STRINGS: "a list of texts",
    }
    described = {
        "type": words("What kind of value it is.", types),
        "values": texts("The only values it may have; for type string."),
        "description": text("What it means, for those who write rules and send requests."),
    }
    only_texts = {
        "if": {"required": ["values"]},
        "then": {"properties": {"type": {"const": AttributeType.STRING.value}}},
    }
    entry = mapping("One attribute of a request.", chosen(attributes.KEYS, described), ("type",), **only_texts)
    return named("The attributes of requests, by name.", entry, **{"not": {"enum": sorted(RESERVED)}})


def schema_text(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, files: Mapping[str, str]) -> None:
    """Put schema files into a folder; only what has changed is written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
