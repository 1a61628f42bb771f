"""A small world to learn in: requests of four kinds, with vectors that lie around one direction a kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from index.model import Vectors
from service.learn.judge import Seen
from service.learn.material import Material
from service.learn.recipes import Recipe
from service.learn.train import Trained, fit

DIM = 16
ENCODER = "e" * 64

_OPENINGS = ["hello", "please help", "hi there", "good morning", "quick question", "I am upset", "urgent", "sorry but"]
_KINDS = {
    "card_lost": [
        "my card is lost",
        "I lost the card",
        "somebody stole my card",
        "card went missing",
        "lost my wallet",
    ],
    "pin_help": [
        "I forgot my PIN",
        "PIN is blocked",
        "how to change the PIN",
        "wrong PIN three times",
        "new PIN wanted",
    ],
    "fees": ["why this fee", "what does it cost abroad", "a charge I do not get", "exchange rate fee", "fee for cash"],
    "statement": [
        "send my statement",
        "statement for March",
        "need a paper statement",
        "last year's statements",
        "PDF",
    ],
}
_FOREIGN = ["what is the weather", "sing a song for me", "who won the match", "recipe for soup", "tell me a joke"]


@dataclass(frozen=True)
class Examples:
    texts: list[str]
    labels: list[str]
    vectors: Vectors

    @property
    def material(self) -> Material:
        return Material(self.texts, [(label,) for label in self.labels], self.vectors)

    @property
    def seen(self) -> list[Seen]:
        return [Seen(vector, text) for text, vector in zip(self.texts, self.vectors, strict=True)]


def unit(rows: np.ndarray) -> Vectors:
    scaled: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def make_examples(each: int, seed: int) -> Examples:
    rng = np.random.default_rng(seed)
    centres = np.eye(len(_KINDS), DIM)
    texts, labels, rows = [], [], []
    for place, (label, phrases) in enumerate(_KINDS.items()):
        for _ in range(each):
            texts.append(f"{rng.choice(_OPENINGS)}, {rng.choice(phrases)} {rng.integers(10_000)}")
            labels.append(label)
            rows.append(centres[place] + rng.normal(scale=0.22, size=DIM))
    return Examples(texts, labels, unit(np.array(rows)))


def make_foreign(count: int, seed: int) -> tuple[list[str], Vectors]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, DIM))
    rows[:, :4] *= 0.3
    return [f"{rng.choice(_FOREIGN)} {rng.integers(10_000)}" for _ in range(count)], unit(rows)


@pytest.fixture(scope="session")
def lessons() -> Examples:
    return make_examples(60, seed=1)


@pytest.fixture(scope="session")
def unseen() -> Examples:
    return make_examples(500, seed=2)


@pytest.fixture(scope="session")
def foreign() -> tuple[list[str], Vectors]:
    return make_foreign(60, seed=3)


@pytest.fixture(scope="session")
def unseen_foreign() -> tuple[list[str], Vectors]:
    return make_foreign(400, seed=4)


@pytest.fixture(scope="session")
def trained(lessons: Examples) -> Trained:
    return fit(Recipe(), lessons.material, encoder=ENCODER)
