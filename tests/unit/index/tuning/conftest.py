"""A small shelf of documents, by the real encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from index.build import encode_all, prepare_all
from index.encoder import EncoderPool
from index.model import Document, DocumentKey, Ranking
from index.prepare import Prepared
from index.tuning.ground import Ground, Question, ground_of

TEXTS = {
    "card-freeze": ("Freezing a card", "## In the app\nTap the card and choose freeze.\n## By phone\nCall the number."),
    "card-lost": ("Lost cards", "Report a lost card at once. A new one is sent to you within five days."),
    "fees": (
        "Fees and charges",
        "## Abroad\nPayments in another currency cost 2 %.\n## Cash\nTaking out cash is free.",
    ),
    "loan": ("Personal loans", "A loan is paid back in monthly instalments over one to seven years."),
    "mortgage": ("Mortgages", "The rate of a mortgage is fixed for two, five or ten years."),
    "address": ("Change of address", "Send us a document that shows where you live now."),
}

#: What this bank's customers say for what: nothing that the words of the documents tell.
SLANG = {"zorp": "card-freeze", "blick": "loan", "quux": "address", "vemm": "mortgage"}
AROUND = ["please", "can you", "I need", "today", "urgent", "hello", "for my account", "thanks", "how to", "once more"]


def key(name: str) -> DocumentKey:
    return DocumentKey("help", name, 1)


@pytest.fixture(scope="session")
def prepared(encoder: EncoderPool) -> Sequence[Prepared]:
    return prepare_all([Document(key(name), *content) for name, content in TEXTS.items()], encoder)


@pytest.fixture(scope="session")
def ground(encoder: EncoderPool, prepared: Sequence[Prepared]) -> Ground:
    return ground_of(prepared, encode_all(prepared, encoder, {})[0], Ranking())


@pytest.fixture(scope="session")
def slang() -> Sequence[Question]:
    """Sixty questions in words that only customers use."""
    chance = np.random.default_rng(1)
    found = []
    for number in range(60):
        word, document = list(SLANG.items())[number % len(SLANG)]
        around = " ".join(chance.choice(AROUND, 4, replace=False).tolist())
        found.append(Question.of(f"{around} {word} {number}", [key(document)]))
    return found
