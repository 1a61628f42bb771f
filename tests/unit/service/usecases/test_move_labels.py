"""Labels added, renamed, merged and split in the file; examples follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.types import Autonomy, MovedLabel, Outcome
from service.errors import InvalidRequest, NotFound
from service.usecases import move_labels
from service.usecases.training_material import gather
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with room_in(tmp_path) as made:
        yield made


def labels(room: Room) -> list[str]:
    return [label.id for label in room.policy.labels]


def test_a_new_label_begins_with_people(room: Room) -> None:
    """Without an outcome of its own a person says it, and nothing of it is automatic."""
    move_labels.add(room.house, NAME, move_labels.new_label("loan", definition="About a loan."))
    made = room.policy.labels[-1]
    assert (made.id, made.outcome, made.autonomy, made.definition) == (
        "loan", Outcome.REVIEW, Autonomy.DRAFT, "About a loan."
    )  # fmt: skip


def test_renaming_and_merging_keep_what_was_taught(room: Room) -> None:
    """Examples are read under the label of today."""
    room.decided("one", ["card"])
    room.decided("two", ["fees"])
    move_labels.rename(room.house, NAME, "card", "plastic", title="Plastic")
    move_labels.merge(room.house, NAME, ["fees"], "plastic")
    assert labels(room) == ["refund", "plastic"]
    assert [example.label for example in gather(room.house, room.policy).train] == ["plastic", "plastic"]
    assert "# of plastic" in (room.folder / "workflow.yaml").read_text()


def test_splitting_keeps_the_outcome_and_takes_autonomy_back(room: Room) -> None:
    """Nobody has certified the new ones."""
    new = [move_labels.new_label("late", definition="Late."), move_labels.new_label("monthly")]
    move_labels.split(room.house, NAME, "refund", new)
    assert labels(room) == ["late", "monthly", "card", "fees"]
    assert {(each.outcome, each.autonomy) for each in room.policy.labels[:2]} == {(Outcome.ALLOW, Autonomy.DRAFT)}
    assert room.policy.moved == (MovedLabel("refund", ("late", "monthly")),)


def test_what_makes_no_sense_is_refused_and_changes_nothing(room: Room) -> None:
    """Each with what to do."""
    before = (room.folder / "workflow.yaml").read_bytes()
    house, new = room.house, move_labels.new_label
    for wrong in (
        lambda: move_labels.add(house, NAME, new("card")),
        lambda: move_labels.rename(house, NAME, "gold", "silver"),
        lambda: move_labels.rename(house, NAME, "card", "fees"),
        lambda: move_labels.merge(house, NAME, ["card"], "card"),
        lambda: move_labels.merge(house, NAME, [], "card"),
        lambda: move_labels.split(house, NAME, "card", [new("debit")]),
        lambda: move_labels.split(house, NAME, "card", [new("debit"), new("debit")]),
        lambda: move_labels.split(house, NAME, "card", [new("debit"), new("fees")]),
    ):
        with pytest.raises(InvalidRequest):
            wrong()
    for name in ("none", "../p"):
        with pytest.raises(NotFound):
            move_labels.add(house, name, new("x"))
    assert (room.folder / "workflow.yaml").read_bytes() == before


def test_a_former_label_is_not_made_again(room: Room) -> None:
    """Its old examples could not be told from new ones."""
    move_labels.rename(room.house, NAME, "card", "plastic")
    with pytest.raises(InvalidRequest, match="read as plastic"):
        move_labels.add(room.house, NAME, move_labels.new_label("card"))
