"""What reading a file gives: documents as Markdown, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from index.model import FieldValue

#: The largest file that is read, in bytes. JSON lines are read line by line and have no such limit.
MOST_BYTES: Final = 64 * 1024 * 1024

#: The longest document, in code points of Markdown.
MOST_TEXT: Final = 4_000_000

#: How deep elements may be nested. Word and RegML stay below forty.
MOST_DEPTH: Final = 400


@dataclass(frozen=True, slots=True)
class Reading:
    """One document as a file holds it."""

    text: str  #: Markdown
    title: str = ""  #: empty: the file names none
    id: str = ""  #: within the file; empty: the file names none
    citations: tuple[str, ...] = ()
    effective_from: date | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  #: what was left out or is doubtful, a clause each


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or a place in one, that could not be taken in, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


class CannotRead(Exception):
    """There is no document in these bytes. The message says why, and what to do about it.

    `line` is the line at fault, from 1; 0: it is no one line's fault.
    """

    def __init__(self, why: str, line: int = 0) -> None:
        self.line = line
        super().__init__(why)
