"""XML as a tree, with what hostile files try left out: no entities of their own, no depth without end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from index.formats.model import MOST_DEPTH, CannotRead

_MOST_NODES: Final = 1_000_000


@dataclass(slots=True, eq=False)
class Node:
    """An element: its children are elements and text, in order."""

    name: str  #: without a prefix in the wanted namespaces, else `{namespace}name`
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Node]:
        """The elements among the children."""
        return (child for child in self.children if isinstance(child, Node))

    def all(self, *names: str) -> Iterator[Node]:
        """Children of these names."""
        return (child for child in self if child.name in names)

    def first(self, *path: str) -> Node | None:
        """The first child of that name, its first child of the next name, and so on."""
        node: Node | None = self
        for name in path:
            node = next(node.all(name), None) if node is not None else None
        return node

    def descendants(self, *names: str) -> Iterator[Node]:
        """Elements of these names anywhere below, in order; none within another."""
        for child in self:
            if child.name in names:
                yield child
            else:
                yield from child.descendants(*names)

    def text(self) -> str:
        """All text below."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


def parse_xml(data: bytes, *namespaces: str) -> Node:
    """The root element. Names in `namespaces` come bare, as do those in none. CannotRead names line and reason."""
    building = _Building(frozenset(namespaces))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.EntityDeclHandler = building.entity
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.said
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise CannotRead(f"line {error.lineno} is not XML: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:  # an encoding that is declared and not known
        raise CannotRead(f"it is not XML: {error}") from error
    return building.root()


class _Building:
    """What the parser's events make."""

    def __init__(self, namespaces: frozenset[str]) -> None:
        self._namespaces = namespaces
        self._open: list[Node] = [Node("", {})]
        self._nodes = 0

    def root(self) -> Node:
        return next(iter(self._open[0]))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise CannotRead(f"it has more than {_MOST_NODES:,} elements; split it")
        if len(self._open) > MOST_DEPTH:
            raise CannotRead(f"its elements are nested more than {MOST_DEPTH} deep")
        node = Node(self._bare(name), {self._bare(key): value for key, value in attributes.items()})
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def said(self, text: str) -> None:
        self._open[-1].children.append(text)

    def entity(self, *_declaration: object) -> None:
        raise CannotRead("it declares entities of its own, which can grow without end; write their text in full")

    def _bare(self, name: str) -> str:
        namespace, _, local = name.rpartition(" ")
        return local if not namespace or namespace in self._namespaces else f"{{{namespace}}}{local}"
