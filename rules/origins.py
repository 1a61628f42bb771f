"""Where each character of an altered text came from, kept as a few stretches instead of one entry a character."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True)
class Origins:
    """A map from the places of one text to ranges of another, made by adding stretches from left to right."""

    length: int = 0  #: characters mapped so far
    _at: list[int] = field(default_factory=list)
    _from: list[tuple[int, int, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, length: int) -> Self:
        """Every character stands for itself."""
        origins = cls()
        origins.keep(0, length)
        return origins

    def keep(self, start: int, end: int) -> None:
        """The next `end - start` characters stand for those of `[start, end)`, one for one."""
        self._add(start, end, end - start, straight=True)

    def stand_for(self, count: int, start: int, end: int) -> None:
        """The next `count` characters each stand for the whole of `[start, end)`."""
        self._add(start, end, count, straight=False)

    def _add(self, start: int, end: int, count: int, *, straight: bool) -> None:
        if count:
            self._at.append(self.length)
            self._from.append((start, end, straight))
            self.length += count

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range that `[start, end)` came from; `start < end <= length`."""
        return self.spans(((start, end),))[0]

    def spans(self, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The same for many."""
        at, stretches = self._at, self._from
        if not at or stretches == [(0, self.length, True)]:
            return list(places)
        found = []
        for start, end in places:
            first = bisect_right(at, start) - 1
            begin, _, straight = stretches[first]
            if straight:
                begin += start - at[first]
            last = (
                first if end <= start else bisect_right(at, end - 1, first) - 1
            )  # an empty place has no last character
            origin, stop, straight = stretches[last]
            if straight:
                stop = origin + end - at[last]
            found.append((begin, stop))
        return found
