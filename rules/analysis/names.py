"""Which matchers and lists a condition names, read from its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rules.references import tokens

_PLAIN: Final = re.compile(r"""(['"])([^'"\\]*)\1""")


@dataclass(frozen=True, slots=True)
class Names:
    """Names as written, which belong to the pack of the condition."""

    matchers: frozenset[str]
    lists: frozenset[str]


def names_in(sources: Iterable[str]) -> Names:
    """Every matcher and list that some expressions ask."""
    matchers: set[str] = set()
    lists: set[str] = set()
    for source in sources:
        texts = [token.text for token in tokens(source)]
        for place, text in enumerate(texts):
            follows = texts[place + 1 : place + 3]
            if text == "matched" and follows[:1] == ["("]:
                matchers.add(quoted(follows[-1]) or "")
            elif text == "lists" and follows[:1] == ["."]:
                lists.add(follows[-1])
            elif text == "in_list" and follows[:1] == ["("]:
                lists.add(quoted(texts[closing(texts, place + 1) - 1]) or "")
    return Names(frozenset(matchers), frozenset(lists))


def quoted(token: str) -> str | None:
    """The text that a token spells out in quotes, without escapes; None for any other token."""
    hit = _PLAIN.fullmatch(token)
    return hit[2] if hit else None


def closing(texts: Sequence[str], opening: int) -> int:
    """The place of the bracket that closes the one at `opening`; one past the end when nothing does."""
    depth = 0
    for place in range(opening, len(texts)):
        depth += (texts[place] in _OPENING) - (texts[place] in _CLOSING)
        if depth == 0:
            return place
    return len(texts)


_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")
