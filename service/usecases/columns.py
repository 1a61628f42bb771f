"""Attributes from the columns of a CSV file: a column named like a declared attribute is that attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.model import Attribute, AttributeType

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def typed(attributes: Iterable[Attribute], fields: Mapping[str, str]) -> dict[str, Any]:
    """The attributes that `fields` hold, in their declared types; an empty field is an attribute not given.

    Raises ValueError naming the column whose text is no such value. Lists are separated by `;`.
    """
    return {
        attribute.name: _value(attribute, text)
        for attribute in attributes
        if (text := (fields.get(attribute.name) or "").strip())
    }


def _value(attribute: Attribute, text: str) -> Any:
    try:
        match attribute.type:
            case AttributeType.NUMBER:
                return float(text)
            case AttributeType.INTEGER:
                return int(text)
            case AttributeType.BOOLEAN:
                return _BOOLEANS[text.lower()]
            case AttributeType.STRINGS:
                return [part.strip() for part in text.split(";") if part.strip()]
            case AttributeType.STRING:
                return text
    except (ValueError, KeyError) as error:
        raise ValueError(f"attributes.{attribute.name}: {text[:40]!r} is no {attribute.type}") from error
