from __future__ import annotations

import math
from typing import Any

import pytest

from rules.model import Attribute, AttributeType
from rules.schema import AttributeSchema
from tests.unit.rules.given import SCHEMA


def test_sound_attributes_pass():
    """Values of the declared types are taken; a whole number is a number."""
    attributes = {"amount": 3, "country": "GB", "channel": "app", "age": 40, "authenticated": True, "tags": ["a"]}
    assert SCHEMA.check(attributes) == []
    assert SCHEMA.coerce(attributes) == attributes | {"amount": 3.0, "tags": ("a",)}
    assert isinstance(SCHEMA.coerce(attributes)["amount"], float)


def test_unknown_attribute_gets_the_name_that_was_meant():
    """A misspelt attribute is refused, because a rule would otherwise never see it."""
    assert SCHEMA.check({"ammount": 3}) == [
        ("ammount", "is not an attribute of this workflow", "did you mean `amount`?")
    ]


@pytest.mark.parametrize(
    "name, value, reason",
    [
        ("amount", "3", "must be a number, not text"),
        ("amount", True, "must be a number, not true or false"),
        ("amount", math.nan, "is not a finite number"),
        ("amount", math.inf, "is not a finite number"),
        ("amount", 2**53, "is too large a whole number"),
        ("age", True, "must be a whole number, not true or false"),
        ("age", 3.0, "must be a whole number, not a number"),
        ("age", 2**63, "is too large a whole number"),
        ("age", -(2**53), "is too large a whole number"),
        ("authenticated", 1, "must be true or false, not a whole number"),
        ("authenticated", "true", "must be true or false, not text"),
        ("country", None, "must be text, not null"),
        ("country", ["GB"], "must be text, not a list"),
        ("country", "G\0B", "has a NUL character"),
        ("country", "\ud800", "has a NUL character or half a character"),
        ("country", "x" * 1_001, "is longer than 1,000 characters"),
        ("channel", "webb", "is not one of the allowed values"),
        ("tags", "a", "must be a list of texts, not text"),
        ("tags", ["a", 1], "must be a list of texts, not hold a whole number"),
        ("tags", ["a", "\0"], "has a NUL character"),
        ("tags", ["a"] * 101, "has more than 100 items"),
        ("tags", {"a": 1}, "must be a list of texts, not an object"),
    ],
)
def test_wrong_value_is_named_and_never_used(name: str, value: Any, reason: str):
    """A value of the wrong kind is refused in words; for the rules it is as good as missing."""
    (problem,) = SCHEMA.check({name: value})
    assert problem.field == name
    assert problem.message.startswith(reason)
    assert problem.remedy
    assert SCHEMA.coerce({name: value}) == {}


@pytest.mark.parametrize("name", ["Amount", "1st", "a-b", "matched", "in", "text", "x" * 65, ""])
def test_names_conditions_could_not_use_are_refused(name: str):
    """An attribute whose name is not a plain word, or a word of the language, cannot be declared."""
    with pytest.raises(ValueError, match="cannot name an attribute"):
        AttributeSchema((Attribute(name, AttributeType.STRING),))


def test_declared_twice_or_with_values_of_no_text():
    """A declaration that contradicts itself is refused."""
    one = Attribute("a", AttributeType.INTEGER)
    with pytest.raises(ValueError, match="declared twice"):
        AttributeSchema((one, one))
    with pytest.raises(ValueError, match="cannot list its values"):
        AttributeSchema((Attribute("a", AttributeType.INTEGER, values=("1",)),))
