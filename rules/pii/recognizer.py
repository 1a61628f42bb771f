"""What one recogniser of personal data is: a cheap pattern for candidates, and a judge of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

_BEFORE: Final = 24  #: characters before a telling word in which its number may stand ("111222333 is my BSN")
_AFTER: Final = 48  #: characters after it ("my BSN, as you asked on the phone, is 111222333")


class Place(NamedTuple):
    """A stretch of a text, in code points; `valid` as in `Span`."""

    start: int
    end: int
    valid: bool = True


Judge: TypeAlias = Callable[[str, int, int], Iterator[Place]]
"""Text, start and end of a candidate -> the places near it that are real, from left to right."""


class Recognizer(NamedTuple):
    """One way of finding one kind. Several may find the same kind."""

    type: str
    candidate: str  #: RE2, searched in the clean view
    judge: Judge
    at_most: int | None = None  #: candidates judged in one text; each beyond it counts, as it stands


def as_found(_: str, start: int, end: int) -> Iterator[Place]:
    """Every candidate is real."""
    yield Place(start, end)


def compact(written: str) -> str:
    """Letters and digits in capitals, without what separates them."""
    return re.sub("[^0-9A-Za-z]", "", written).upper()


def checked(check: Callable[[str], bool]) -> Judge:
    """Judge a candidate by its letters and digits alone. One glued to a longer number is none."""

    def judged(text: str, start: int, end: int) -> Iterator[Place]:
        if stands_alone(text, start, end) and check(compact(text[start:end])):
            yield Place(start, end)

    return judged


def near(number: str, check: Callable[[str], bool]) -> Judge:
    """Judge what stands near a candidate, which is a word that says what the number is.

    For numbers of digits alone, one in ten or eleven of which passes its check by chance: without such a word every
    tenth account or order number would be one.
    """
    written = re.compile(number)

    def judged(text: str, start: int, end: int) -> Iterator[Place]:
        for hit in written.finditer(text, max(0, start - _BEFORE), min(len(text), end + _AFTER)):
            if stands_alone(text, *hit.span()) and check(compact(hit[0])):
                yield Place(*hit.span())

    return judged


def neighbours(text: str, start: int, end: int) -> tuple[str, str]:
    """The characters just before and just after; a space at the text's edges."""
    return text[start - 1] if start else " ", text[end] if end < len(text) else " "


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter, digit or further group of digits is joined to this stretch on either side."""
    before, after = neighbours(text, start, end)
    joined_before = before in "-./" and text[max(0, start - 2) : start - 1].isdigit()
    joined_after = after in "-./" and text[end + 1 : end + 2].isdigit()
    return not (before.isalnum() or after.isalnum() or before == "_" or after == "_" or joined_before or joined_after)
