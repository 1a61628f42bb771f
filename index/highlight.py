"""The sentences of a passage that bear on a request, by the words they share. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from index.analyse import terms
from index.sentences import sentences

#: More marks than this mark nothing.
_MOST = 2

#: A further sentence is marked only if it holds this share of what the best one holds.
_SHARE = 0.5


def highlights(passage: str, wanted: Mapping[str, float]) -> tuple[tuple[int, int], ...]:
    """Spans (code points) of the best sentences, in order of place; empty when no wanted term occurs.

    `wanted` are the request's terms, each with how telling it is. A term counts once a sentence.
    """
    asked = wanted.keys()
    held = [(sum(wanted[term] for term in sorted(asked & own)), span) for span, own in _outline(passage)]
    best = max((score for score, _ in held), default=0.0)
    if best <= 0:
        return ()
    order = sorted(held, key=lambda entry: (-entry[0], entry[1]))[:_MOST]
    return tuple(sorted(span for score, span in order if score >= _SHARE * best))


# The same passages are found again and again; what is in their sentences does not depend on the request.
@lru_cache(maxsize=2048)
def _outline(passage: str) -> tuple[tuple[tuple[int, int], frozenset[str]], ...]:
    """Each sentence's span with the terms in it."""
    return tuple((span, frozenset(terms(passage[span[0] : span[1]]))) for span in sentences(passage))
