from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rules.errors import Problem
from rules.model import Effect
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node, read_yaml


def read(text: str) -> tuple[Shape, Node]:
    return Shape("f", []), read_yaml(text.encode(), "f")


def test_unknown_key_is_named_with_the_one_that_was_meant():
    """A misspelt key is an error at the key, not silence."""
    shape, node = read("titel: x\n")
    shape.mapping(node, "a rule", ("title",), ("title",))
    assert [str(problem) for problem in shape.problems] == [
        "f:1:1: a rule has no key `titel` (did you mean `title`?)",
        "f:1:1: a rule lacks `title` (add `title:`)",
    ]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("12", "must be text"),
        ("' '", "is blank"),
        ("aaaaaaaaaaa", "longer than 10"),
        ("A b", "cannot be"),
    ],
)
def test_text_that_does_not_fit(text: str, reason: str):
    """Text has a kind, a length and a pattern, each with its own words when it is wrong."""
    shape, node = read(text)
    assert shape.text(node, "it", most=10, pattern="[a-z]+", remedy="use a-z") == ""
    assert reason in shape.problems[0].message


def test_choice_outside_the_words():
    """A word that is none of the known ones gets the nearest."""
    shape, node = read("blok")
    assert shape.choice(node, "effect", Effect) is None
    assert shape.problems == [Problem("f", 1, 1, "`blok` is no effect", "did you mean `block`?")]


@pytest.mark.parametrize("text", ["true", "3.0", "-1", "101", "'5'"])
def test_integer_outside_its_bounds(text: str):
    """Only whole numbers within the bounds are whole numbers; true is none."""
    shape, node = read(text)
    assert shape.integer(node, "priority", 0, 100) is None
    assert len(shape.problems) == 1


def test_moments_are_utc_and_need_an_offset():
    """A time without its offset is refused, a day means its first moment, others are brought to UTC."""
    shape, node = read("['2026-01-31T10:00:00+01:00', 2026-01-31, '2026-01-31T10:00:00', never]")
    assert isinstance(node.value, tuple)
    moments = [shape.moment(item, "now") for item in node.value]
    assert moments == [datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC), None, None]
    assert len(shape.problems) == 2
    assert shape.day(node.value[1], "review_by") == date(2026, 1, 31)


def test_texts_refuse_repetition_and_emptiness():
    """A list of texts has each once and at least one."""
    shape, node = read("{a: [x, x], b: [], c: 5}")
    assert isinstance(node.value, dict)
    for value in node.value.values():
        shape.texts(value, "list")
    assert [problem.message for problem in shape.problems] == [
        "list has `x` twice",
        "list is empty",
        "list must be a list",
    ]
