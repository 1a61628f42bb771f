"""The sentences of a passage that bear on a request, by the words they share. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from index.analyse import occurrences
from index.sentences import sentences

#: More marks than this mark nothing.
_MOST = 2

#: A further sentence is marked only if it holds this share of what the best one holds.
_SHARE = 0.5


def highlights(passage: str, wanted: Mapping[str, float]) -> tuple[tuple[int, int], ...]:
    """Spans (code points) of the best sentences, in order of place; empty when no wanted term occurs.

    `wanted` are the request's terms, each with how telling it is. A term counts once a sentence.
    """
    spans = sentences(passage)
    held: list[set[str]] = [set() for _ in spans]
    sentence = 0
    for term, start in occurrences(passage, wanted):
        while spans[sentence][1] <= start:
            sentence += 1
        held[sentence].add(term)
    scores = [sum(wanted[term] for term in sorted(terms)) for terms in held]
    best = max(scores, default=0.0)
    if best <= 0:
        return ()
    order = sorted(range(len(spans)), key=lambda place: (-scores[place], place))[:_MOST]
    return tuple(spans[place] for place in sorted(order) if scores[place] >= _SHARE * best)
