"""The condition of a rule or an exemption: `all`, `any` and `none` around CEL expressions with their places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.model import Clause, Condition, Leaf
from rules.reading.forms import CONDITION
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node

CLAUSES: Final = ("all", "any", "none")
#: Words of other languages: `and` is spelt more like `any` than like the `all` it means.
_MEANT: Final = {"and": "all", "or": "any", "not": "none"}
MAX_DEPTH: Final = 6  #: levels of all/any/none inside each other; the engine's recursion ends at 32


def read_condition(shape: Shape, node: Node | None, depth: int = 1) -> Condition:
    """What `when` says; what is wrong with it is noted in `shape`. Whether it makes sense is found by compiling it."""
    if node is None:
        return Condition()
    entries = shape.mapping(node, "a condition", CLAUSES, meant=_MEANT)
    if isinstance(node.value, Mapping) and not node.value:
        shape.note(node, "the condition is empty", "write all, any or none with a list of conditions")
    if depth > MAX_DEPTH:
        shape.note(node, f"conditions are nested deeper than {MAX_DEPTH} levels", "make it flatter")
        return Condition()
    return Condition(
        **{
            key: tuple(_clause(shape, item, depth) for item in shape.items(value, key))
            for key, value in entries.items()
        }
    )


def _clause(shape: Shape, node: Node, depth: int) -> Clause:
    if isinstance(node.value, Mapping):
        return read_condition(shape, node, depth + 1)
    if isinstance(node.value, bool):
        return Leaf(str(node.value).lower(), node.line, node.column)
    if isinstance(node.value, str) and not node.lines_up:
        shape.note(node, "a condition over several lines needs a `|` block", "write `- |` and indent the lines")
    source = node.value.rstrip() if isinstance(node.value, str) else ""
    shape.text(node, "a condition", *CONDITION)
    return Leaf(source, node.line, node.column, node.columns)
