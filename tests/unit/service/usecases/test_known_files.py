"""Rule files of several homes: edited ones are taken over, ones that are merely older are left alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import structlog

from service.usecases import known_files
from service.usecases.edited_files import SIGNAL, take_over
from service.usecases.house import House, open_house
from service.usecases.reload_rules import reload
from tests.unit.service.usecases.edits import pointer_now

NAME = "retail-banking"


def policy(home: Path) -> Path:
    return home / "workflows" / NAME / "workflow.yaml"


def edit(home: Path, minutes: int) -> None:
    lines = policy(home).read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("queue:"))
    lines[place] = f"queue: {{name: retail-banking, sla_hours: 24, lease_minutes: {minutes}}}"
    policy(home).write_text("\n".join(lines) + "\n")


def another_home(house: House, folder: Path) -> House:
    """A second home of the same database, with its own files."""
    shutil.copytree(house.home, folder, ignore=shutil.ignore_patterns("*.db*"))
    return open_house(house.settings.model_copy(update={"home": folder, "database_url": house.settings.database,
                                                        "keys_url": house.settings.keys}))  # fmt: skip


def minutes_now(house: House) -> float:
    return house.shelf.open(pointer_now(house).release).workflow.queue.lease_minutes


def test_what_another_replica_reloaded_is_not_undone_by_older_files(house: House, tmp_path: Path) -> None:
    """At start and by watching they are left alone, loudly; asked for by a signal or by name they are taken over."""
    take_over(house, "start")
    other = another_home(house, tmp_path / "other")
    try:
        edit(house.home, 20)
        assert reload(house, "tests")["changed"]
        with structlog.testing.capture_logs() as told:
            assert take_over(other, "start")
            assert take_over(other, "watch")
        assert [each["event"] for each in told] == ["files_left_alone"] * 2
        assert minutes_now(house) == 20
        assert take_over(other, SIGNAL)
        assert minutes_now(house) == 15
    finally:
        other.close()


def test_what_somebody_edited_is_taken_over_at_start_also_back_to_what_once_was(house: House) -> None:
    """One home: stopped, edited, started; and edited back."""
    take_over(house, "start")
    for minutes in (20, 15, 25, 20):
        edit(house.home, minutes)
        take_over(house, "start")
        assert minutes_now(house) == minutes


def test_a_copy_of_older_files_without_a_note_is_known_by_the_releases_there_were(house: House, tmp_path: Path) -> None:
    """As a container's folder, made anew from an older image; one with files that never were is taken over."""
    edit(house.home, 20)
    reload(house, "tests")
    other = another_home(house, tmp_path / "other")
    (other.home / known_files.NOTE).unlink()
    try:
        edit(house.home, 25)
        reload(house, "tests")
        take_over(other, "start")
        assert minutes_now(house) == 25
        edit(other.home, 30)
        take_over(other, "start")
        assert minutes_now(house) == 30
    finally:
        other.close()


def test_a_workflow_that_has_no_files_here_is_no_fault(house: House, tmp_path: Path) -> None:
    """It was made at another replica; by itself nothing is said of it, by name it is."""
    shutil.rmtree(house.home / "workflows" / NAME)
    with structlog.testing.capture_logs() as told:
        assert take_over(house, "start")
    assert told == []
    assert minutes_now(house) == 15


def test_a_note_that_was_cut_off_is_none(house: House) -> None:
    """Then the releases tell, and the next reload writes it anew."""
    take_over(house, "start")
    note = house.home / known_files.NOTE
    note.write_text(note.read_text()[:-5])
    edit(house.home, 20)
    take_over(house, "start")
    assert minutes_now(house) == 20
    assert set(json.loads(note.read_text())) == {NAME}
