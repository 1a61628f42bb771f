"""What is asked next: what lost its label, then what is unlike the rest; the random part is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.encoder import EncoderPool
from service.store import labelling
from service.usecases import choose_labels
from service.usecases.choose_labels import choose, chosen_again
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in

ALIKE = [f"My card was declined at shop number {n}." for n in range(8)]
OTHER = ["Please raise my overdraft limit.", "I lost my passport in Lisbon.", "What is the rate for euros today?"]


@pytest.fixture
def room(tmp_path: Path, encoder: EncoderPool) -> Iterator[Room]:
    with room_in(tmp_path, encoder) as made:
        yield made


def waiting(room: Room, part: str = "train") -> list[str]:
    with room.house.store.read() as connection:
        return [row.id for row in labelling.waiting(connection, NAME, part, 100)]


def test_without_a_model_what_differs_most_comes_first(room: Room) -> None:
    """Not eight times the same."""
    room.hand_in([*ALIKE, *OTHER])
    chosen = choose(room.house, NAME, "Ann")
    assert (chosen.waiting, chosen.ahead, chosen.anew, chosen.by_model) == (11, 11, 0, False)
    first = {room.label("card")["text"] for _ in range(4)}
    assert set(OTHER) <= first


def test_what_is_labelled_already_is_not_asked_in_other_words(room: Room) -> None:
    """Distance counts from what people have labelled."""
    room.hand_in(ALIKE[:1])
    room.label("card")
    room.hand_in([ALIKE[1], OTHER[0]])
    choose(room.house, NAME, "Ann")
    assert room.claim()["text"] == OTHER[0]


def test_the_random_part_stays_as_it_was_drawn(room: Room) -> None:
    """Choosing there would bend the sample."""
    room.hand_in([*ALIKE, *OTHER], calibration=6)
    before = waiting(room, "calibration")
    choose(room.house, NAME, "Ann")
    assert waiting(room, "calibration") == before


def test_what_lost_its_label_is_asked_first(room: Room) -> None:
    """Examples of the file, of reviews, and of this queue; until they are labelled anew."""
    room.examples_file({"text": "of the file", "label": "fees"})
    room.decided("of a review", ["fees"])
    room.hand_in(["of the queue", *OTHER])
    said = room.label("fees")
    path = room.folder / "workflow.yaml"
    text = path.read_text().replace("  - id: fees\n    title: Fees\n", "  - id: late\n  - id: yearly\n")
    path.write_text(text + "moved: [{was: fees, now: [late, yearly]}]\n")
    chosen = choose(room.house, NAME, "Ann")
    assert chosen.anew == 3
    asked = [room.label("late")["text"] for _ in range(3)]
    assert sorted(asked) == sorted(["of the file", "of a review", said["text"]])
    assert choose(room.house, NAME, "Ann").anew == 0


def test_it_is_chosen_again_after_every_so_many_labels(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself, while people label."""
    monkeypatch.setattr(choose_labels, "_EVERY", 2)
    room.hand_in([*ALIKE, *OTHER])
    before = waiting(room)
    room.label("card")
    chosen_again(room.house, NAME, "Ann")
    assert waiting(room) == before[1:]
    room.label("card")
    chosen_again(room.house, NAME, "Ann")
    assert waiting(room) != before[2:]
