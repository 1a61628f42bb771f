"""From a file's bytes to text that means the same to its author, to an editor and to every program that reads it."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, TypeAlias

from rules.errors import Problem, RuleErrors

MAX_BYTES: Final = 2_000_000

Place: TypeAlias = tuple[int, int]  #: line and column, both 1-based, in characters

_MOST: Final = 20  #: named in one go; a file full of tabs needs no longer list
#: Among them are line ends to some programs and not to others, so that line numbers would differ.
_CONTROL: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINE_ENDS: Final = frozenset("\r\x85\u2028\u2029")
_TAB: Final = re.compile("\t")
#: Nobody sees them, and they turn or split what is read. Those that join letters and emoji are not among them.
_UNSEEN: Final = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]")


def decode(data: bytes, file: str, split: str = "split the pack into several files") -> str:
    """The text of a UTF-8 file, its line ends as `\\n`, without a byte order mark. `split` is the remedy of too large.

    Raises RuleErrors for what is not UTF-8, too large, or has control characters or line ends that few programs know.
    """
    if len(data) > MAX_BYTES:
        raise RuleErrors([Problem(file, 1, 1, f"is larger than {MAX_BYTES:,} bytes", split)])
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8"))
        raise RuleErrors([Problem(file, line, column, "is not UTF-8", "save the file as UTF-8")]) from None
    text = text.replace("\r\n", "\n")
    if problems := [_control(hit, text, file) for hit in islice(_CONTROL.finditer(text), _MOST)]:
        raise RuleErrors(problems)
    return text


def _control(hit: re.Match[str], text: str, file: str) -> Problem:
    what, remedy = "control character", "remove it"
    if hit[0] in _LINE_ENDS:
        what, remedy = "line end", "end lines with LF or CR LF, which every program knows"
    return Problem(file, *_place(text[: hit.start()]), f"has the {what} U+{ord(hit[0]):04X}", remedy)


def tabs(text: str, file: str) -> list[Problem]:
    """Where a text has tabs, which editors show as they like."""
    places = (_place(text[: hit.start()]) for hit in islice(_TAB.finditer(text), _MOST))
    return [Problem(file, *place, "has a tab", "use spaces; inside double quotes write \\t") for place in places]


def unseen(text: str, file: str) -> list[Problem]:
    """Where a text has characters that a reviewer cannot see, so that it would not say what it seems to say."""
    if text.isascii():
        return []
    remedy = "remove it, or write it as an escape in double quotes"
    return [
        Problem(file, *_place(text[: hit.start()]), f"has the invisible character U+{ord(hit[0]):04X}", remedy)
        for hit in islice(_UNSEEN.finditer(text), _MOST)
    ]


def _place(before: str) -> Place:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
