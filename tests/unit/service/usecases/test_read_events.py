"""Read on from where one stopped: nothing is left out, nothing comes twice, and nobody hears of what is not theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.access import ROLES, Principal
from service.errors import InvalidRequest
from service.store import events
from service.usecases import read_events
from service.usecases.read_events import Wanted, page
from tests.unit.service.usecases.post_room import PostRoom, post_room

BEN = Principal("key_1", "Ben", ROLES["operations"])
TILL = Principal("key_2", "till", ROLES["caller"])


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[PostRoom]:
    with post_room(tmp_path, database_url) as opened:
        yield opened


def walk(room: PostRoom, limit: int, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008
    cursor, found = None, []
    while True:
        read = page(room.house, BEN, cursor, wanted, limit)
        found += [each["id"] for each in read["items"]]
        cursor = read["next"]
        if not read["more"]:
            return found


def test_every_event_once_in_order(room: PostRoom):
    """Whatever the size of the page; an empty page says where to go on from as well."""
    assert page(room.house, BEN, None, Wanted(), 10) == {"items": [], "next": "0", "more": False}
    told = [room.tell(f"dec_{number}") for number in range(25)]
    assert walk(room, 7) == told == walk(room, 200)
    read = page(room.house, BEN, "25", Wanted(), 10)
    assert read == {"items": [], "next": "25", "more": False}
    assert page(room.house, BEN, "last", Wanted(), 10)["next"] == "25"


def test_filters_leave_out_and_go_on(room: PostRoom, monkeypatch: pytest.MonkeyPatch):
    """Also over long stretches with nothing wanted in them: a page may be empty and say that there is more."""
    monkeypatch.setattr(read_events, "_WINDOW", 5)
    for number in range(12):
        room.tell(f"dec_{number}", "decision.created")
    last = room.tell("dec_x")
    wanted = Wanted(types=("decision.final",))
    assert page(room.house, BEN, None, wanted, 10) == {"items": [], "next": "5", "more": True}
    assert walk(room, 10, wanted) == [last]
    assert walk(room, 10, Wanted(workflows=("other",))) == []


def test_writers_at_once_leave_no_gap(room: PostRoom):
    """A reader who follows while eight write sees each once, in the order of the numbers."""
    threads = [threading.Thread(target=add_ten, args=(room, f"evt_{number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    cursor = None
    while any(thread.is_alive() for thread in threads) or len(seen) < 80:
        read = page(room.house, BEN, cursor, Wanted(), 9)
        seen += [each["sequence"] for each in read["items"]]
        cursor = read["next"]
    assert seen == list(range(1, 81))


def add_ten(room: PostRoom, name: str) -> None:
    for number in range(10):
        add(room, f"{name}_{number}")


def add(room: PostRoom, event: str) -> None:
    body = {"decision": "dec_1", "workflow": "bank", "outcome": "allow"}
    room.house.store.commit(
        lambda connection: events.add(connection, event, "decision.final", "dec_1", body, room.clock())
    )


def test_what_is_refused_is_not_numbered(room: PostRoom):
    """An event that the table does not know spoils its own transaction, and leaves no gap."""
    body = {"decision": "dec_1", "workflow": "bank", "outcome": "allow", "note": "ill"}
    with pytest.raises(ValueError, match="note"):
        room.house.store.commit(lambda c: events.add(c, "evt_x", "decision.final", "dec_1", body, room.clock()))
    room.tell("dec_1")
    assert [each["sequence"] for each in page(room.house, BEN, None, Wanted(), 10)["items"]] == [1]


def test_a_caller_hears_of_their_own_decisions(room: PostRoom):
    """Of nobody else's, and nothing of rules or models."""
    room.tell("dec_1")
    assert page(room.house, TILL, None, Wanted(), 10) == {"items": [], "next": "1", "more": False}


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 19, "١"])
def test_a_cursor_is_what_was_given(room: PostRoom, cursor: str):
    """Anything else is refused with the remedy."""
    with pytest.raises(InvalidRequest, match="cursor"):
        page(room.house, BEN, cursor, Wanted(), 10)


def test_a_misspelt_type_is_no_silence(room: PostRoom):
    """It is named, with the one that may be meant."""
    with pytest.raises(InvalidRequest) as caught:
        page(room.house, BEN, None, Wanted(types=("decision.finl",)), 10)
    assert "decision.final" in caught.value.problems[0].remedy
