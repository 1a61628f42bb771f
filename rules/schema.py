"""Which attributes a workflow's requests may carry, and what is wrong with those of one request."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rules.errors import did_you_mean
from rules.model import Attribute, AttributeType, AttributeValue

MAX_TEXT: Final = 1_000  #: characters of one text value
MAX_ITEMS: Final = 100  #: items of one list value
MAX_WHOLE: Final = 2**53 - 1  #: beyond it JSON readers disagree about whole numbers (RFC 7493)

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_UNUSABLE: Final = re.compile("[\0\ud800-\udfff]")
#: Words of CEL and of the rule language that cannot name an attribute.
RESERVED: Final = frozenset(
    (
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import"),
        *("let", "loop", "package", "namespace", "return", "var", "void", "while"),
        *("bool", "bytes", "double", "dyn", "duration", "int", "list", "map", "null_type", "string", "timestamp"),
        *("type", "uint", "size", "has", "all", "exists", "exists_one"),
        *("matched", "pii", "valid_pii", "in_list", "lists", "now", "text"),
    )
)


class AttributeProblem(NamedTuple):
    """What is wrong with one attribute of a request."""

    field: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """The declared attributes, by name. Raises ValueError when a declaration itself is wrong."""

    attributes: tuple[Attribute, ...] = ()
    by_name: Mapping[str, Attribute] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        names = [attribute.name for attribute in self.attributes]
        for attribute in self.attributes:
            if not _NAME.fullmatch(attribute.name) or attribute.name in RESERVED:
                raise ValueError(f"`{attribute.name}` cannot name an attribute: use a-z, 0-9 and _, no reserved word")
            if names.count(attribute.name) > 1:
                raise ValueError(f"the attribute `{attribute.name}` is declared twice")
            if attribute.values and attribute.type not in (AttributeType.STRING, AttributeType.STRINGS):
                raise ValueError(f"the attribute `{attribute.name}` is no text, so it cannot list its values")
        object.__setattr__(self, "by_name", {attribute.name: attribute for attribute in self.attributes})

    def check(self, attributes: Mapping[str, object]) -> list[AttributeProblem]:
        """Everything wrong with a request's attributes; empty when they may be used."""
        problems = []
        for name, value in attributes.items():
            if (attribute := self.by_name.get(name)) is None:
                remedy = did_you_mean(name, self.by_name, "known attributes")
                problems.append(AttributeProblem(name, "is not an attribute of this workflow", remedy))
            elif wrong := _wrong(attribute, value):
                problems.append(AttributeProblem(name, *wrong))
        return problems

    def coerce(self, attributes: Mapping[str, object]) -> dict[str, AttributeValue]:
        """The usable attributes in their declared types. A value `check` objects to counts as missing."""
        usable: dict[str, AttributeValue] = {}
        for name, value in attributes.items():
            attribute = self.by_name.get(name)
            if attribute is None or _wrong(attribute, value):
                continue
            if isinstance(value, list | tuple):
                usable[name] = tuple(map(str, value))
            elif isinstance(value, int) and attribute.type is AttributeType.NUMBER:
                usable[name] = float(value)
            elif isinstance(value, str | int | float):
                usable[name] = value
        return usable


def _wrong(attribute: Attribute, value: object) -> tuple[str, str] | None:
    """Message and remedy when a value does not fit its declaration."""
    match attribute.type, value:
        case AttributeType.STRING, str():
            return _wrong_text(attribute, value)
        case AttributeType.STRINGS, list() | tuple():
            if len(value) > MAX_ITEMS:
                return f"has more than {MAX_ITEMS} items", "send fewer"
            wrong = (_wrong_text(attribute, item) for item in value)
            return next((problem for problem in wrong if problem), None)
        case AttributeType.BOOLEAN, bool():
            return None
        case ((AttributeType.INTEGER | AttributeType.NUMBER), bool()):
            pass
        case ((AttributeType.INTEGER | AttributeType.NUMBER), int()):
            if abs(value) > MAX_WHOLE:
                return "is too large a whole number", f"use at most {MAX_WHOLE}"
            return None
        case AttributeType.NUMBER, float():
            if not math.isfinite(value):
                return "is not a finite number", "leave the attribute out when it is not known"
            return None
    return f"must be {_ARTICLE[attribute.type]}, not {_kind(value)}", f"send {_EXAMPLE[attribute.type]}"


def _wrong_text(attribute: Attribute, value: object) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return f"must be {_ARTICLE[attribute.type]}, not hold {_kind(value)}", f"send {_EXAMPLE[attribute.type]}"
    if len(value) > MAX_TEXT:
        return f"is longer than {MAX_TEXT:,} characters", "put long text into the request's text"
    if _UNUSABLE.search(value):
        return "has a NUL character or half a character (a lone surrogate)", "remove it"
    if attribute.values and value not in attribute.values:
        return "is not one of the allowed values", did_you_mean(value, attribute.values, "allowed values")
    return None


_ARTICLE: Final = {
    AttributeType.STRING: "text",
    AttributeType.INTEGER: "a whole number",
    AttributeType.NUMBER: "a number",
    AttributeType.BOOLEAN: "true or false",
    AttributeType.STRINGS: "a list of texts",
}
_EXAMPLE: Final = {
    AttributeType.STRING: '"some text"',
    AttributeType.INTEGER: "12",
    AttributeType.NUMBER: "12.5",
    AttributeType.BOOLEAN: "true",
    AttributeType.STRINGS: '["one", "two"]',
}
_KIND: Final = {str: "text", bool: "true or false", int: "a whole number", float: "a number", type(None): "null"}


def _kind(value: object) -> str:
    return _KIND.get(type(value), "a list" if isinstance(value, list | tuple) else "an object")
