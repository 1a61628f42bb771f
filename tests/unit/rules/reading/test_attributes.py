"""Attribute declarations: typed, in packs and workflows alike."""

from __future__ import annotations

from rules.errors import Problem
from rules.model import AttributeType
from rules.reading.attributes import read_attributes
from rules.reading.shape import Shape
from rules.reading.strict_yaml import read_yaml


def read(text):
    problems: list[Problem] = []
    return read_attributes(Shape("f.yaml", problems), read_yaml(text.encode(), "f.yaml")), problems


def test_a_declaration_has_type_values_and_description():
    """What is written is what is declared."""
    (channel, amount), problems = read(
        "channel: {type: string, values: [app, web]}\namount: {type: number, description: In euro}\n"
    )
    assert not problems
    assert (channel.name, channel.type, channel.values) == ("channel", AttributeType.STRING, ("app", "web"))
    assert (amount.type, amount.description) == (AttributeType.NUMBER, "In euro")


def test_values_are_for_texts():
    """A number with listed values is a mistake, and told."""
    _, problems = read("amount: {type: number, values: [a]}\n")
    assert "no string" in str(problems[0])


def test_an_unknown_type_is_told_with_the_known_ones():
    """Misspelt types are refused."""
    _, problems = read("amount: {type: numbr}\n")
    assert "did you mean `number`" in str(problems[0])


def test_a_word_of_the_rule_language_cannot_name_an_attribute():
    """Told at the name, with the other problems, before anything is compiled."""
    _, problems = read("amount: {type: number}\nin: {type: string}\n")
    assert [(one.line, one.column) for one in problems] == [(2, 1)]
    assert "`in` cannot name an attribute" in str(problems[0])
