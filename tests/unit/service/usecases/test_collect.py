"""A reviewer's decision becomes an example, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import Conflict, InvalidRequest, NotFound
from service.store import decisions, examples
from service.usecases.collect import request_of, text_of, words_of
from service.usecases.correct_examples import correct, set_aside
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_in(tmp_path) as made:
        yield made


def test_what_was_drawn_measures_and_the_rest_teaches(room: Room) -> None:
    """With the chance it was drawn with, and what the reviewer was shown."""
    room.decided("one", ["card"])
    room.decided("two", ["fees"], drawn=0.05, by="Ben")
    with room.house.store.read() as connection:
        rows = examples.everything(connection, NAME)
    assert [(r.part, r.source, r.labels, r.probability, r.by, r.suggested) for r in rows] == [
        ("train", "review", ["card"], 1.0, "Ann", "refund"),
        ("calibration", "check", ["fees"], 0.05, "Ben", None),
    ]
    assert all(row.asked_at == room.clock() for row in rows)


def test_a_decision_teaches_once_and_nothing_is_copied(room: Room) -> None:
    """A second review of it adds nothing; the example names the request's own payload."""
    decision = room.decided("one", ["card"])
    with room.house.store.read() as connection:
        row = decisions.get(connection, decision)
        assert row is not None
    taught = room.house.store.commit(lambda connection: room.teach(connection, decision, row.request, ["fees"], None))
    assert not taught
    with room.house.store.read() as connection:
        (only,) = examples.everything(connection, NAME)
        assert examples.counts(connection, NAME) == {("train", "review"): 1}
    assert (only.payload, only.labels) == (row.request, ["card"])


def test_a_request_that_is_gone_teaches_nothing(room: Room) -> None:
    """There is nothing to learn from."""
    assert text_of(b"{}") is None
    assert text_of(None) is None
    assert text_of(b'{"text": "  "}') is None
    assert request_of(b"not json") == {}
    decision = room.decided("one", ["card"])
    assert not room.house.store.commit(lambda connection: room.teach(connection, decision, "pay_gone", [], None))


def test_words_are_the_same_whatever_their_case(room: Room) -> None:
    """The digest is keyed: whoever has no key cannot guess what was said."""
    assert words_of(room.house, "Charged  twice!") == words_of(room.house, "charged TWICE")
    assert words_of(room.house, "charged twice") != words_of(room.house, "charged thrice")


def test_what_measures_is_put_right_and_never_left_out(room: Room) -> None:
    """Leaving out what is hard would make the rest look better."""
    room.decided("one", ["card"], drawn=0.5)
    with room.house.store.read() as connection:
        (row,) = examples.everything(connection, NAME)
    with pytest.raises(Conflict, match="bend the sample"):
        set_aside(room.house, "Ben", row.id)
    assert correct(room.house, "Ben", row.id, [])["labels"] == []
    with pytest.raises(InvalidRequest):
        correct(room.house, "Ben", row.id, ["gold"])
    with pytest.raises(NotFound, match="no example"):
        correct(room.house, "Ben", "file", ["card"])
