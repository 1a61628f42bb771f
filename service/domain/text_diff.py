"""What changed between two texts, line by line, and within a changed line word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

#: Pieces of one line in order: (text, whether it is what changed). Joined they are the line.
Pieces: TypeAlias = tuple[tuple[str, bool], ...]

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_ALIKE = 0.5  # share of words that two lines have to share to be one line changed
_MOST_PAIRS = 2_000  # lines compared with lines within one change; beyond it they are paired as they come
_MOST_TOKENS = 4_000  # of a line that is compared word by word; a longer one is marked whole


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the two texts laid side by side."""

    kind: str  #: same, added, removed or changed
    older: Pieces | None
    newer: Pieces | None


def compare_texts(older: str, newer: str) -> list[Line]:
    """All lines of both, in order; the lines of either side joined are that text again."""
    before, after = older.splitlines(), newer.splitlines()
    lines: list[Line] = []
    for kind, i, j, k, m in _matched(before, after):
        if kind == "equal":
            lines += (Line("same", ((line, False),), ((line, False),)) for line in before[i:j])
        else:
            lines += _changed(before[i:j], after[k:m])
    return lines


def _matched(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """What difflib finds between what both begin and end with: edits of long texts are mostly in one place."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if head:
        yield "equal", 0, head, 0, head
    middle = SequenceMatcher(None, before[head : len(before) - tail], after[head : len(after) - tail], autojunk=True)
    for kind, i, j, k, m in middle.get_opcodes():
        yield kind, head + i, head + j, head + k, head + m
    if tail:
        yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _changed(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Lines taken away, put in, and those that are each other's but for some words."""
    i = k = 0
    for one, other in [*_pairs(before, after), (len(before), len(after))]:
        yield from (Line("removed", ((line, True),), None) for line in before[i:one])
        yield from (Line("added", None, ((line, True),)) for line in after[k:other])
        if one < len(before):
            yield Line("changed", *_words(before[one], after[other]))
        i, k = one + 1, other + 1


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Which of the lines are each other's: in order, and together as much alike as can be."""
    if not before or not after:
        return []
    if len(before) * len(after) > _MOST_PAIRS:
        return [
            (place, place)
            for place in range(min(len(before), len(after)))
            if _alike(set(_TOKEN.findall(before[place])), set(_TOKEN.findall(after[place]))) >= _ALIKE
        ]
    ours, theirs = ([set(_TOKEN.findall(line)) for line in side] for side in (before, after))
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]  # of the lines from (i, k) on
    for i in reversed(range(len(before))):
        for k in reversed(range(len(after))):
            paired = _paired(ours[i], theirs[k]) + best[i + 1][k + 1]
            best[i][k] = max(paired, best[i + 1][k], best[i][k + 1])
    pairs: list[tuple[int, int]] = []
    i = k = 0
    while i < len(before) and k < len(after):
        alike = _paired(ours[i], theirs[k])
        if alike and best[i][k] == alike + best[i + 1][k + 1]:
            pairs.append((i, k))
            i, k = i + 1, k + 1
        elif best[i][k] == best[i + 1][k]:
            i += 1
        else:
            k += 1
    return pairs


def _paired(one: set[str], other: set[str]) -> float:
    alike = _alike(one, other)
    return alike if alike >= _ALIKE else 0.0


def _alike(one: set[str], other: set[str]) -> float:
    """Dice's coefficient of two lines' words."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _words(before: str, after: str) -> tuple[Pieces, Pieces]:
    ours, theirs = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(ours) + len(theirs) > _MOST_TOKENS:
        return ((before, True),), ((after, True),)
    older: list[tuple[str, bool]] = []
    newer: list[tuple[str, bool]] = []
    for kind, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        older.append(("".join(ours[i:j]), kind != "equal"))
        newer.append(("".join(theirs[k:m]), kind != "equal"))
    return tuple(each for each in older if each[0]), tuple(each for each in newer if each[0])
