"""Many regexes in one pass over a text, by RE2, with a guard against its one silent failure.

RE2's Set has no slow path: when its automaton runs out of memory it says "no match". So the first pattern of each Set
is the empty one, which always matches; when it is missing from the answer, the answer is worthless and every pattern
is tried alone (a single RE2 does have a slow path). RE2's time is linear in the text whatever the pattern.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final

import re2

_LOG: Final = logging.getLogger("signoff.rules")
_SHARD: Final = 2_000  #: patterns in one Set; the time of a pass hardly depends on it
_MEMORY: Final = 256 << 20  #: bytes one Set may use for its automaton
_PROGRAM: Final = 3_000  #: instructions of one pattern; ordinary ones have 10 to 300


def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    return options


def pattern_fault(pattern: str) -> tuple[str, str] | None:
    """Message and remedy when a regex cannot be used; None when it can."""
    try:
        compiled = re2.compile(pattern, _options(8 << 20))
    except re2.error as error:
        reason = error.args[0]
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return f"is not an RE2 regex: {words}", "see github.com/google/re2/wiki/Syntax; it has no look-around"
    if compiled.programsize > _PROGRAM:
        return f"is too large a regex ({compiled.programsize:,} instructions)", "use smaller counts in {m,n}"
    if compiled.search("") is not None:
        return "matches the empty text, so it would always hit", "make at least one character obligatory"
    return None


class PatternSet:
    """Compiled patterns, asked together. Safe to share between threads."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)
        self._options = _options(_MEMORY)
        self._alone: dict[int, Any] = {}
        self._shards: list[tuple[int, Any]] = []
        for first in range(0, len(patterns), _SHARD):
            together = re2.Set.SearchSet(self._options)
            together.Add("")  # the sentinel
            for pattern in patterns[first : first + _SHARD]:
                together.Add(pattern)
            together.Compile()
            self._shards.append((first, together))

    def hits(self, text: str) -> list[int]:
        """Places, in the order given, of the patterns that match somewhere in `text`."""
        found: list[int] = []
        encoded = text.encode() if self._shards else b""
        for first, together in self._shards:
            answer = together.Match(encoded) or ()
            if 0 in answer:
                found += [first + place - 1 for place in answer if place]
            else:
                _LOG.warning("RE2 Set gave no answer; its patterns are tried one by one", extra={"shard": first})
                last = min(first + _SHARD, len(self._patterns))
                found += [place for place in range(first, last) if self._one(place).search(text)]
        return sorted(found)

    def spans(self, place: int, text: str) -> Iterator[tuple[int, int]]:
        """Start and end, in code points, of each match of one pattern."""
        for hit in self._one(place).finditer(text):
            yield hit.start(), hit.end()

    def _one(self, place: int) -> Any:
        """A pattern by itself, compiled when first needed: most never hit. Two threads may both do it, alike."""
        if place not in self._alone:
            self._alone[place] = re2.compile(self._patterns[place], self._options)
        return self._alone[place]
