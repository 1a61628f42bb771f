"""Read a JSON body so strictly that two readers cannot see two things in it.

The standard parser parses. Around it: depth is counted before it runs (so it cannot run out of stack), a key that
stands twice is refused, and so is what JSON does not know (NaN) or what a database or another language cannot hold
(NUL, lone surrogates, whole numbers beyond 64 bits). Every refusal names the field.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from service.api.problems import UnsupportedMediaType
from service.api.validation import shown
from service.errors import BadRequest, FieldProblem, InvalidRequest

MAX_DEPTH = 32  #: objects and lists within each other
_WHOLE = 2**63  # whole numbers from -2^63 up to, not including, 2^63
_DIGITS = 20  # no 64-bit whole number is longer, sign included; int() of a longer one could take long
_MOST_PROBLEMS = 20  # told in one answer
_WHOLE_BODY = "body"  # the path of the value itself

# Strings are skipped whole, closed or not, so that the time taken grows with the length alone.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_UNUSABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Twice:
    """Stands in the parsed value for an object that had a key twice."""

    key: str


@dataclass(frozen=True, slots=True)
class _NotJson:
    """Stands in the parsed value for NaN and the like."""

    word: str


@dataclass(frozen=True, slots=True)
class _TooLong:
    """Stands in the parsed value for a whole number with too many digits."""


@dataclass(frozen=True, slots=True)
class _Flaw:
    problem: FieldProblem
    malformed: bool  # not JSON at all, rather than JSON that cannot be taken


def check_media_type(content_type: str | None, content_encoding: str | None) -> None:
    """UnsupportedMediaType for everything that is not plain application/json in UTF-8."""
    media_type, _, parameters = (content_type or "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        sent = f"the body was sent as {shown(content_type)}" if content_type else "the body came without a Content-Type"
        raise UnsupportedMediaType(sent)
    if (content_encoding or "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("the body is compressed")


def read_json(body: bytes) -> Any:
    """The value in `body`. BadRequest for what is not JSON, InvalidRequest for JSON that cannot be taken."""
    if not body.strip(b" \t\r\n"):
        raise BadRequest("the body is empty", remedy="send a JSON object")
    text, not_utf8 = _decode(body)
    _check_depth(text)
    value = _parse(text)
    flaws = list(islice(_flaws(value, _WHOLE_BODY, not_utf8=not_utf8), _MOST_PROBLEMS))
    if flaws:
        detail = "; ".join(f"{flaw.problem.field}: {flaw.problem.message}" for flaw in flaws)
        kind = BadRequest if any(flaw.malformed for flaw in flaws) else InvalidRequest
        raise kind(detail, problems=tuple(flaw.problem for flaw in flaws))
    return value


def _decode(body: bytes) -> tuple[str, bool]:
    """The text, and whether it is not UTF-8: bytes that are not come out as lone surrogates, and are found later."""
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return body.decode("utf-8", "surrogateescape"), True


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                place = f"at character {token.start()}"
                raise BadRequest(f"objects and lists are nested more than {MAX_DEPTH} deep, {place}")
        elif first in "]}":
            depth -= 1


def _parse(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadRequest(f"the body is not JSON: {error.msg} ({place})", remedy="send one JSON object") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Twice:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return _Twice(key)
        seen.add(key)
    return found


def _whole(digits: str) -> int | _TooLong:
    return int(digits) if len(digits) <= _DIGITS else _TooLong()


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_NotJson, parse_int=_whole)


def _flaws(value: Any, path: str, *, not_utf8: bool) -> Iterator[_Flaw]:
    """What is wrong within `value`, with the path to it. The depth was checked, so this may recurse."""
    match value:
        case dict():
            for key, item in value.items():
                here = _join(path, key)
                yield from _text_flaws(key, f"name of {here}", not_utf8=not_utf8)
                yield from _flaws(item, here, not_utf8=not_utf8)
        case list():
            for place, item in enumerate(value):
                yield from _flaws(item, _join(path, str(place)), not_utf8=not_utf8)
        case str():
            yield from _text_flaws(value, path, not_utf8=not_utf8)
        case _Twice(key):
            message = "stands twice in the same object"
            yield _Flaw(FieldProblem(_join(path, key), message, "send it once"), malformed=True)
        case _NotJson(word):
            message = f"{word} is not JSON"
            yield _Flaw(FieldProblem(path, message, "leave the field out or send a number"), malformed=True)
        case int() | float() | _TooLong():
            yield from _number_flaws(value, path)


def _join(path: str, key: str) -> str:
    return f"{path}.{shown(key)}" if path != _WHOLE_BODY else shown(key)


def _number_flaws(value: Any, path: str) -> Iterator[_Flaw]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield _Flaw(FieldProblem(path, "is too large a number", "send one below 1.8e308"), malformed=False)
    elif isinstance(value, _TooLong) or not -_WHOLE <= value < _WHOLE:
        yield _Flaw(FieldProblem(path, "is a whole number beyond 64 bits", "send it as text"), malformed=False)


def _text_flaws(text: str, path: str, *, not_utf8: bool) -> Iterator[_Flaw]:
    found = _UNUSABLE.search(text)
    if found is None:
        return
    if found[0] == "\0":
        yield _Flaw(FieldProblem(path, "has a NUL character", "remove it"), malformed=False)
    elif not_utf8:
        yield _Flaw(FieldProblem(path, "is not valid UTF-8", "send the body in UTF-8"), malformed=True)
    else:
        message = f"has half a character, the lone surrogate U+{ord(found[0]):04X}"
        yield _Flaw(FieldProblem(path, message, "send the whole character, or remove it"), malformed=False)
