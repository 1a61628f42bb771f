"""YAML 1.2, strictly: what is read is what the author sees, and every value knows its place.

Built on the events of PyYAML (libyaml where it is there), so that nothing is expanded or constructed behind our back.
Refused, because each has misled somebody: duplicate keys, anchors and aliases (alias bombs), tags, several documents,
tabs, folded scalars `>` (their lines lose their place), numbers that are not what they look like (`007`, `0x1F`,
`.nan`), escaped NUL and half characters, files beyond 2 MB. Scalars follow the 1.2 core schema, so `NO`, `yes` and
`12:30` are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from rules.errors import Problem, RuleErrors
from rules.reading.text_file import Place, decode, tabs

MAX_DEPTH: Final = 32

Scalar: TypeAlias = str | int | float | bool | None

_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMERIC: Final = frozenset("+-.0123456789")  #: what a number begins with
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_DECEPTIVE: Final = re.compile(r"[-+]?(0[0-9]+(\.[0-9]*)?|0[xo][0-9a-fA-F]+|[0-9]{19,}|\.(inf|Inf|INF|nan|NaN|NAN))")
_BEYOND: Final = frozenset((math.inf, -math.inf))  #: what `1e999` would become
_ESCAPES: Final = {"'": re.compile("''"), '"': re.compile(r"\\(?:x..|u.{4}|U.{8}|.)")}
_UNUSABLE: Final = re.compile("[\0\ud800-\udfff]")
_NO_KEYS: Final[Mapping[str, Place]] = MappingProxyType({})
#: The fastest parser there is: libyaml's, else the same in Python. Only its events are asked for.
PARSER: Callable[[str], Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Node(NamedTuple):
    """One value and where it stands. Mappings keep the order and the places of their keys."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    line: int  #: 1-based; of the first line of text in a `|` block
    column: int  #: 1-based; of the first character inside the quotes
    keys: Mapping[str, Place] = _NO_KEYS  #: of a mapping: where each key stands
    columns: tuple[int, ...] = ()  #: of a quoted scalar with escapes: the column of each character
    lines_up: bool = True  #: whether a scalar's lines are the file's lines; false for text wrapped without `|`

    @property
    def place(self) -> Place:
        return self.line, self.column

    @property
    def items(self) -> tuple[Node, ...]:
        """The items of a list; anything else is a list of itself."""
        return self.value if isinstance(self.value, tuple) else (self,)

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
    text = decode(data, file)
    if problems := tabs(text, file):
        raise RuleErrors(problems)
    return _Reading(text, file).document()


def _remedy(message: str, before: str) -> str:
    """What to do about text that is not YAML, given what stands before the place on its line."""
    if "unknown escape character" in message:
        return "put it in single quotes, where \\ is an ordinary character"
    if "escape code" in message:
        return "write the character itself"
    if _QUOTED_START.search(before):
        return "the quotes end here: put the whole into other quotes, as in \"'vip' in tags\""
    return "check quotes and indentation"


#: An item or a value that was in quotes and is over, though the line goes on.
_QUOTED_START: Final = re.compile(r"""(?:-|:)[ ]+(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")[ ]*$""")


class _Reading:
    """One pass over a document's events, building nodes and noting problems."""

    def __init__(self, text: str, file: str) -> None:
        self.lines = text.split("\n")
        self.file = file
        self.problems: list[Problem] = []
        self._text = text

    def document(self) -> Node:
        try:
            parser = PARSER(self._text)
            root = self._root(parser.get_event)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = " ".join(part for part in (error.context, error.problem) if part)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            remedy = _remedy(message, self.lines[line - 1][: column - 1] if line <= len(self.lines) else "")
            self.problems.append(Problem(self.file, line, column, f"is not YAML: {message}", remedy))
        except (YAMLError, ValueError) as error:
            message = f"is not YAML: {type(error).__name__}"
            self.problems.append(Problem(self.file, 1, 1, message, "check quotes and indentation"))
        else:
            if root is None:
                self.problems.append(Problem(self.file, 1, 1, "is empty", "write at least one entry"))
            elif not self.problems:
                return root
        raise RuleErrors(self.problems)

    def _root(self, following: Callable[[], Any]) -> Node | None:
        root: Node | None = None
        while not isinstance(event := following(), StreamEndEvent):
            match event:
                case StreamStartEvent() | DocumentEndEvent():
                    pass
                case DocumentStartEvent() if root is not None:
                    self._stop(event.start_mark, "has a second document", "put it into a file of its own")
                case DocumentStartEvent():
                    end: Any = event.end_mark
                    if any(before.startswith("%") for before in self.lines[: end.line]):
                        self._stop(end, "has a % directive", "remove it: files are read as YAML 1.2", 3)
                case _:
                    root = self._node(event, following, depth=1)
        return root

    def _note(self, mark: Any, message: str, remedy: str, back: int = 0) -> None:
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1 - back, message, remedy))

    def _stop(self, mark: Any, message: str, remedy: str, back: int = 0) -> NoReturn:
        self._note(mark, message, remedy, back)
        raise RuleErrors(self.problems)

    def _node(self, event: Any, following: Callable[[], Any], depth: int) -> Node:
        start = event.start_mark
        if depth > MAX_DEPTH:
            self._stop(start, f"is nested deeper than {MAX_DEPTH} levels", "make it flatter")
        kind = type(event)
        if kind is AliasEvent:
            self._note(start, f"uses the alias `*{event.anchor}`", "write the value out")
            return Node(None, start.line + 1, start.column + 1)
        if event.anchor is not None:
            self._note(start, f"has the anchor `&{event.anchor}`", "write the value out where it is needed")
        if event.tag is not None:
            own = event.tag.startswith("!")  # as in `- !authenticated`, which is meant to be an expression
            remedy = "put an expression that begins with ! into quotes" if own else "remove it"
            self._note(start, f"has the tag `{event.tag}`", remedy)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is MappingStartEvent:
            return self._mapping(event, following, depth + 1)
        return self._sequence(event, following, depth + 1)

    def _sequence(self, event: Any, following: Callable[[], Any], depth: int) -> Node:
        items = []
        while type(item := following()) is not SequenceEndEvent:
            items.append(self._node(item, following, depth))
        return Node(tuple(items), event.start_mark.line + 1, event.start_mark.column + 1)

    def _mapping(self, event: Any, following: Callable[[], Any], depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while type(key_event := following()) is not MappingEndEvent:
            key = self._node(key_event, following, depth).value
            value = self._node(following(), following, depth)
            start = key_event.start_mark
            if not isinstance(key, str):
                self._note(start, "has a key that is not text", "put the key in quotes")
            elif key in values:
                self._note(start, f"has the key `{key}` twice", f"first in line {keys[key][0]}; keep one")
            else:
                values[key] = value
                keys[key] = (start.line + 1, start.column + 1)
        return Node(values, event.start_mark.line + 1, event.start_mark.column + 1, keys)

    def _scalar(self, event: Any) -> Node:
        start, end, text, style = event.start_mark, event.end_mark, event.value, event.style
        line = start.line
        straight = line == end.line
        if style in {"'", '"'}:
            if (
                straight and len(text) == end.column - start.column - 2
            ):  # every escape is longer than what it stands for
                return Node(text, line + 1, start.column + 2)
            if _UNUSABLE.search(text):
                self._note(start, "has an escaped NUL or half character (a lone surrogate)", "remove it")
            columns = self._columns(event) if straight else ()
            return Node(text, line + 1, start.column + 2, _NO_KEYS, columns, straight)
        if style == "|":
            return self._block(start, text)
        if style == ">":
            self._note(start, "is a folded block `>`", "use `|`, which keeps the lines")
        value = _resolved(text)
        if text[:1] in _NUMERIC and (_DECEPTIVE.fullmatch(text) or value in _BEYOND):
            self._note(start, f"`{text}` is not the number it looks like", "put it in quotes if it is text")
        return Node(value, line + 1, start.column + 1, _NO_KEYS, (), straight)

    def _block(self, start: Any, text: str) -> Node:
        """A `|` block begins, for its author, at its first line that is not blank."""
        lines = text.split("\n")
        lead = next((place for place, line in enumerate(lines) if line.strip()), 0)
        shown = self.lines[start.line + 1 + lead : start.line + 2 + lead]
        indent = len(shown[0]) - len(lines[lead]) if shown else 0
        return Node(text, start.line + 2, indent + 1)

    def _columns(self, event: Any) -> tuple[int, ...]:
        """The column of each character of a quoted scalar on one line, by walking over its escapes."""
        first, end = event.start_mark.column + 1, event.end_mark.column - 1
        line = self.lines[event.start_mark.line]
        columns: list[int] = []
        place = first
        for hit in _ESCAPES[event.style].finditer(line, first, end):
            columns += range(place + 1, hit.start() + 2)
            place = hit.end()
        columns += range(place + 1, end + 1)
        return tuple(columns)


def _resolved(text: str) -> Scalar:
    """A plain scalar's value by the YAML 1.2 core schema."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in _NUMERIC:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
