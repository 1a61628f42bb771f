"""The labelling queue: one holder, blind, nothing lost, everything on the ledger."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.access import Limit, Principal, rights
from service.errors import BadRequest, Conflict, Forbidden, InvalidRequest, LeaseLost, NotFound
from service.store import examples, labelling, payloads
from service.store.tables import payloads as payload_table
from service.usecases import label_queue
from service.usecases.ask import find_pointer
from service.usecases.backlog import Unlabelled
from service.usecases.start_labelling import at_hand, start
from service.usecases.training_material import gather
from tests.unit.service.usecases.labelling_room import ANN, BEN, NAME, Room, room_in

TEXTS = [f"Request number {n} about something of its own." for n in range(20)]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_in(tmp_path) as made:
        yield made


def stored(room: Room) -> list[tuple[str, str, tuple[str, ...], float]]:
    with room.house.store.read() as connection:
        rows = examples.everything(connection, NAME)
    return [(row.part, row.source, tuple(row.labels), row.probability) for row in rows]


def test_the_random_part_is_asked_first_and_becomes_calibration(room: Room) -> None:
    """What was drawn measures, with the chance it was drawn with; the rest teaches."""
    started = room.hand_in(TEXTS, calibration=4)
    assert (started.calibration, started.train, started.known) == (4, 16, 0)
    for _ in range(6):
        room.label("refund")
    assert (
        stored(room)
        == [("calibration", "labelling", ("refund",), 0.2)] * 4 + [("train", "labelling", ("refund",), 1.0)] * 2
    )


def test_what_was_drawn_is_a_random_part(room: Room) -> None:
    """Every request has the same chance, wherever it stands in the backlog; and so have the first that are asked."""
    backlog = [Unlabelled(f"request {n} of many") for n in range(400)]
    start(room.house, room.policy, backlog, "Ann", calibration=120, draw=random.Random(7))
    with room.house.store.read() as connection:
        rows = labelling.waiting(connection, NAME, "calibration", 400)
    numbers = [int(json.loads(row.request)["text"].split()[1]) for row in rows]
    for asked in (numbers, numbers[:40]):
        quarters = Counter(number // 100 for number in asked)
        assert all(quarters[quarter] > len(asked) / 16 for quarter in range(4)), quarters


def test_a_request_that_came_often_may_be_drawn_often(room: Room) -> None:
    """A sample of traffic counts repeats; people are asked once."""
    started = room.hand_in(["the same words"] * 5 + ["THE same, words!"], calibration=6)
    assert (started.calibration, started.train) == (6, 0)
    room.label("card")
    assert label_queue.claim_next(room.house, ANN, NAME) is None
    assert [example.label for example in gather(room.house, room.policy).calibration] == ["card"] * 6


def test_what_was_asked_before_is_not_asked_again(room: Room) -> None:
    """Neither what waits nor what is labelled; a backlog of nothing new is refused."""
    room.hand_in(TEXTS[:3])
    started = room.hand_in(TEXTS[1:5])
    assert (started.train, started.known) == (2, 2)
    with pytest.raises(BadRequest, match="asked or labelled before"):
        room.hand_in(TEXTS[:5])


def test_more_calibration_cases_than_requests_are_refused(room: Room) -> None:
    """With how many there are."""
    with pytest.raises(InvalidRequest, match="5 is not from 0 to 2"):
        room.hand_in(TEXTS[:2], calibration=5)


def test_labelling_is_blind_and_masked(room: Room) -> None:
    """No suggestion, no hint which part it is; what rules redact is blotted out."""
    room.hand_in(["My card 4242 4242 4242 4242 was declined"])
    item = room.claim()
    assert item["text"] == "My card •••• •••• •••• •••• was declined"
    assert set(item) == {
        "item", "workflow", "text", "attributes", "choices", "several", "token", "until"
    }  # fmt: skip
    assert [choice["id"] for choice in item["choices"]] == ["refund", "card", "fees"]
    assert item["choices"][0]["definition"] == "Somebody wants money back."


def test_two_people_never_hold_the_same(room: Room) -> None:
    """Many at once: each gets another request."""
    room.hand_in(TEXTS)
    people = [type(ANN)(f"k{n}", f"person {n}", ANN.scopes) for n in range(10)]
    gate = threading.Barrier(5)

    def claim(who: object) -> str:
        gate.wait()
        return str(room.claim(who)["item"])  # type: ignore[arg-type]

    with ThreadPoolExecutor(5) as threads:
        held = list(threads.map(claim, people))
    assert len(set(held)) == 10


def test_asking_again_gives_the_same_request_under_a_new_token(room: Room) -> None:
    """A page that was reloaded goes on; the older page has lost it."""
    room.hand_in(TEXTS)
    first, second = room.claim(), room.claim()
    assert first["item"] == second["item"]
    with pytest.raises(LeaseLost):
        label_queue.give(room.house, ANN, first["item"], first["token"], ["card"])
    label_queue.give(room.house, ANN, second["item"], second["token"], ["card"])
    with pytest.raises(LeaseLost, match="labelled already"):
        label_queue.give(room.house, ANN, second["item"], second["token"], ["card"])


def test_a_lease_that_ran_out_is_anothers(room: Room) -> None:
    """Whoever comes next gets it; the first is told."""
    room.hand_in(TEXTS[:1])
    lost = room.claim()
    room.clock.now += timedelta(minutes=10)
    assert room.claim(BEN)["item"] == lost["item"]
    with pytest.raises(LeaseLost, match="Ben holds"):
        label_queue.give(room.house, ANN, lost["item"], lost["token"], ["card"])


def test_only_labels_of_the_workflow_and_only_one_are_taken(room: Room) -> None:
    """Unless the policy says several."""
    room.hand_in(TEXTS[:2])
    item = room.claim()
    with pytest.raises(InvalidRequest, match="no label 'gold'"):
        label_queue.give(room.house, ANN, item["item"], item["token"], ["gold"])
    with pytest.raises(InvalidRequest) as refused:
        label_queue.give(room.house, ANN, item["item"], item["token"], ["fee"])
    assert [problem.remedy for problem in refused.value.problems] == ["did you mean `fees`?"]
    with pytest.raises(InvalidRequest, match="has one label"):
        label_queue.give(room.house, ANN, item["item"], item["token"], ["card", "fees"])
    path = room.folder / "workflow.yaml"
    path.write_text(path.read_text() + "labels_per_request: several\n")
    said = label_queue.give(room.house, ANN, item["item"], item["token"], ["card", "fees", "card"])
    assert said["labels"] == ["card", "fees"]


def test_what_is_skipped_comes_back_only_where_leaving_it_out_would_bend_the_sample(room: Room) -> None:
    """A random one comes back at the very end, another one never."""
    room.hand_in(TEXTS[:4], calibration=2)
    first = room.claim()
    label_queue.skip(room.house, ANN, first["item"], first["token"])
    assert room.label("card")["item"] != first["item"]
    chosen = room.claim()
    label_queue.skip(room.house, ANN, chosen["item"], chosen["token"])
    room.label("card")
    assert room.claim()["item"] == first["item"]
    room.label()
    assert label_queue.claim_next(room.house, ANN, NAME) is None


def test_returning_puts_it_back_in_its_place(room: Room) -> None:
    """The next to ask gets the very same."""
    room.hand_in(TEXTS)
    item = room.claim()
    label_queue.give_back(room.house, ANN, item["item"], item["token"])
    assert room.claim(BEN)["item"] == item["item"]


def test_undo_takes_the_label_back_and_gives_the_request_again(room: Room) -> None:
    """What was said counts no more; the ledger keeps both."""
    room.hand_in(TEXTS)
    said = room.label("card")
    item = label_queue.take_back(room.house, ANN, said["item"])
    assert stored(room) == []
    label_queue.give(room.house, ANN, item["item"], item["token"], ["fees"])
    assert [labels for _, _, labels, _ in stored(room)] == [("fees",)]
    assert [body["by"] for body in room.told("example.labelled", "example.withdrawn")] == ["Ann"] * 3
    with pytest.raises(Conflict, match="said by Ann"):
        label_queue.take_back(room.house, BEN, item["item"])


def test_a_request_whose_words_are_erased_is_passed_over(room: Room) -> None:
    """Nobody is shown nothing."""
    room.hand_in(TEXTS[:2])
    item = room.claim()
    with room.house.store.read() as connection:
        row = labelling.get(connection, item["item"])
        assert row is not None
        assert payloads.known(connection, row.payload)
    room.house.store.commit(
        lambda connection: connection.execute(
            payload_table.update().where(payload_table.c.id == row.payload).values(data=b"{}")
        )
    )
    assert room.claim()["item"] != item["item"]


def test_a_workflow_that_is_not_there_is_not_found(room: Room) -> None:
    """Nor is one whose name leads elsewhere."""
    for name in ("none", "../small", ""):
        with pytest.raises(NotFound):
            at_hand(room.house, name)
    with pytest.raises(NotFound):
        label_queue.take_back(room.house, ANN, "lab_0")


def test_a_workflow_that_is_labelled_for_says_what_it_takes_to_answer(room: Room) -> None:
    """Not that there is none: its first model is made by its owner."""
    with room.house.store.read() as connection, pytest.raises(InvalidRequest, match="there is no workflow"):
        find_pointer(connection, NAME)
    room.hand_in(TEXTS[:2])
    with room.house.store.read() as connection, pytest.raises(InvalidRequest, match="not answer yet") as refused:
        find_pointer(connection, NAME)
    assert "signoff workflow refit" in refused.value.remedy


def test_whoever_works_in_another_queue_is_given_nothing(room: Room) -> None:
    """Requests to label are as personal as the cases of their workflow."""
    room.hand_in(TEXTS, calibration=4)
    scopes, elsewhere = rights("reviewer", [Limit("another queue")])
    here = rights("reviewer", [Limit(room.policy.queue.name)])[1]
    with pytest.raises(Forbidden, match="do not work in the queue"):
        label_queue.claim_next(room.house, Principal("per_1", "Eve", scopes, grants=elsewhere), NAME)
    assert label_queue.claim_next(room.house, Principal("per_2", "Fay", scopes, grants=here), NAME) is not None
