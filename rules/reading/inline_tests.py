"""The tests that stand beside a rule or an exemption, as they are written. `rules.testing` runs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from rules.model import AttributeValue, FindingStatus, RuleTest
from rules.reading.forms import TEST_NAME
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from rules.reading.text_file import Place

REQUIRED: Final = ("name", "text", "expect")
KEYS: Final = ("name", "text", "attributes", "now", "expect")


def read_tests(shape: Shape, node: Node | None, places: dict[str, Place]) -> tuple[RuleTest, ...]:
    """The tests in written order. `places` learns where they stand, as `tests.0`, and each attribute, as
    `tests.0.amount`."""
    if node is None:
        return ()
    tests = tuple(
        _test(shape, item, f"tests.{number}", places) for number, item in enumerate(shape.items(node, "tests"))
    )
    for name, times in Counter(test.name for test in tests).items():
        if name and times > 1:
            shape.note(node, f"two tests are called `{name}`", "give each its own name")
    return tests


def _test(shape: Shape, node: Node, place: str, places: dict[str, Place]) -> RuleTest:
    places[place] = node.place
    entries = shape.mapping(node, "a test", KEYS, REQUIRED)
    text = entries.get("text")
    if text and not isinstance(text.value, str):
        shape.note(text, "the text of a test must be text", "put it in quotes")
    return RuleTest(
        name=shape.text(entries.get("name"), "a test's name", *TEST_NAME),
        text=text.value if text and isinstance(text.value, str) else "",
        attributes=_attributes(shape, entries.get("attributes"), place, places),
        expect=shape.choice(entries.get("expect"), "expect", FindingStatus) or FindingStatus.MATCH,
        now=shape.moment(entries.get("now"), "now"),
    )


def _attributes(shape: Shape, node: Node | None, place: str, places: dict[str, Place]) -> dict[str, AttributeValue]:
    """As written: whether they fit the workflow's declarations is found when the rules are compiled."""
    if node is None:
        return {}
    if not isinstance(node.value, Mapping):
        shape.note(node, "attributes must be a mapping", "write {amount: 12.5}")
        return {}
    attributes: dict[str, AttributeValue] = {}
    for name, value in node.value.items():
        places[f"{place}.{name}"] = value.place
        data = value.data()
        attributes[name] = tuple(data) if isinstance(data, list) else data
    return attributes
