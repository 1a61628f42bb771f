"""Labels in doubt are kept until somebody settles them, and no word of a request with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from index.encoder import EncoderPool
from service.errors import NotFound
from service.store.tables_learning import doubts
from service.usecases import correct_examples, run_jobs, settle_doubts
from service.usecases.label_doubts import doubts as look_through
from service.usecases.settle_doubts import confirm, leave_out, look, put_right, still_open
from tests.unit.service.usecases.doubting import CARD, FEES, WRONG, taught
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in


@pytest.fixture
def room(tmp_path: Path, encoder: EncoderPool) -> Iterator[Room]:
    with room_in(tmp_path, encoder) as made:
        yield made


def open_texts(room: Room) -> set[str]:
    return {each.text for each in still_open(room.house, NAME)}


def test_a_doubt_lasts_until_it_is_settled(room: Room) -> None:
    """However it is settled, and wherever: on its page, or by a correction of the example somewhere else."""
    ids = taught(room)
    assert still_open(room.house, NAME) == []
    assert look(room.house, NAME) == 3
    found = still_open(room.house, NAME)
    assert {each.text: each.example for each in found} == ids
    assert {(each.labels, each.looks_like, each.by, each.source) for each in found} == {
        (("fees",), "card", "Ann", "review")
    }
    confirm(room.house, "Olga", found[0].id)
    leave_out(room.house, "Olga", found[1].id)
    assert open_texts(room) == {found[2].text}
    correct_examples.correct(room.house, "Olga", found[2].example, ["card"])
    assert open_texts(room) == set()
    correct_examples.correct(room.house, "Olga", found[2].example, ["fees"])
    assert open_texts(room) == {found[2].text}
    put_right(room.house, "Olga", found[2].id, ["card"])
    assert open_texts(room) == set()


def test_what_is_confirmed_is_not_asked_again(room: Room) -> None:
    """By any look, at a terminal either; until the label is another one than was confirmed."""
    ids = taught(room)
    look(room.house, NAME)
    doubt = next(each for each in still_open(room.house, NAME) if each.text == WRONG[1])
    confirm(room.house, "Olga", doubt.id)
    assert look(room.house, NAME) == 2
    assert WRONG[1] not in {each.text for each in look_through(room.house, NAME)}
    assert open_texts(room) == {WRONG[0], WRONG[2]}
    correct_examples.correct(room.house, "Olga", ids[WRONG[1]], ["refund"])
    assert WRONG[1] not in open_texts(room)  # the last look said nothing of it
    assert room.told("example.confirmed") == [{"workflow": NAME, "labels": ["fees"], "by": "Olga"}]


def test_what_stands_in_the_file_is_put_right_there(room: Room) -> None:
    """It can be confirmed; once the file says otherwise nobody is asked any more."""
    rows = [{"text": text, "label": "card"} for text in CARD] + [{"text": text, "label": "fees"} for text in FEES]
    wrong = {"text": WRONG[1], "label": "fees"}
    room.examples_file(*rows, wrong)
    look(room.house, NAME)
    (found,) = still_open(room.house, NAME)
    assert (found.in_file, found.by, found.at) == (True, "", None)
    with pytest.raises(NotFound, match="file"):
        put_right(room.house, "Olga", found.id, ["card"])
    room.examples_file(*rows, wrong | {"label": "card"})
    assert still_open(room.house, NAME) == []
    room.examples_file(*rows, wrong)
    confirm(room.house, "Olga", found.id)
    assert still_open(room.house, NAME) == []


def test_no_word_of_a_request_is_kept_with_a_doubt(room: Room) -> None:
    """Erasing a request erases all of it."""
    taught(room)
    look(room.house, NAME)
    with room.house.store.read() as connection:
        kept = repr(connection.execute(sa.select(doubts)).all())
    assert "exa_" in kept
    assert not any(word in kept for word in ("stolen", "swallowed", "declined"))


def test_a_job_looks_and_no_model_comes_of_it(room: Room) -> None:
    """As a worker's process does it; trainings are listed without it."""
    taught(room)
    job = run_jobs.ask_doubts(room.house, "Olga", NAME)["id"]
    assert run_jobs.run_here(room.house, job) == ""
    ended = run_jobs.last_doubts(room.house, NAME)
    assert ended is not None
    assert (ended["id"], ended["state"], ended["model"]) == (job, "done", None)
    assert len(still_open(room.house, NAME)) == 3
    assert run_jobs.page(room.house) == []
    with pytest.raises(NotFound):
        run_jobs.ask_doubts(room.house, "Olga", "none")


def test_what_is_no_doubt_any_more_cannot_be_settled(room: Room) -> None:
    """A page that was open since before the last look says so."""
    taught(room)
    look(room.house, NAME)
    old = still_open(room.house, NAME)[0].id
    look(room.house, NAME)
    for settle in (settle_doubts.confirm, settle_doubts.leave_out):
        with pytest.raises(NotFound, match="no more"):
            settle(room.house, "Olga", old)
