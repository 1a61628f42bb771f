"""What a Word document's styles and numbering say of a paragraph: heading or not, and the number Word would show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from index.formats.xml_tree import Node

_BODY: Final = 9  #: the outline level of text that is no heading
_PLACE: Final = re.compile(r"%([1-9])")
_MOST_STYLES_DEEP: Final = 30
_ROMAN: Final = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL: Final = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def value_of(node: Node | None, *path: str) -> str:
    """The `val` of an element down that path; empty without one."""
    found = node.first(*path) if node is not None else None
    return found.attributes.get("val", "") if found is not None else ""


def is_on(node: Node | None, name: str) -> bool:
    """Whether a switch such as `<w:b/>` is set."""
    found = node.first(name) if node is not None else None
    return found is not None and found.attributes.get("val", "true") not in ("false", "0", "off", "none")


class Styles:
    """Styles by their ids, each with what it takes over from the one it is based on."""

    def __init__(self, root: Node | None) -> None:
        self._styles = {style.attributes.get("styleId", ""): style for style in root.all("style")} if root else {}

    def chain(self, style: str) -> Iterator[Node]:
        """The style and those it is based on, nearest first."""
        for _ in range(_MOST_STYLES_DEEP):
            node = self._styles.get(style)
            if node is None:
                return
            yield node
            style = value_of(node, "basedOn")

    def name(self, style: str) -> str:
        """What Word calls it in every language, in lower case."""
        return value_of(next(self.chain(style), None), "name").lower()

    def level(self, style: str, properties: Node | None) -> int:
        """1 to 9 for a heading, 0 for text."""
        said = [value_of(properties, "outlineLvl")]
        for node in self.chain(style):
            name = value_of(node, "name").lower()
            if name.startswith("heading ") and name[8:].isdigit():
                return min(max(int(name[8:]), 1), _BODY)
            said.append(value_of(node, "pPr", "outlineLvl"))
        level = next((int(value) for value in said if value.isdigit()), _BODY)
        return level + 1 if level < _BODY else 0

    def bold(self, style: str) -> bool:
        return any(is_on(node.first("rPr"), "b") for node in self.chain(style))

    def numbering(self, style: str, properties: Node | None) -> tuple[str, str]:
        """Id of the list and level in it, as the paragraph or its style says; an id of 0 turns numbering off."""
        nodes = [properties, *(node.first("pPr") for node in self.chain(style))]
        number = next((said for node in nodes if (said := value_of(node, "numPr", "numId"))), "")
        level = next((said for node in nodes if (said := value_of(node, "numPr", "ilvl"))), "")
        return number, level


@dataclass(slots=True)
class _Level:
    form: str
    text: str
    start: int
    style: str


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Lists, counted while the paragraphs go by. Lists that share a definition go on counting, as in Word."""

    def __init__(self, root: Node | None) -> None:
        self._lists: dict[str, _List] = {}
        self._of: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        for node in root.all("abstractNum") if root is not None else ():
            self._lists[node.attributes.get("abstractNumId", "")] = _List(
                {_whole(level.attributes.get("ilvl", "")): _level(level) for level in node.all("lvl")}
            )
        for node in root.all("num") if root is not None else ():
            name = node.attributes.get("numId", "")
            self._of[name] = value_of(node, "abstractNumId")
            self._restarts[name] = {
                _whole(override.attributes.get("ilvl", "")): _whole(value_of(override, "startOverride"), 1)
                for override in node.all("lvlOverride")
                if override.first("startOverride") is not None
            }

    def next(self, number: str, level: str, style: str) -> tuple[str, int] | None:
        """The mark before the paragraph (`-` for a bullet, `2.1`, `(a)`) and its depth; None: it has none."""
        listed = self._lists.get(self._of.get(number, ""))
        if listed is None:
            return None
        depth = _whole(level) if level else _styled(listed, style)
        at = listed.levels.get(depth)
        if at is None or at.form == "none":
            return None
        if (restart := self._restarts[number].pop(depth, None)) is not None:
            listed.counts[depth] = restart - 1
        listed.counts[depth] = listed.counts.get(depth, at.start - 1) + 1
        for deeper in [other for other in listed.counts if other > depth]:
            del listed.counts[deeper]
        if at.form == "bullet":
            return "-", depth
        return _PLACE.sub(lambda match: _shown(listed, int(match[1]) - 1), at.text).strip(), depth


def _level(node: Node) -> _Level:
    start = value_of(node, "start")
    return _Level(
        value_of(node, "numFmt") or "decimal", value_of(node, "lvlText"), _whole(start, 1), value_of(node, "pStyle")
    )


def _styled(listed: _List, style: str) -> int:
    return next((depth for depth, level in listed.levels.items() if style and level.style == style), 0)


def _shown(listed: _List, depth: int) -> str:
    level = listed.levels.get(depth)
    if level is None:
        return ""
    count = listed.counts.get(depth, level.start)
    if level.form in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1) if 0 < count < 10_000 else str(count)
        return letters if level.form == "lowerLetter" else letters.upper()
    if level.form in ("lowerRoman", "upperRoman"):
        return _roman(count) if level.form == "lowerRoman" else _roman(count).upper()
    return f"{count:02d}" if level.form == "decimalZero" else str(count)


def _roman(count: int) -> str:
    if not 0 < count < 4_000:
        return str(count)
    digits = ""
    for worth, sign in (*_ROMAN, *_ROMAN_SMALL):
        times, count = divmod(count, worth)
        digits += sign * times
    return digits


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise
