"""What a model may learn from, and what it is tried on: never the same words, always a random sample of one kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import decisions, payloads
from service.store.tables import payloads as payload_table
from service.usecases.correct_examples import correct, set_aside, take_in
from service.usecases.examples import Example
from service.usecases.stage_release import DEMO_SAMPLE
from service.usecases.start_labelling import enough_cases
from service.usecases.training_material import Gathered, gather, unsettled
from tests.unit.service.usecases.labelling_room import Room, room_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_in(tmp_path) as made:
        yield made


def gathered(room: Room) -> Gathered:
    return gather(room.house, room.policy)


def said(part: tuple[Example, ...]) -> list[tuple[str, str | None]]:
    return [(example.text, example.label) for example in part]


def move(room: Room, text: str) -> None:
    path = room.folder / "workflow.yaml"
    path.write_text(path.read_text() + text)


def test_file_reviews_and_labels_are_learned_from_together(room: Room) -> None:
    """With where each came from."""
    room.examples_file({"text": "one", "label": "refund"}, {"text": "two", "label": "card", "part": "calibration"})
    room.decided("three", ["fees"])
    room.decided("four", [])
    room.hand_in(["five"])
    room.label("card")
    found = gathered(room)
    assert said(found.train) == [("one", "refund"), ("three", "fees"), ("four", None), ("five", "card")]
    assert said(found.calibration) == [("two", "card")]
    assert found.sample == DEMO_SAMPLE
    assert found.sources == {"file": 2, "review": 2, "labelling": 1}
    assert [example.origin[:4] for example in found.train] == ["file", "exa_", "exa_", "exa_"]


def test_a_workflow_without_a_file_learns_from_people_alone(room: Room) -> None:
    """As at a cold start."""
    assert gathered(room).train == ()
    room.decided("three", ["fees"])
    assert said(gathered(room).train) == [("three", "fees")]


def test_enough_live_random_checks_are_the_sample_alone(room: Room) -> None:
    """The file's calibration cases count no more, and it is said in words what they are."""
    enough = enough_cases(room.policy)
    demo = [{"text": f"demo {n}", "label": "card", "part": "calibration"} for n in range(enough)]
    room.examples_file(*demo)
    for n in range(enough - 1):
        room.decided(f"live {n}", ["fees"], drawn=0.1, days=n)
    assert said(gathered(room).calibration) == [(each["text"], "card") for each in demo]
    room.decided(f"live {enough - 1}", ["fees"], drawn=0.1, days=33)
    found = gathered(room)
    assert said(found.calibration) == [(f"live {n}", "fees") for n in range(enough)]
    assert found.sample == f"{enough} requests drawn at random from 3 March 2026 to 5 April 2026"
    assert found.train == ()


def test_of_samples_that_are_too_small_the_largest_counts(room: Room) -> None:
    """A handful of cases in the file must not keep a promise from what was reviewed since; nothing is mixed."""
    room.examples_file(*({"text": f"demo {n}", "label": "card", "part": "calibration"} for n in range(3)))
    for n in range(3):
        room.decided(f"live {n}", ["fees"], drawn=0.1)
    assert gathered(room).sample == DEMO_SAMPLE
    room.decided("live 3", ["fees"], drawn=0.1)
    assert [text for text, _ in said(gathered(room).calibration)] == ["live 0", "live 1", "live 2", "live 3"]
    room.hand_in([f"asked {n}" for n in range(5)], calibration=5)
    for _ in range(5):
        room.label("card")
    assert {text[:5] for text, _ in said(gathered(room).calibration)} == {"asked"}


def test_without_any_random_sample_that_is_said(room: Room) -> None:
    """As before the first label."""
    assert (gathered(room).calibration, gathered(room).sample) == (
        (),
        "no request was drawn at random and labelled yet",
    )


def test_a_random_part_of_the_backlog_comes_before_the_files(room: Room) -> None:
    """It is the workflow's own traffic."""
    room.examples_file({"text": "demo", "label": "card", "part": "calibration"})
    texts = [f"asked {n}" for n in range(enough_cases(room.policy))]
    room.hand_in(texts, calibration=len(texts))
    for _ in texts:
        room.label("card")
    found = gathered(room)
    assert {text for text, _ in said(found.calibration)} == set(texts)
    assert "backlog" in found.sample


def test_what_of_the_random_part_is_not_labelled_yet_is_said(room: Room) -> None:
    """It may be harder than the rest: what was passed by waits as well."""
    enough = enough_cases(room.policy)
    room.hand_in([f"asked {n}" for n in range(enough + 3)], calibration=enough + 3)
    for _ in range(enough):
        room.label("card")
    assert gathered(room).sample.endswith("backlog that was handed in (3 more were drawn and do not count yet)")


def test_two_backlogs_drawn_with_other_chances_leave_an_even_sample(room: Room) -> None:
    """All of a small one beside a few of a large one would be no random sample of both."""
    room.hand_in([f"small {n}" for n in range(60)], calibration=60)
    room.hand_in([f"large {n}" for n in range(600)], calibration=60)
    for _ in range(120):
        room.label("card")
    texts = [text for text, _ in said(gathered(room).calibration)]
    assert sum(text.startswith("large") for text in texts) == 60
    assert 0 < sum(text.startswith("small") for text in texts) < 25


def test_nothing_is_trained_on_whose_words_are_kept(room: Room) -> None:
    """Calibration wins, whatever case and punctuation; it is counted."""
    room.examples_file({"text": "Charged TWICE!", "label": "refund"}, {"text": "other", "label": "card"})
    for n in range(enough_cases(room.policy)):
        room.decided("charged twice" if n == 0 else f"live {n}", ["fees"], drawn=0.1)
    found = gathered(room)
    assert said(found.train) == [("other", "card")]
    assert found.skipped == {"the same words are kept for calibration": 1}


def test_what_was_said_last_of_the_same_words_counts(room: Room) -> None:
    """A reviewer overrules the file, a later one the earlier."""
    room.examples_file({"text": "one", "label": "refund"})
    room.decided("One.", ["card"])
    room.decided("one", ["fees"])
    found = gathered(room)
    assert said(found.train) == [("one", "fees")]
    assert found.skipped == {"the same words were labelled again since": 2}


def test_a_share_that_changed_leaves_an_even_sample(room: Room) -> None:
    """Requests drawn ten times as often are thinned, so that each had the same chance; whichever leaves most."""
    for n in range(10):
        room.decided(f"seldom {n}", ["fees"], drawn=0.1)
    for n in range(30):
        room.decided(f"often {n}", ["fees"], drawn=1.0)
    assert all(text.startswith("often") for text, _ in said(gathered(room).calibration))  # 30 are more than 10 and 3
    for n in range(30):
        room.decided(f"seldom again {n}", ["fees"], drawn=0.1)
    texts = [text for text, _ in said(gathered(room).calibration)]
    assert sum(text.startswith("seldom") for text in texts) == 40
    assert len(texts) < 55


def test_examples_follow_a_label_that_was_renamed_or_merged(room: Room) -> None:
    """Also in two steps."""
    room.examples_file({"text": "one", "label": "old"}, {"text": "two", "label": "older"})
    move(room, "moved: [{was: older, now: [old]}, {was: old, now: [card]}]\n")
    assert said(gathered(room).train) == [("one", "card"), ("two", "card")]


def test_a_split_label_is_asked_anew(room: Room) -> None:
    """Training leaves it out; a calibration case stays, where an automatic decision counts as wrong, until somebody
    labels the same words again."""
    room.examples_file({"text": "one", "label": "money"}, {"text": "two", "label": "money", "part": "calibration"})
    room.decided("three", ["money"])
    move(room, "moved: [{was: money, now: [refund, fees]}]\n")
    found = gathered(room)
    assert found.train == ()
    assert said(found.calibration) == [("two", "money")]
    assert {each.request.text for each in unsettled(room.house, room.policy)} == {"one", "two", "three"}
    room.decided("two", ["fees"])
    room.decided("three", ["refund"])
    found = gathered(room)
    assert said(found.calibration) == [("two", "fees")]
    assert said(found.train) == [("three", "refund")]
    assert [each.request.text for each in unsettled(room.house, room.policy)] == ["one"]


def test_what_is_set_aside_or_erased_teaches_nothing(room: Room) -> None:
    """Until it is taken in again; it is told how many."""
    room.decided("one", ["card"])
    decision = room.decided("two", ["card"])
    example = gathered(room).train[0].origin
    assert set_aside(room.house, "Ben", example)["aside_by"] == "Ben"
    with room.house.store.read() as connection:
        row = decisions.get(connection, decision)
        assert row is not None
        assert payloads.known(connection, row.request)
    room.house.store.commit(
        lambda connection: connection.execute(
            payload_table.update().where(payload_table.c.id == row.request).values(data=b"{}")
        )
    )
    found = gathered(room)
    assert found.train == ()
    assert found.skipped == {"set aside by a person": 1, "the request is erased": 1}
    take_in(room.house, "Ben", example)
    assert said(gathered(room).train) == [("one", "card")]
    assert [body["by"] for body in room.told("example.set_aside", "example.taken_in")] == ["Ben", "Ben"]


def test_putting_an_example_right_counts_at_once(room: Room) -> None:
    """And the ledger says what it was."""
    room.decided("one", ["card"])
    before = gathered(room)
    correct(room.house, "Ben", before.train[0].origin, ["fees"])
    after = gathered(room)
    assert said(after.train) == [("one", "fees")]
    assert before.digest != after.digest
    assert room.told("example.corrected") == [{"workflow": "small", "was": ["card"], "labels": ["fees"], "by": "Ben"}]


def test_the_digest_is_of_what_is_in_it(room: Room) -> None:
    """The same material, the same digest."""
    room.decided("one", ["card"])
    assert gathered(room).digest == gathered(room).digest
