"""The sentences of a passage that bear on a request, by the words they share. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.outline import Sentence

#: More marks than this mark nothing.
_MOST = 2

#: A further sentence is marked only if it holds this share of what the best one holds.
_SHARE = 0.5


def highlights(passage: Sequence[Sentence], wanted: Mapping[int, float]) -> tuple[tuple[int, int], ...]:
    """Spans (code points) of the best sentences, in order of place; empty when no wanted term occurs.

    `wanted` are the numbers of the request's terms, each with how telling it is. A term counts once a sentence.
    """
    asked = wanted.keys()
    held = [(sum(wanted[term] for term in sentence.terms if term in asked), sentence.span) for sentence in passage]
    best = max((score for score, _ in held), default=0.0)
    if best <= 0:
        return ()
    order = sorted(held, key=lambda entry: (-entry[0], entry[1]))[:_MOST]
    return tuple(sorted(span for score, span in order if score >= _SHARE * best))
