"""Rules that somebody could have written: phrases that nearly always mean one label, found in the examples.

A decision list (Rivest, "Learning decision lists", 1987): the surest phrase that a request holds decides, and where it
holds none, a person does. If this is enough, no model is needed: the list can be read, and written into a rule pack.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.learn.errors import CannotLearn
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught

_WORD = re.compile(r"\w+")
_LONGEST = 4  # words in a phrase
_LEAST_TEXTS = 3  # that hold a phrase before anything is read from it
_SUREST, _LEAST_SURE = 0.999, 0.6
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that mean a label."""

    words: str
    label: str
    sure: float  #: share of requests with these words that have this label, shrunk towards all requests' (m-estimate)
    texts: int  #: examples that hold it


@dataclass(frozen=True, slots=True)
class PhraseRules:
    """Learn a list of phrases."""

    name: str = "phrase rules"
    kind: Kind = Kind.RULES
    encoder: str = ""
    learns: bool = True

    def teach(self, known: Known, tell: Progress) -> Taught:
        """The phrases of the examples; CannotLearn when none means anything."""
        tell("reading phrases", 0, 1)
        phrases = learn_phrases(known.texts, known.labels)
        if not phrases:
            raise CannotLearn("no phrase of these examples means one label", remedy="give more examples of each label")
        return PhraseList({phrase.words: phrase for phrase in phrases})


@dataclass(frozen=True, slots=True, eq=False)
class PhraseList:
    """Phrases by their words."""

    phrases: Mapping[str, Phrase]

    @property
    def size(self) -> int:
        return sum(len(words.encode()) + len(phrase.label.encode()) + 8 for words, phrase in self.phrases.items())

    @property
    def facts(self) -> Mapping[str, str]:
        surest = sorted(self.phrases.values(), key=lambda each: (-each.texts * (each.sure > 0.9), each.words))[:_SHOWN]
        said = ", ".join(f"“{phrase.words}” → {phrase.label}" for phrase in surest)
        return {"phrases": f"{len(self.phrases):,}", "such as": said}

    def answer(self, asked: Asked) -> Answers:
        found = [self._surest(text) for text in asked.texts]
        return Answers(
            chosen=tuple(phrase.label if phrase else None for phrase in found),
            confidence=np.array([phrase.sure if phrase else 0.0 for phrase in found], dtype=np.float64),
        )

    def _surest(self, text: str) -> Phrase | None:
        held = (self.phrases.get(words) for words in _runs(text))
        return max(
            (phrase for phrase in held if phrase is not None),
            key=lambda phrase: (phrase.sure, phrase.texts, phrase.words),
            default=None,
        )


def learn_phrases(texts: Sequence[str], labels: Sequence[str]) -> list[Phrase]:
    """Phrases that mean a label more often than not, surest first. Needs no setting to be chosen."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, label in zip(texts, labels, strict=True):
        for words in set(_runs(text)):
            counts[words][label] += 1
    share = {label: count / len(labels) for label, count in Counter(labels).items()}
    found = []
    for words, by_label in counts.items():
        texts_with = by_label.total()
        if texts_with < _LEAST_TEXTS:
            continue
        label, most = min(by_label.items(), key=lambda entry: (-entry[1], entry[0]))
        sure = (most + 2 * share[label]) / (texts_with + 2)
        if sure >= _LEAST_SURE:
            found.append(Phrase(words, label, min(sure, _SUREST), texts_with))
    return sorted(found, key=lambda phrase: (-phrase.sure, -phrase.texts, phrase.words))


def _runs(text: str) -> Iterator[str]:
    words = _WORD.findall(text.casefold())
    for length in range(1, _LONGEST + 1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
