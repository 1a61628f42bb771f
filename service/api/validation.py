"""pydantic's findings in plain words: which field, what is wrong, what to send instead. Never the value itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import FieldProblem

_SHOWN = 120  # characters of a name that somebody else chose


def shown(text: str) -> str:
    """A name from outside, fit for a message: control characters and lone surrogates escaped, not too long."""
    plain = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: _SHOWN + 1])
    return plain if len(text) <= _SHOWN else plain[:_SHOWN] + "…"


def field_problems(errors: Sequence[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """One problem an error of pydantic's list; its fields are those of the request, in dotted form."""
    return tuple(FieldProblem(_field(error["loc"]), *_words(error)) for error in errors)


def _field(place: Sequence[str | int]) -> str:
    """`("body", "labels", 0)` is the field `labels.0`; a header is named as it is sent."""
    origin, *rest = place
    if not rest:
        return str(origin)
    name = ".".join(shown(str(part)) for part in rest)
    return name.title() if origin == "header" else name


def _words(error: Mapping[str, Any]) -> tuple[str, str]:
    """Message and remedy."""
    known = _WORDS.get(error["type"])
    if known is None:
        return str(error["msg"]).removeprefix("Value error, "), ""
    message, remedy = known
    context = error.get("ctx") or {}
    return message.format_map(context), remedy.format_map(context)


_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("is required", "add it"),
    "extra_forbidden": ("is not a field of this request", "remove it, or correct its spelling"),
    "string_type": ("must be text", 'send it in quotes, as in "some text"'),
    "string_unicode": ("is not valid Unicode", "send UTF-8 without lone surrogates"),
    "string_too_short": ("is shorter than {min_length} character(s)", "send more"),
    "string_too_long": ("is longer than {max_length} characters", "send less"),
    "string_pattern_mismatch": ("has characters that are not allowed here", "it has to match {pattern}"),
    "bool_type": ("must be true or false", "send true or false, without quotes"),
    "bool_parsing": ("must be true or false", "send true or false"),
    "int_type": ("must be a whole number", "send a number without quotes and fraction"),
    "int_parsing": ("must be a whole number", "send digits only"),
    "int_from_float": ("must be a whole number", "send a number without fraction"),
    "float_type": ("must be a number", "send a number without quotes"),
    "float_parsing": ("must be a number", "send digits, as in 2.5"),
    "finite_number": ("must be a finite number", "send digits, as in 2.5"),
    "dict_type": ("must be an object", "send {{ … }}"),
    "list_type": ("must be a list", "send [ … ]"),
    "too_long": ("has more than {max_length} items", "send fewer"),
    "too_short": ("has fewer than {min_length} item(s)", "send more"),
    "model_attributes_type": ("must be a JSON object", "send {{ … }}"),
    "model_type": ("must be a JSON object", "send {{ … }}"),
    "not_a_moment": ("is not a date", "write it as in 2026-03-03 or 2026-03-03T09:00:00Z"),
    "literal_error": ("is not one of the values allowed", "send {expected}"),
    "greater_than_equal": ("is less than {ge}", "send {ge} or more"),
    "less_than_equal": ("is more than {le}", "send {le} or less"),
}
