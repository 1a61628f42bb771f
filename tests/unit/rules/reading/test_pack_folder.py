"""The files of a pack are read as of one moment, however they are put in place meanwhile."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rules.reading import pack_folder
from rules.reading.pack_folder import MAX_PACK_BYTES, FilesChanging, pack_files, stray

NAMES = ("pack.yaml", "a.rule.yaml", "b.rule.yaml", "words.txt")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rest long enough for writers whose pauses a busy machine stretches."""
    monkeypatch.setattr(pack_folder, "REST", 0.2)


def write(folder: Path, version: int, padding: int = 2_000) -> Path:
    """A pack whose files all carry the same version."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / name).write_text(f"{version} " + "x" * padding)
    return folder


def at_rest(folder: Path) -> Path:
    """The folder as if it had been written long ago."""
    time.sleep(pack_folder.REST + 0.02)
    return folder


def versions(files: dict[str, bytes]) -> set[str]:
    return {data.split()[0].decode() for data in files.values()}


@contextmanager
def meanwhile(change: Callable[[int], object], pause: tuple[float, float]) -> Iterator[list[int]]:
    """Runs `change` with a rising number, at uneven pauses, in another thread; the list grows with each."""
    done = threading.Event()
    made: list[int] = []
    failed: list[BaseException] = []
    draw = random.Random(5)

    def keep_changing() -> None:
        try:
            while not done.is_set():
                change(len(made))
                made.append(len(made))
                done.wait(draw.uniform(*pause))
        except BaseException as error:  # noqa: BLE001  # told by the test's own thread
            failed.append(error)

    thread = threading.Thread(target=keep_changing)
    thread.start()
    try:
        yield made
    finally:
        done.set()
        thread.join()
    assert failed == []


def read_for(seconds: float, folder: Path) -> list[set[str]]:
    """The versions seen in each reading that succeeded."""
    seen = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            seen.append(versions(pack_files(folder)))
        except (FilesChanging, FileNotFoundError):
            continue
    return seen


def test_a_link_turned_to_another_folder_never_mixes_two(tmp_path: Path):
    """As Kubernetes swaps a ConfigMap: `..data` is turned in one rename, and the old folder is removed."""
    demo = tmp_path / "demo"
    demo.mkdir()

    def turn(number: int) -> None:
        new = write(demo / f"..{number}", number)
        (demo / "..data_tmp").symlink_to(new.name)
        (demo / "..data_tmp").replace(demo / "..data")
        if number:
            shutil.rmtree(demo / f"..{number - 1}")

    turn(0)
    for name in NAMES:
        (demo / name).symlink_to(f"..data/{name}")
    with meanwhile(lambda number: turn(number + 1), (0.0, 0.15)) as turned:
        seen = read_for(1.5, demo)
    assert len(turned) > 5
    assert len(set().union(*seen)) > 2
    assert all(len(one) == 1 for one in seen)


def test_a_link_turned_back_and_forth_never_mixes_two(tmp_path: Path):
    """Where the folder before and after is the same, a file read from the other one in between is noticed."""
    for number in range(2):
        write(tmp_path / f"v{number}", number)
    demo = tmp_path / "demo"
    demo.symlink_to("v0")

    def turn(number: int) -> None:
        (tmp_path / "new").symlink_to(f"v{number % 2}")
        (tmp_path / "new").replace(demo)

    with meanwhile(turn, (0.0, 0.0005)) as turned:
        seen = read_for(1.0, at_rest(demo))
    assert len(turned) > 100
    assert len(seen) > 3
    assert all(len(one) == 1 for one in seen)


def test_a_folder_swapped_by_two_renames_is_there_all_the_time(tmp_path: Path):
    """Between `mv demo old` and `mv new demo` there is no folder; that moment is not taken for the pack's end."""
    demo = write(tmp_path / "demo", 0)

    def swap(number: int) -> None:
        new = write(tmp_path / "new", number + 1)
        demo.rename(tmp_path / "old")
        time.sleep(0.02)
        new.rename(demo)
        shutil.rmtree(tmp_path / "old")

    with meanwhile(swap, (0.05, 0.2)) as swapped:
        end = time.monotonic() + 1.5
        seen = []
        while time.monotonic() < end:
            seen.append(versions(pack_files(demo)))
    assert len(swapped) > 3
    assert all(len(one) == 1 for one in seen)


def test_files_replaced_one_after_the_other_are_waited_for(tmp_path: Path, patient: None):
    """As `git pull` or rsync replace several files, each by a rename, with its old time: all or none are seen."""
    demo = write(tmp_path / "demo", 0)

    def replace(number: int) -> None:
        for name in NAMES:
            (tmp_path / "part").write_text(f"{number + 1} y")
            os.utime(tmp_path / "part", (1, 1))
            (tmp_path / "part").replace(demo / name)
            time.sleep(0.01)

    with meanwhile(replace, (0.25, 0.4)) as replaced:
        seen = read_for(2.0, demo)
    assert len(replaced) > 2
    assert len(seen) > 2
    assert all(len(one) == 1 for one in seen)


def test_a_file_that_grows_is_read_when_it_is_whole(tmp_path: Path, patient: None):
    """A file that arrives in pieces is never read in part."""
    demo = write(tmp_path / "demo", 0)
    whole = b"1 " + b"z" * 50_000

    def arrive(_number: int) -> None:
        with (demo / "a.rule.yaml").open("wb", buffering=0) as file:
            for start in range(0, len(whole), 10_000):
                file.write(whole[start : start + 10_000])
                time.sleep(0.01)

    with meanwhile(arrive, (0.25, 0.4)):
        time.sleep(0.01)
        sizes = {len(pack_files(demo)["demo/a.rule.yaml"]) for _ in range(5)}
    assert sizes == {len(whole)}


def test_a_file_written_to_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What changes between opening a file and reading it is noticed when all have been read."""
    demo = at_rest(write(tmp_path / "demo", 0))
    look, last = os.fstat, (demo / NAMES[-1]).stat().st_ino

    def write_after_the_last_look(handle: int) -> os.stat_result:
        status = look(handle)
        if status.st_ino == last:
            monkeypatch.setattr(os, "fstat", look)
            write(demo, 1)
        return status

    monkeypatch.setattr(os, "fstat", write_after_the_last_look)
    assert versions(pack_files(demo)) == {"1"}


def test_files_that_never_rest_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder that something writes to all the time is an error that says so, not a reading of some moment."""
    monkeypatch.setattr(pack_folder, "PATIENCE", 0.3)
    demo = write(tmp_path / "demo", 0)
    with (
        meanwhile(lambda number: (demo / "words.txt").write_text(str(number)), (0.0, 0.005)),
        pytest.raises(FilesChanging) as caught,
    ):
        pack_files(demo)
    assert "keep changing" in str(caught.value.strerror)


def test_a_deleted_file_is_gone_as_a_whole(tmp_path: Path):
    """A file deleted while others are read is either among them or not; the reading does not fail."""
    demo = write(tmp_path / "demo", 0)

    def toggle(number: int) -> None:
        if number % 2:
            (demo / "b.rule.yaml").write_text("0 back")
        else:
            (demo / "b.rule.yaml").unlink()

    with meanwhile(toggle, (0.03, 0.15)):
        counts = {len(pack_files(demo)) for _ in range(8)}
    assert counts <= {3, 4}


def test_a_folder_without_pack_yaml_is_none(tmp_path: Path):
    """After a moment's grace, what is not there is not there."""
    (tmp_path / "a.rule.yaml").write_text("x")
    with pytest.raises(FileNotFoundError):
        pack_files(tmp_path)


def test_a_link_to_nowhere_is_no_missing_rule_file(tmp_path: Path):
    """A rule file whose link is broken stops the pack: its rules would otherwise silently not hold."""
    demo = write(tmp_path / "demo", 0)
    (demo / "c.rule.yaml").symlink_to("gone")
    with pytest.raises(FileNotFoundError):
        pack_files(demo)


def test_what_is_no_file_stops_the_pack(tmp_path: Path):
    """A pipe or folder in the place of a rule file is not waited for and not left out."""
    demo = write(tmp_path / "demo", 0)
    os.mkfifo(demo / "c.rule.yaml")
    with pytest.raises(OSError, match="is no file"):
        pack_files(demo)


def test_a_folder_beyond_all_measure_is_refused_unread(tmp_path: Path):
    """Many files that are each small enough may still be too much."""
    demo = write(tmp_path / "demo", 0)
    for number in range(MAX_PACK_BYTES // 2_000_000 + 1):
        with (demo / f"{number}.rule.yaml").open("wb") as file:
            file.truncate(2_000_000)
    with pytest.raises(OSError, match="larger than"):
        pack_files(demo)


def test_files_with_nearly_the_right_name_come_along_to_be_refused(tmp_path: Path):
    """`crime.rules.yaml` and `crime.yml` are not silently left out; notes and hidden files are."""
    demo = write(tmp_path / "demo", 0)
    for name in ("crime.rules.yaml", "crime.yml", "Crime.rule.YAML", ".hidden.yaml", "..data.yaml", "README.md"):
        (demo / name).write_text("x")
    found = [name.partition("/")[2] for name in pack_files(demo)]
    assert [name for name in found if stray(name)] == ["Crime.rule.YAML", "crime.rules.yaml", "crime.yml"]
    assert len(found) == len(NAMES) + 3
