"""How far labelling is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.api.replies_labelling import LabellingProgress
from service.cli.label_telling import tell_progress
from service.errors import NotFound
from service.learn.binomial import cases_to_review, smallest_n
from service.store import artefacts, pointers
from service.usecases import label_queue
from service.usecases.label_progress import everything, progress
from service.usecases.training_material import gather
from tests.unit.service.usecases.labelling_room import ANN, NAME, POLICY, Room, room_in

AUTO = "outcome: allow\n    autonomy: auto"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_in(tmp_path) as made:
        yield made


def answers(
    room: Room, certificate: dict[str, Any] | None, refusal: dict[str, Any] | None, policy: str = POLICY
) -> None:
    """Let a release answer that was tried with this result."""

    def work(connection: Any) -> None:
        at: datetime = room.clock()
        row = dict.fromkeys(("head", "calibration", "snapshot", "encoder"), artefacts.put(connection, "head", b"h", at))
        row["policy"] = artefacts.put(connection, "policy", policy.encode(), at)
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


def test_what_is_counted_is_what_a_certificate_counts(room: Room) -> None:
    """A request as often as it came; of draws with other chances an even part; what is set aside or erased not at
    all."""
    room.hand_in(["twice"] * 6 + [f"request {n}" for n in range(2)], calibration=8)
    while label_queue.claim_next(room.house, ANN, NAME):
        room.label("card")
    gathered = gather(room.house, room.policy)
    assert progress(room.house, NAME)["measured"]["done"] == len(gathered.calibration) == 8
    for n in range(200):
        room.decided(f"seldom {n}", ["card"], drawn=0.01)
    for n in range(300):
        room.decided(f"often {n}", ["card"], drawn=0.1)
    gathered = gather(room.house, room.policy)
    assert progress(room.house, NAME)["measured"]["done"] == len(gathered.calibration) < 500


def test_each_promise_has_its_own_progress(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of requests with its labels, first as an estimate, then as a model's bound says; the strictest has those of
    several labels."""
    path = room.folder / "workflow.yaml"
    groups = "groups: [{name: money, labels: [refund], alpha: 0.1}]"
    text = path.read_text().replace("delta: 0.3}", f"delta: 0.3, {groups}}}").replace("outcome: allow", AUTO)
    path.write_text(text.replace("title: Cards", f"title: Cards\n    {AUTO}"))
    for n in range(12):
        room.decided(f"live {n}", ["refund"] if n < 3 else ["card"], drawn=0.5)
    money, others = progress(room.house, NAME)["groups"]
    assert (money["group"], money["labels"], money["alpha"], money["done"]) == ("money", ["refund"], 0.1, 3)
    assert (others["group"], others["done"], others["alpha"]) == ("", 9, 0.3)
    assert money["needed"] == cases_to_review(0.1, 0.15, share=0.5) > others["needed"]
    assert money["estimated"]
    assert not money["certified"]
    shown(progress(room.house, NAME))
    rules_read(room, monkeypatch)
    bound = {"labels": [], "errors": 0, "needed": 4, "level": 0.05}
    answers(
        room,
        {
            "accepted": 7,
            "cases": 12,
            "errors": 0,
            "delta": 0.3,
            "use": 1,
            "bounds": [
                bound | {"group": "money", "alpha": 0.1, "accepted": 2, "threshold": None, "why": "2 of 29"},
                bound | {"group": "", "alpha": 0.3, "accepted": 5, "threshold": 0.9, "why": ""},
            ],
        },
        None,
        path.read_text(),
    )
    money, others = progress(room.house, NAME)["groups"]
    assert (others["certified"], others["needed"]) == (True, 4)
    # At a third of the level 39 have to go alone; 2 of 12 did, and every fourth request is of the group.
    assert smallest_n(0.1, 0.05 / 3) == 39
    assert (money["certified"], money["needed"], money["why"]) == (False, math.ceil((12 + 37 * 6) / 4), "2 of 29")
    shown(progress(room.house, NAME))


def shown(found: dict[str, Any]) -> None:
    """In the shape of the API, and at the command line."""
    LabellingProgress.model_validate(found)
    tell_progress(found)


def test_every_workflow_is_listed(room: Room) -> None:
    """One that only has a queue, too; not one without files."""
    assert everything(room.house) == []
    room.hand_in(["request"])
    assert [each["workflow"] for each in everything(room.house)] == [NAME]
    with pytest.raises(NotFound):
        progress(room.house, "none")
