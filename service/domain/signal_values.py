"""A request's attributes as signals read them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from index.model import FieldValue
from rules.model import AttributeValue


def signal_values(attributes: Mapping[str, AttributeValue]) -> dict[str, FieldValue]:
    """Numbers as numbers, everything else as words: true and false are the words `true` and `false`."""
    return {name: _value(value) for name, value in attributes.items()}


def _value(value: AttributeValue) -> FieldValue:
    match value:
        case bool():
            return ("true" if value else "false",)
        case int() | float():
            return float(value)
        case str():
            return (value,)
        case _:
            return value
