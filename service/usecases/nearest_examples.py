"""The labelled examples that are most like a request: what the classifier may have had in mind.

Likeness is that of the vectors the classifier judges. Only examples that may be near are encoded: those that share the
rarest words with the request, among all and among the labels in question. So the first answer takes a second and not
the time it takes to read all of them.

What people taught is read once for each head. Texts that came from live requests are read anew when they are shown, so
that what is erased is not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.encoder import EncoderPool
from service.domain.types import Workflow
from service.learn.judge import Seen
from service.store import examples, payloads
from service.store.engine import Connection
from service.usecases.collect import text_of
from service.usecases.embed import embed
from service.usecases.examples import FROM_FILE
from service.usecases.house import House
from service.usecases.masked import masked
from service.usecases.read_as import read_text
from service.usecases.shelf import LEARNED
from service.usecases.training_material import gather

_SHOWN = 5
_LOOKED_AT = 4 * _SHOWN  # some may be erased
_MAY_BE_NEAR = 128  # examples encoded of all, and of each label in question
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    """Training examples, by place."""

    origins: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]  #: clean
    words: tuple[frozenset[str], ...]
    rarity: Mapping[str, float]  #: inverse document frequency of each word

    def near(self, text: str, labels: Collection[str]) -> list[int]:
        """Places of the examples that may be near a text: of all, and of those with one of these labels."""
        asked = _words(text)
        ranked = sorted(range(len(self.texts)), key=lambda place: -self._shared(asked, place))
        chosen = dict.fromkeys(ranked[:_MAY_BE_NEAR])
        for label in labels:
            chosen |= dict.fromkeys([place for place in ranked if label in self.labels[place]][:_MAY_BE_NEAR])
        return list(chosen)

    def _shared(self, asked: frozenset[str], place: int) -> float:
        """How much of an example's words is among those asked, rare words counting for more."""
        own = self.words[place]
        whole = sum(self.rarity[word] ** 2 for word in own)
        return sum(self.rarity[word] ** 2 for word in own & asked) / math.sqrt(whole) if whole else 0.0


def nearest_examples(
    house: House,
    workflow: Workflow,
    head: str,
    encoder: EncoderPool,
    seen: Seen,
    labels: Collection[str],
    *,
    besides: str | None = None,
) -> list[dict[str, Any]]:
    """The most similar training examples, the most similar first: text, labels, similarity (cosine) and source.

    `head` is the digest of the head that they are asked for, `seen` the request as it sees it by `encoder`, `labels`
    are those in question. Without the example `besides`, which the request itself became. Personal data in other
    people's requests are blotted out.
    """
    learned = house.shelf.part((LEARNED, head), lambda: _learned(house, workflow))
    places = [place for place in learned.near(seen.text, labels) if learned.origins[place] != besides]
    if not places:
        return []
    vectors = embed(house, [learned.texts[place] for place in places], "reading examples", encoder=encoder)
    similarity = dict(zip(places, (vectors @ seen.vector).tolist(), strict=True))
    order = sorted(places, key=lambda place: (-similarity[place], place))[:_LOOKED_AT]
    with house.store.read() as connection:
        found = list(_told(connection, learned, order))
    return [
        {
            "text": masked(text, None),
            "labels": list(learned.labels[place]),
            "similarity": round(float(np.clip(similarity[place], -1.0, 1.0)), 4),
            "source": source,
        }
        for place, text, source in found[:_SHOWN]
    ]


def _learned(house: House, workflow: Workflow) -> _Learned:
    train = gather(house, workflow).train
    texts = tuple(read_text(example.text) for example in train)
    words = tuple(map(_words, texts))
    found = Counter(word for each in words for word in each)
    return _Learned(
        origins=tuple(example.origin for example in train),
        labels=tuple(example.labels for example in train),
        texts=texts,
        words=words,
        rarity={word: math.log(1 + len(texts) / count) for word, count in found.items()},
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _told(connection: Connection, learned: _Learned, places: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Place, text and source of those that are still there."""
    for place in places:
        origin = learned.origins[place]
        if origin == FROM_FILE:
            yield place, learned.texts[place], FROM_FILE
            continue
        row = examples.get(connection, origin)
        text = text_of(payloads.get(connection, row.payload)) if row is not None and row.aside_by is None else None
        if row is not None and text is not None:
            yield place, text, str(row.source)
