"""Labelling at a terminal, from a backlog to examples and back."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.errors import ServiceError
from service.usecases.secret import make_secret
from service.usecases.training_material import gather
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in

Run = Callable[..., Result]


@pytest.fixture
def room(tmp_path: Path, encoder_folder: Path) -> Iterator[Room]:
    make_secret(tmp_path)
    shutil.copytree(encoder_folder, tmp_path / "encoder", copy_function=os.link)
    with room_in(tmp_path) as made:
        yield made


@pytest.fixture
def run(room: Room, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a command; it has to succeed unless told otherwise."""
    monkeypatch.setenv("SIGNOFF_HOME", str(room.house.home))

    def give(*words: str, typed: str = "") -> Result:
        result = CliRunner().invoke(app, ["label", *words], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return give


def backlog(room: Room, *texts: str) -> str:
    path = room.house.home / "backlog.txt"
    path.write_text("\n".join(texts) + "\n")
    return str(path)


def test_a_backlog_is_labelled_at_the_terminal(room: Room, run: Run) -> None:
    """Numbers, ids, none of these, skip, undo; and how far that is."""
    texts = [f"request {n}, please" for n in range(4)]
    started = json.loads(run("start", NAME, backlog(room, *texts), "--calibration", "1", "--json").stdout)
    assert (started["calibration"], started["train"], started["chosen"]["ahead"]) == (1, 3, 3)
    # a word that is no label, then: card; refund, taken back and said again as none of these; skip; fees by its id
    answers = ["gold", "2", "1", "u", "0", "s", "fees"]
    result = run("next", NAME, typed="\n".join(answers) + "\n")
    assert "that is no label here" in result.output
    assert "nothing waits" in result.output
    found = json.loads(run("status", NAME, "--json").stdout)
    assert {each["label"]: each["examples"] for each in found["labels"]} == {
        "refund": 0, "card": 1, "fees": 1, None: 1
    }  # fmt: skip
    assert found["queue"]["train"]["skipped"] == 1
    assert "1 of about" in run("status", NAME).output


def test_quitting_gives_the_request_back(room: Room, run: Run) -> None:
    """The next to ask gets it."""
    run("start", NAME, backlog(room, "only this"), "--calibration", "0")
    run("next", NAME, typed="q\n")
    assert json.loads(run("next", NAME, "--json").stdout)["text"] == "only this"


def test_give_says_and_says_again(room: Room, run: Run) -> None:
    """For scripts; what was said before is replaced."""
    run("start", NAME, backlog(room, "only this"), "--calibration", "0")
    item = json.loads(run("next", NAME, "--json").stdout)["item"]
    run("give", item, "card")
    said = json.loads(run("give", item, "fees", "--json").stdout)
    assert [each.label for each in gather(room.house, room.policy).train] == ["fees"]
    run("correct", said["example"], "refund")
    run("aside", said["example"])
    assert gather(room.house, room.policy).train == ()
    run("take-in", said["example"])
    assert [each.label for each in gather(room.house, room.policy).train] == ["refund"]


def test_a_label_that_there_is_not_leaves_what_was_said(room: Room, run: Run) -> None:
    """It is refused before anything is taken back."""
    run("start", NAME, backlog(room, "only this"), "--calibration", "0")
    item = json.loads(run("next", NAME, "--json").stdout)["item"]
    run("give", item, "card")
    with pytest.raises(ServiceError, match="no label"):
        run("give", item, "gold")
    assert [example.label for example in gather(room.house, room.policy).train] == ["card"]


def test_a_request_cannot_steer_the_terminal(room: Room, run: Run) -> None:
    """Whoever wrote it is not trusted: what a terminal obeys is shown as a mark."""
    run("start", NAME, backlog(room, "pay \x1b]0;owned\x07 me \x9b2J"), "--calibration", "0")
    shown = run("next", NAME, typed="q\n").stdout
    assert "\ufffd]0;owned\ufffd me" in shown
    assert not {"\x07", "\x9b"} & set(shown)


def test_labels_are_changed_in_the_file(room: Room, run: Run) -> None:
    """With what to do next."""
    run("add", NAME, "loan", "--title", "Loans", "--includes", "car", "--includes", "house", "--outcome", "block")
    run("rename", NAME, "card", "plastic")
    run("merge", NAME, "plastic", "--into", "fees")
    result = run("split", NAME, "refund", "late=It came late.", "wrong")
    assert "signoff rules reload" in result.output
    assert [label.id for label in room.policy.labels] == ["late", "wrong", "fees", "loan"]
    loan, late = room.policy.label("loan"), room.policy.label("late")
    assert loan is not None
    assert loan.includes == ("car", "house")
    assert late is not None
    assert late.definition == "It came late."


def test_what_cannot_be_done_is_said(room: Room, run: Run) -> None:
    """A backlog of nothing, a workflow that is not there, too few examples to doubt any."""
    for words in (
        ("start", NAME, backlog(room, "", "  ")),
        ("status", "none"),
        ("doubts", NAME),
        ("give", "lab_0", "card"),
        ("correct", "exa_0", "card"),
    ):
        with pytest.raises(ServiceError) as refused:
            run(*words)
        assert refused.value.remedy
    assert "no group" in run("propose", NAME).output
