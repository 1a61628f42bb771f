"""Proposals for labels that are missing, and labels that look wrong: by a real encoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.encoder import EncoderPool
from service.usecases.label_doubts import doubts
from service.usecases.propose_labels import propose
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in

ADDRESS = [
    "I moved house, please change my address.",
    "How do I update my home address?",
    "My address is wrong, I live elsewhere now.",
    "New address: how can I tell you?",
    "Please note my change of address.",
]
CARD = [
    f"My {kind} card was {what}."
    for kind in ("debit", "credit", "new")
    for what in ("declined in a shop", "stolen on the train", "swallowed by a machine", "lost at home")
]
FEES = [
    f"Why was I charged a {kind} fee {when}?"
    for kind in ("monthly", "late payment", "foreign exchange")
    for when in ("this month", "again", "last week", "without notice")
]


@pytest.fixture
def room(tmp_path: Path, encoder: EncoderPool) -> Iterator[Room]:
    with room_in(tmp_path, encoder) as made:
        yield made


def test_requests_without_a_label_become_a_proposal(room: Room) -> None:
    """With the words that tell it, the most central requests, and the label it is nearest to."""
    room.examples_file(
        *({"text": text, "label": "card"} for text in CARD),
        *({"text": text, "label": "fees"} for text in FEES),
        *({"text": text, "label": None} for text in ADDRESS),
        {"text": "Do you sponsor football clubs?", "label": None},
    )
    (found,) = propose(room.house, NAME, fewest=4)
    assert set(found.texts) <= set(ADDRESS)
    assert found.requests >= 4
    assert found.words[0] == "address"
    assert found.nearest in ("card", "fees")
    assert propose(room.house, NAME, fewest=6) == []


def test_a_label_that_looks_wrong_is_named(room: Room) -> None:
    """With what it looks like; nothing is changed by looking."""
    room.examples_file(
        *({"text": text, "label": "card"} for text in CARD), *({"text": text, "label": "fees"} for text in FEES)
    )
    room.decided("My old card was declined in a restaurant.", ["fees"])
    found = doubts(room.house, NAME)
    assert found[0].example.startswith("exa_")
    assert (found[0].labels, found[0].looks_like) == (("fees",), "card")
    assert found[0].probability > found[0].given
    assert doubts(room.house, NAME) == found
