"""A small world to pilot in: requests of four kinds, and ways of deciding whose answers are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from service.learn.errors import CannotLearn
from service.learn.pilot.division import Labelled
from service.learn.pilot.ways import Answers, Asked, Kind, Known, Progress, Taught

PHRASES: Mapping[str, tuple[str, ...]] = {
    "card_lost": ("my card is lost", "I lost the card", "somebody stole my card", "card went missing"),
    "pin_help": ("I forgot my PIN", "PIN is blocked", "how to change the PIN", "wrong PIN three times"),
    "fees": ("why this fee", "what does it cost abroad", "a fee I do not get", "exchange rate fee"),
    "statement": ("send my statement", "statement for March", "need a paper statement", "last year's statements"),
}
OPENINGS = ("hello", "please help", "hi there", "good morning", "quick question", "urgent", "sorry but")


def requests(each: int, seed: int = 0) -> list[Labelled]:
    """So many of each label, in mixed order, no two alike."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"{rng.choice(OPENINGS)}, {rng.choice(phrases)} {seed}{place}", label)
        for label, phrases in PHRASES.items()
        for place in range(each)
    ]
    return [
        Labelled(line, rows[place][0], rows[place][1], day=date(2026, 10, 1), owner="claims")
        for line, place in enumerate(rng.permutation(len(rows)).tolist(), 2)
    ]


@dataclass(frozen=True)
class Guess:
    """Right with the given chance, sure of it when it is right."""

    name: str
    kind: Kind
    right: float
    encoder: str = ""
    fails: bool = False
    learns: bool = True

    def teach(self, known: Known, tell: Progress) -> Taught:
        if self.fails:
            raise CannotLearn("nothing to be learned", remedy="give examples")
        return Guessing(self.right)


@dataclass(frozen=True)
class Guessing:
    right: float
    facts: Mapping[str, str] = field(default_factory=dict)
    size: int = 1_048_576

    def answer(self, asked: Asked) -> Answers:
        rng = np.random.default_rng(len(asked.texts))
        hit = rng.random(len(asked.texts)) < self.right
        chosen = tuple(label_of(text) if sure else "nonsense" for text, sure in zip(asked.texts, hit, strict=True))
        return Answers(chosen, np.where(hit, 0.9, 0.3) + rng.random(len(hit)) / 20)


def label_of(text: str) -> str:
    """What the request is about."""
    return next(label for label, phrases in PHRASES.items() if any(phrase in text for phrase in phrases))
