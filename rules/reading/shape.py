"""Typed reading of YAML nodes: take a value if it has the wanted shape, else note what is wrong and where.

All problems of a file are collected, so that its author can mend them in one go. A value that is wrong is read as
None or empty and never used, because a file with any problem is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from rules.errors import Problem, did_you_mean
from rules.reading.forms import NAME
from rules.reading.strict_yaml import Node
from rules.reading.text_file import Place

_E = TypeVar("_E", bound=StrEnum)
_T = TypeVar("_T")
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Shape:
    """Reads the nodes of one file and collects its problems."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def note(self, where: Node | Place, message: str, remedy: str) -> None:
        line, column = where.place if isinstance(where, Node) else where
        self.problems.append(Problem(self.file, line, column, message, remedy))

    def mapping(
        self,
        node: Node,
        what: str,
        known: tuple[str, ...],
        required: tuple[str, ...] = (),
        meant: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, Node]:
        """The entries of a mapping that may have the `known` keys and must have the `required` ones.

        `meant` says which key is meant by a word that is spelt like another one.
        """
        if not isinstance(node.value, Mapping):
            self.note(node, f"{what} must be a mapping", f"write keys such as `{(required or known)[0]}: …`")
            return {}
        for key in node.value:
            if key not in known:
                remedy = did_you_mean(meant.get(key, key), known, "known keys")
                self.note(node.keys[key], f"{what} has no key `{key}`", remedy)
        for key in required:
            if key not in node.value:
                self.note(node, f"{what} lacks `{key}`", f"add `{key}:`")
        return {key: value for key, value in node.value.items() if key in known}

    def names(self, node: Node, what: str) -> dict[str, Node]:
        """The entries of a mapping with names of the author's choice."""
        if not isinstance(node.value, Mapping):
            self.note(node, f"{what} must be a mapping of names", "write `name: …` lines")
            return {}
        for key in node.value:
            if not re.fullmatch(NAME.pattern, key):
                self.note(node.keys[key], f"`{key}` is not a name", NAME.remedy)
        return dict(node.value)

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """The items of a list that must not be empty."""
        if not isinstance(node.value, tuple):
            self.note(node, f"{what} must be a list", "write one `- item` a line")
            return ()
        if not node.value:
            self.note(node, f"{what} is empty", "write at least one item, or leave the key out")
        return node.value

    def text(self, node: Node | None, what: str, most: int = 2_000, pattern: str = "", remedy: str = "") -> str:
        """A text that is not blank, at most `most` characters long, of the given pattern."""
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.note(node, f"{what} must be text", "put it in quotes")
        elif not node.value.strip():
            self.note(node, f"{what} is blank", "write something, or leave the key out")
        elif len(node.value) > most:
            self.note(node, f"{what} is longer than {most:,} characters", "shorten it")
        elif pattern and not re.fullmatch(pattern, node.value):
            self.note(node, f"`{node.value}` cannot be {what}", remedy)
        else:
            return node.value.strip()
        return ""

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """A list of texts without repetition, or one text as a list of one."""
        if node is None:
            return ()
        if isinstance(node.value, str):
            return (self.text(node, what),)
        texts: list[str] = []
        for item in self.items(node, what):
            text = self.text(item, f"an item of {what}")
            if text and text in texts:
                self.note(item, f"{what} has `{text}` twice", "keep one")
            texts.append(text)
        return tuple(texts)

    def choice(self, node: Node | None, what: str, kind: type[_E]) -> _E | None:
        """One of an enumeration's words."""
        text = self.text(node, what)
        if node is None or not text:
            return None
        try:
            return kind(text)
        except ValueError:
            self.note(node, f"`{text}` is no {what}", did_you_mean(text, list(kind), "known words"))
            return None

    def boolean(self, node: Node | None, what: str) -> bool | None:
        """True or false."""
        if node is None or isinstance(node.value, bool):
            return None if node is None else bool(node.value)
        self.note(node, f"{what} must be true or false", f"write `{what}: true`")
        return None

    def integer(self, node: Node | None, what: str, least: int, most: int) -> int | None:
        """A whole number within `least` and `most`."""
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.note(node, f"{what} must be a whole number", f"use {least} to {most}")
            return None
        return value

    def moment(self, node: Node | None, what: str) -> datetime | None:
        """An RFC 3339 time with its offset, in UTC; a mere day means its first moment in UTC."""
        return self._time(node, what, "2026-01-31 or 2026-01-31T09:00:00Z", as_moment)

    def period(self, start: Node | None, end: Node | None, what: str) -> tuple[datetime | None, datetime | None]:
        """From one moment until another, which is exclusive and later."""
        begins, ends = self.moment(start, f"{what}from"), self.moment(end, f"{what}until")
        if end and begins and ends and ends <= begins:
            self.note(end, "ends before it begins", "`until` is exclusive and must be later than `from`")
        return begins, ends

    def day(self, node: Node | None, what: str) -> date | None:
        """A day such as 2026-01-31."""
        return self._time(node, what, "2026-01-31", as_day)

    def _time(self, node: Node | None, what: str, example: str, read: Callable[[str], _T]) -> _T | None:
        text = self.text(node, what)
        if node is None or not text:
            return None
        try:
            return read(text)
        except ValueError:
            self.note(node, f"`{text}` cannot be {what}", f"write it like {example}")
            return None


def as_moment(text: str) -> datetime:
    """A time with its offset, in UTC; a mere day means its first moment in UTC. Raises ValueError."""
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("in UTC it lies outside the years 1 to 9999") from error


def as_day(text: str) -> date:
    """A day such as 2026-01-31. Raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError("a day has year, month and day")
    return date.fromisoformat(text)
