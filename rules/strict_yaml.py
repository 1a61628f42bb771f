"""YAML 1.2, strictly: what is read is what the author sees, and every value knows its place.

Built on ruamel.yaml's events, so that nothing is expanded or constructed behind our back. Refused, because each has
misled somebody: duplicate keys, anchors and aliases (alias bombs), tags, several documents, tabs, folded scalars `>`
(their lines lose their place), numbers that are not what they look like (`007`, `0x1F`, `.nan`), files beyond 2 MB.
Scalars follow the 1.2 core schema, so `NO`, `yes` and `12:30` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rules.errors import Problem, RuleErrors

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 32
_MOST_CONTROLS: Final = 20  #: named in one go; a file full of tabs needs no longer list

Scalar: TypeAlias = str | int | float | bool | None
Place: TypeAlias = tuple[int, int]  #: line and column, both 1-based

_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]|\t|\r(?!\n)")
_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_DECEPTIVE: Final = re.compile(r"[-+]?(0[0-9]+(\.[0-9]*)?|0[xo][0-9a-fA-F]+|[0-9]{19,}|\.(inf|Inf|INF|nan|NaN|NAN))")
_ESCAPE: Final = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)")


@dataclass(frozen=True, slots=True)
class Node:
    """One value and where it stands. Mappings keep the order and the places of their keys."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    line: int  #: 1-based; of the first line of text in a `|` block
    column: int  #: 1-based; of the first character inside the quotes
    keys: Mapping[str, Place] = field(default_factory=dict)  #: of a mapping: where each key stands
    columns: tuple[int, ...] = ()  #: of a quoted scalar with escapes: the column of each character
    lines_up: bool = True  #: whether a scalar's lines are the file's lines; false for text wrapped without `|`

    @property
    def place(self) -> Place:
        return self.line, self.column

    def data(self) -> Any:
        """The value and all below it as plain Python data: dict, list, str, int, float, bool, None."""
        if isinstance(self.value, Mapping):
            return {key: node.data() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.data() for node in self.value]
        return self.value


def read_yaml(data: bytes, file: str) -> Node:
    """Read one YAML document. `file` is the name shown in problems.

    Raises RuleErrors with every problem found up to the first one that leaves the rest without meaning.
    """
    reading = _Reading(_decoded(data, file), file)
    node = reading.document()
    if reading.problems:
        raise RuleErrors(reading.problems)
    return node


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        remedy = "split the pack into several files"
        raise RuleErrors([Problem(file, 1, 1, f"is larger than {MAX_BYTES:,} bytes", remedy)])
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8"))
        raise RuleErrors([Problem(file, line, column, "is not UTF-8", "save the file as UTF-8")]) from None
    problems = []
    for hit in islice(_CONTROL.finditer(text), _MOST_CONTROLS):
        line, column = _place(text[: hit.start()])
        message, remedy = _control(hit[0])
        problems.append(Problem(file, line, column, message, remedy))
    if problems:
        raise RuleErrors(problems)
    return text


def _place(before: str) -> Place:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _control(char: str) -> tuple[str, str]:
    if char == "\t":
        return "has a tab", "use spaces; inside double quotes write \\t"
    return f"has the control character U+{ord(char):04X}", "remove it"


class _Reading:
    """One pass over a document's events, building nodes and noting problems."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.file = file
        self.problems: list[Problem] = []

    def document(self) -> Node:
        events = self._events()
        root: Node | None = None
        for event in events:
            match event:
                case DocumentStartEvent() if root is not None:
                    self._stop(event, "has a second document", "put it into a file of its own")
                case DocumentStartEvent() if event.version or event.tags:
                    self._stop(event, "has a % directive", "remove it: files are read as YAML 1.2")
                case ScalarEvent() | MappingStartEvent() | SequenceStartEvent() | AliasEvent():
                    root = self._node(event, events, depth=1)
        if root is None:
            self.problems.append(Problem(self.file, 1, 1, "is empty", "write at least one entry"))
            raise RuleErrors(self.problems)
        return root

    def _events(self) -> Iterator[Any]:
        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = " ".join(part for part in (error.context, error.problem) if part)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            remedy = "check quotes and indentation"
            self.problems.append(Problem(self.file, line, column, f"is not YAML: {message}", remedy))
            raise RuleErrors(self.problems) from None
        except (YAMLError, ValueError, RecursionError) as error:
            message = f"is not YAML: {type(error).__name__}"
            self.problems.append(Problem(self.file, 1, 1, message, "check quotes and indentation"))
            raise RuleErrors(self.problems) from None

    def _note(self, event: Any, message: str, remedy: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, message, remedy))

    def _stop(self, event: Any, message: str, remedy: str) -> NoReturn:
        self._note(event, message, remedy)
        raise RuleErrors(self.problems)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._stop(event, f"is nested deeper than {MAX_DEPTH} levels", "make it flatter")
        if isinstance(event, AliasEvent):
            self._note(event, f"uses the alias `*{event.anchor}`", "write the value out")
            return self._at(event, None)
        if event.anchor is not None:
            self._note(event, f"has the anchor `&{event.anchor}`", "write the value out where it is needed")
        if event.tag is not None:
            self._note(event, f"has the tag `{event.tag}`", "remove it")
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, events, depth)
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), SequenceEndEvent):
                items.append(self._node(item, events, depth + 1))
            return self._at(event, tuple(items))
        return self._scalar(event)

    def _mapping(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(key_event := next(events), MappingEndEvent):
            key = self._node(key_event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key.value, str):
                self._note(key_event, "has a key that is not text", "put the key in quotes")
            elif key.value in values:
                self._note(
                    key_event, f"has the key `{key.value}` twice", f"first in line {keys[key.value][0]}; keep one"
                )
            else:
                values[key.value] = value
                keys[key.value] = (key_event.start_mark.line + 1, key_event.start_mark.column + 1)
        mark = event.start_mark
        return Node(values, mark.line + 1, mark.column + 1, keys=keys)

    def _at(self, event: Any, value: Scalar | tuple[Node, ...]) -> Node:
        return Node(value, event.start_mark.line + 1, event.start_mark.column + 1)

    def _scalar(self, event: Any) -> Node:
        start, end, text = event.start_mark, event.end_mark, event.value
        match event.style:
            case ">":
                self._note(event, "is a folded block `>`", "use `|`, which keeps the lines")
            case "|":
                lead = next((i for i, line in enumerate(text.split("\n")) if line.strip()), 0)
                shown, kept = self.lines[start.line + 1 + lead : start.line + 2 + lead], text.split("\n")[lead]
                indent = len(shown[0]) - len(kept) if shown else 0
                return Node(text, start.line + 2, indent + 1)
            case "'" | '"':
                columns = self._columns(start, end, event.style) if start.line == end.line else ()
                straight = len(columns) == end.column - start.column - 2
                lines_up = start.line == end.line
                inside = start.column + 2
                return Node(text, start.line + 1, inside, columns=() if straight else columns, lines_up=lines_up)
        if _DECEPTIVE.fullmatch(text):
            self._note(event, f"`{text}` is not the number it looks like", "put it in quotes if it is text")
        return Node(_resolved(text), start.line + 1, start.column + 1, lines_up=start.line == end.line)

    def _columns(self, start: Any, end: Any, quote: str) -> tuple[int, ...]:
        """The column of each character of a quoted scalar on one line, by walking over its escapes."""
        written = self.lines[start.line][start.column + 1 : end.column - 1]
        escape = re.compile("''") if quote == "'" else _ESCAPE
        columns, place = [], 0
        while place < len(written):
            columns.append(start.column + 2 + place)
            hit = escape.match(written, place)
            place = hit.end() if hit else place + 1
        return tuple(columns)


def _resolved(text: str) -> Scalar:
    """A plain scalar's value by the YAML 1.2 core schema."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
