"""Attribute declarations, as they stand in a pack and in a workflow: `name: {type, values, description}`."""

from __future__ import annotations

from typing import Final

from rules.model import Attribute, AttributeType
from rules.reading.shape import Shape
from rules.reading.strict_yaml import Node
from rules.schema import RESERVED

KEYS: Final = ("type", "values", "description")


def read_attributes(shape: Shape, node: Node | None) -> tuple[Attribute, ...]:
    """The declared attributes in written order; what is wrong with them is noted in `shape`."""
    if node is None or node.value == {}:
        return ()
    entries = shape.names(node, "attributes")
    for name in entries:
        if name in RESERVED:
            shape.note(node.keys[name], f"`{name}` cannot name an attribute: the rule language uses it", "rename it")
    return tuple(_attribute(shape, name, entry) for name, entry in entries.items())


def _attribute(shape: Shape, name: str, entry: Node) -> Attribute:
    keys = shape.mapping(entry, f"attribute `{name}`", KEYS, ("type",))
    type_ = shape.choice(keys.get("type"), "attribute type", AttributeType)
    values = shape.texts(keys.get("values"), "values")
    if values and type_ is not None and type_ is not AttributeType.STRING:
        shape.note(entry, f"attribute `{name}` lists values but is no string", "leave `values` out")
    description = shape.text(keys.get("description"), "a description")
    return Attribute(name, type_ or AttributeType.STRING, values, description)
