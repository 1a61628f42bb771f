"""How far a reply that was sent is from the draft it came from. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.reply import Draft

_WORD = re.compile(r"\w+|[^\w\s]")
_MOST_WORDS = 5_000  # compared; a reply has at most 20,000 characters


@dataclass(frozen=True, slots=True)
class Edited:
    """What a person made of a draft."""

    draft: Draft  #: of those offered, the one that the reply is nearest to
    unedited: bool  #: but for spaces
    changed: float  #: share of words changed, 0 to 1


def edited(offered: Iterable[Draft], sent: str) -> Edited | None:
    """The draft that was sent, or of which most is left; None when none was offered."""
    made = [Edited(draft, draft.text.split() == sent.split(), share_changed(draft.text, sent)) for draft in offered]
    return min(made, key=lambda each: (not each.unedited, each.changed), default=None)


def share_changed(before: str, after: str) -> float:
    """Of the longer text's words the share that the other has not in the same order, 0 to 1; signs count as words."""
    older, newer = (_WORD.findall(text)[:_MOST_WORDS] for text in (before, after))
    longest = max(len(older), len(newer))
    return 1.0 - _common(older, newer) / longest if longest else 0.0


def _common(older: Sequence[str], newer: Sequence[str]) -> int:
    """Length of the longest common subsequence, by bits: one integer operation a word (Hyyrö, 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(older):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(older)) - 1
    row = every
    for word in newer:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & every
    return len(older) - row.bit_count()
