"""The JSON Schema of `ranking:` in `workflow.yaml`, made from the constants that its reader uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from index.model import Kernel, Prefer, SignalKind
from rules.reading import forms
from rules.reading.schema_parts import Schema, chosen, mapping, named, text, words
from service.usecases import ranking_file as reader

_SIGNALS: Final[Mapping[SignalKind, str]] = {
    SignalKind.RECENCY: "How new the document is, by the date it is in force from.",
    SignalKind.NUMBER: "How good a number among the document's fields is.",
    SignalKind.CATEGORY: "Whether the document's field has the words of the request's attribute.",
    SignalKind.AUTHORITY: "What the words of the document's field are worth.",
    SignalKind.GRAPH: "Whether documents that cite each other are found together.",
}


def ranking_schema() -> Schema:
    """The schema of the block."""
    described = {
        "weights": named(
            "What each part of the score weighs: `dense` (meaning) and `lexical` (words), 1 unless said otherwise, and "
            "the signals by name, 0 unless said otherwise. Only proportions matter.",
            _number("A weight.", reader.WEIGHT),
        ),
        "signals": {
            "type": "object",
            "description": "By collection: the signals of its documents, by names of your choice. A signal puts what "
            "was found in another order; it never lets anything in or out.",
            "additionalProperties": named("Signals by name.", _signal(), **{"not": {"enum": ["dense", "lexical"]}}),
        },
    }
    return mapping("How documents that were found are put in order.", chosen(reader.KEYS, described))


def _signal() -> Schema:
    return {"oneOf": [_kind(kind, description) for kind, description in _SIGNALS.items()]}


def _kind(kind: SignalKind, description: str) -> Schema:
    known, required = reader.SIGNAL_KEYS[kind]
    schema = mapping(description, chosen(known, _described(kind)), required)
    if kind is SignalKind.NUMBER:
        near = {"properties": {"prefer": {"const": Prefer.NEAR.value}}, "required": ["prefer"]}
        unlike = {"not": {"required": ["attribute"]}}
        return schema | {"if": near, "then": {"required": ["attribute"]}, "else": unlike}
    if kind is SignalKind.RECENCY:
        calendar = {"properties": {"kernel": {"const": Kernel.CALENDAR.value}}, "required": ["kernel"]}
        return schema | {"if": {"required": ["period"]}, "then": calendar}
    return schema


def _described(kind: SignalKind) -> dict[str, Schema]:
    kernels = {
        Kernel.EXPONENTIAL: "day by day",
        Kernel.CALENDAR: "in steps: all documents of one year (quarter, month) are worth the same",
    }
    periods = {
        reader.Period.YEAR: "a step each January",
        reader.Period.QUARTER: "a step every three months",
        reader.Period.MONTH: "a step each month",
    }
    preferences = {
        Prefer.HIGH: "high ones",
        Prefer.LOW: "low ones",
        Prefer.NEAR: "those near the number in the request's attribute",
    }
    worth = {
        "type": "object",
        "description": "What each word is worth, 0 to 1; others are worth 0. The best of a document's words counts.",
        "minProperties": 1,
        "additionalProperties": _number("0 to 1.", reader.WORTH),
    }
    return {
        "kind": {"const": kind.value, "description": _SIGNALS[kind]},
        "field": text("The document's field.", forms.NAME),
        "attribute": text("The request's attribute, declared under `attributes`.", forms.NAME),
        "kernel": words("How it falls with age.", kernels),
        "half_life_days": _number("Days until a document is worth half.", reader.HALF_LIFE),
        "period": words("Of the calendar.", periods),
        "least": _number("What counts 0, or 1 where low ones are preferred.", reader.NUMBER),
        "most": _number("What counts 1, or 0 where low ones are preferred.", reader.NUMBER),
        "logarithmic": {"type": "boolean", "description": "Compare orders of magnitude."},
        "prefer": words("Which numbers are good ones.", preferences),
        "worth": worth,
    }


def _number(description: str, bounds: tuple[float, float]) -> Schema:
    least, most = bounds
    return {"type": "number", "minimum": least, "maximum": most, "description": description}
