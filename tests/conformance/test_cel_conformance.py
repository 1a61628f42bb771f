"""The official CEL tests, asked through our own engine: all that the rule language takes must come out as they say.

A test's value is asked as the condition `(expression) == (value)`, an error as an expression that is unknown.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rules.conditions import Engine
from rules.model import Attribute, AttributeType, AttributeValue
from rules.schema import AttributeSchema
from tests.conformance.textproto import Message, Value, read_message

#: What whole files are about that conditions do not have.
OTHER_FILES = {
    "bindings_ext": "an extension",
    "block_ext": "an extension",
    "encoders_ext": "an extension",
    "math_ext": "an extension",
    "network_ext": "an extension",
    "optionals": "an extension",
    "proto2_ext": "an extension",
    "string_ext": "an extension",
    "dynamic": "protocol buffer messages",
    "enums": "protocol buffer messages",
    "proto2": "protocol buffer messages",
    "proto3": "protocol buffer messages",
    "wrappers": "protocol buffer messages",
    "unknowns": "has no tests",
}
_OFF = re.compile(r"\b(matches|map|filter|has|dyn)\(")
_ATTRIBUTES: Mapping[str, tuple[AttributeType, Callable[[Any], AttributeValue]]] = {
    "int64_value": (AttributeType.INTEGER, int),
    "double_value": (AttributeType.NUMBER, float),
    "bool_value": (AttributeType.BOOLEAN, lambda word: word == "true"),
    "string_value": (AttributeType.STRING, bytes.decode),
}
#: Where the engine is known to differ, and why that does no harm.
KNOWN = {
    "fields/qualified_identifier_resolution/map_value_repeat_key_heterogeneous": (
        "a map literal with the keys 0 and 0u, which the engine takes; attributes are never unsigned"
    ),
}


class Outside(Exception):
    """A test that asks for something conditions do not have; says what."""


@dataclass(frozen=True)
class Case:
    name: str
    test: Message


def cases(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*.textproto")):
        for section in read_message(file.read_bytes()).get("section", ()):
            assert isinstance(section, dict)
            for test in section.get("test", ()):
                assert isinstance(test, dict)
                yield Case(f"{file.stem}/{_text(section['name'][0])}/{_text(test['name'][0])}", test)


def _text(value: Value) -> str:
    assert isinstance(value, bytes)
    return value.decode()


def literal(value: Message) -> str:
    """A value of the tests, written in CEL."""
    ((kind, (found,)),) = value.items()
    if kind in ("int64_value", "bool_value"):
        return str(found)
    if kind == "uint64_value":
        return f"{found!s}u"
    if kind == "null_value":
        return "null"
    if kind == "double_value":
        return _double(str(found))
    if kind in ("string_value", "bytes_value") and isinstance(found, bytes):
        return _quoted(found, kind)
    if kind == "list_value" and isinstance(found, dict):
        return "[" + ", ".join(literal(item) for item in found.get("values", ())) + "]"
    if kind == "map_value" and isinstance(found, dict):
        entries = found.get("entries", ())
        return "{" + ", ".join(f"{literal(one['key'][0])}: {literal(one['value'][0])}" for one in entries) + "}"
    raise Outside(f"a value of kind {kind.removesuffix('_value')}")


def _double(written: str) -> str:
    value = float(written.replace("infinity", "inf"))
    if math.isnan(value):
        raise Outside("not a number, which equals nothing")
    return f"double('{value}')" if math.isinf(value) else repr(value)


def _quoted(found: bytes, kind: str) -> str:
    if kind == "bytes_value":
        return "b'" + "".join(f"\\x{byte:02x}" for byte in found) + "'"
    return "'" + "".join(f"\\U{ord(char):08x}" for char in found.decode()) + "'"


def attributes(test: Message) -> tuple[AttributeSchema, dict[str, AttributeValue]]:
    """What a test binds, as attributes of a request."""
    declared, given = [], {}
    for binding in test.get("bindings", ()):
        assert isinstance(binding, dict)
        name, (wrapped,) = _text(binding["key"][0]), binding["value"]
        assert isinstance(wrapped, dict)
        ((kind, (value,)),) = wrapped["value"][0].items() if "value" in wrapped else (("error", ("",)),)
        if kind not in _ATTRIBUTES:
            raise Outside(f"a variable of kind {kind.removesuffix('_value')}")
        kind_of, read = _ATTRIBUTES[kind]
        declared.append(Attribute(name, kind_of))
        given[name] = read(value)
    try:
        schema = AttributeSchema(tuple(declared))
    except ValueError:
        raise Outside("a variable whose name attributes cannot have") from None
    if schema.check(given):
        raise Outside("a variable whose value attributes cannot have")
    return schema, given


def ask(case: Case) -> tuple[bool | str, bool]:
    """Our engine's answer to a test, and whether an error is expected of it. Raises Outside."""
    if (stem := case.name.split("/")[0]) in OTHER_FILES:
        raise Outside(OTHER_FILES[stem])
    if case.name in KNOWN:
        raise Outside(KNOWN[case.name])
    test = case.test
    source = _text(test["expr"][0])
    if off := _OFF.search(source):
        raise Outside(f"{off[1]}() is switched off")
    if "typed_result" in test or "unknown" in test or "any_eval_errors" in test:
        raise Outside("the type deduced, or an unknown by pattern")
    schema, given = attributes(test)
    fails = "eval_error" in test
    if fails:
        condition = f"({source}\n) == ({source}\n)"
    elif "value" in test:
        condition = f"({source}\n) == ({literal(test['value'][0])})"  # type: ignore[arg-type]
    else:
        condition = f"({source}\n) == true"
    engine = Engine(schema, {})
    faults = engine.check(condition)
    if faults:
        raise Outside("refused at load: " + re.sub(r"`[^`]*`|\([^)]*\)", "…", faults[0].message)[:50])
    return engine.compile(condition).ask(engine.facts(schema.coerce(given), ())), fails


def test_cel_conformance(data: Path, capsys: pytest.CaptureFixture[str]):
    """Each official test within the rule language has its official answer; an error is unknown, never true or false."""
    outside: Counter[str] = Counter()
    ran: Counter[str] = Counter()
    wrong: dict[str, bool | str] = defaultdict(str)
    for case in cases(data / "cel-conformance"):
        try:
            answer, fails = ask(case)
        except Outside as why:
            outside[str(why)] += 1
            continue
        ran[case.name.split("/")[0]] += 1
        if isinstance(answer, str) if fails else answer is True:
            continue
        wrong[case.name] = answer
    with capsys.disabled():
        print(f"\nCEL conformance: {ran.total()} ran, {outside.total()} are outside of the rule language")  # noqa: T201
        for counts in (ran, outside):
            print("".join(f"  {count:5} {what}\n" for what, count in counts.most_common()))  # noqa: T201
    assert dict(wrong) == {}
    assert ran.total() > 500
