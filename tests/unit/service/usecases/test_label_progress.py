"""How far labelling is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.errors import NotFound
from service.store import artefacts, pointers
from service.usecases.label_progress import everything, progress
from tests.unit.service.usecases.labelling_room import NAME, POLICY, Room, room_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_in(tmp_path) as made:
        yield made


def answers(room: Room, certificate: dict[str, Any] | None, refusal: dict[str, Any] | None) -> None:
    """Let a release answer that was tried with this result."""

    def work(connection: Any) -> None:
        at: datetime = room.clock()
        row = dict.fromkeys(("head", "calibration", "snapshot", "encoder"), artefacts.put(connection, "head", b"h", at))
        row["policy"] = artefacts.put(connection, "policy", POLICY.encode(), at)
        row["rules"] = artefacts.put(connection, "rules", b'{"p": {}}', at)
        told = {"certificate": certificate, "refusal": refusal, "created_at": at, "created_by": "t", "why": "t"}
        pointers.add_release(connection, id="rel_1", workflow=NAME, route={}, **row, **told)
        pointers.activate(connection, NAME, "rel_1", None, at)

    room.house.store.commit(work)


def rules_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(room.house.shelf), "rules", lambda *_: None)


def test_before_a_model_answers_it_is_an_estimate(room: Room) -> None:
    """Of what the promise takes, and of what there is."""
    room.hand_in([f"request {n}" for n in range(8)], calibration=3)
    room.label("card")
    room.decided("reviewed", ["refund"])
    room.decided("none", [])
    found = progress(room.house, NAME)
    assert found["measured"]["done"] == 1
    assert found["measured"]["estimated"]
    assert found["says"] == f"1 of about {found['measured']['needed']} requests drawn at random are labelled"
    assert found["queue"]["calibration"] == {"waiting": 2, "labelled": 1, "skipped": 0}
    assert found["queue"]["train"] == {"waiting": 5, "labelled": 0, "skipped": 0}
    assert found["examples"] == {"review": 2, "check": 0, "labelling": 1}
    counted = {each["label"]: each["examples"] for each in found["labels"]}
    assert counted == {"refund": 1, "card": 1, "fees": 0, None: 1}


def test_afterwards_it_is_what_the_model_was_refused_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many more reviewed cases, if things go on as so far."""
    rules_read(room, monkeypatch)
    answers(room, None, {"accepted": 20, "cases": 40, "needed": 30, "more": 433})
    measured = progress(room.house, NAME)["measured"]
    assert (measured["needed"], measured["estimated"], measured["certified"]) == (473, False, False)


def test_a_certified_promise_is_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once enough is labelled."""
    rules_read(room, monkeypatch)
    answers(room, {"accepted": 40, "cases": 40, "errors": 0}, None)
    for n in range(12):
        room.decided(f"live {n}", ["card"], drawn=0.5)
    found = progress(room.house, NAME)
    assert found["measured"]["certified"]
    assert found["says"] == "12 requests drawn at random are labelled, and the promise is certified"


def test_every_workflow_is_listed(room: Room) -> None:
    """One that only has a queue, too; not one without files."""
    assert everything(room.house) == []
    room.hand_in(["request"])
    assert [each["workflow"] for each in everything(room.house)] == [NAME]
    with pytest.raises(NotFound):
        progress(room.house, "none")
