"""What several workers counted, read as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from service.observe.exposition import exposition
from service.observe.merged import Sheet, merge
from service.observe.sheets import FOLDER, Sheets, own_sheets, shared_folder
from tests.house import ROOT

TO_BE_KILLED = """
import pathlib, sys, time
from prometheus_client import CollectorRegistry, Counter, Gauge
from service.observe.sheets import Sheets
registry = CollectorRegistry()
Counter("asked_total", "Asked", ["route"], registry=registry).labels("/a").inc(7)
Gauge("paused", "Paused", ["workflow"], registry=registry).labels("loans").set(1)
sheets = Sheets(pathlib.Path(sys.argv[1]), registry)
sheets.write()
print("written", flush=True)
time.sleep(60)
"""


class Worker:
    """What a worker counts with."""

    def __init__(self, folder: Path | None) -> None:
        registry = CollectorRegistry()
        self.asked = Counter("asked_total", "Asked", ["route"], registry=registry)
        self.seconds = Histogram("seconds", "Seconds", buckets=(0.1, 1.0), registry=registry)
        self.paused = Gauge("paused", "Paused", ["workflow"], registry=registry)
        self.memory = Gauge("process_memory_bytes", "Memory", registry=registry)
        self.sheets = Sheets(folder, registry)


Hire = Callable[[Path | None], Worker]


@pytest.fixture
def hired() -> Iterator[Hire]:
    """Workers that leave in order after the test."""
    made: list[Worker] = []

    def hire(folder: Path | None) -> Worker:
        made.append(Worker(folder))
        return made[-1]

    yield hire
    for worker in made:
        worker.sheets.close()


def read(sheets: list[Sheet]) -> dict[str, float]:
    """Series and values, as Prometheus gets them."""
    families = text_string_to_metric_families(exposition(sheets, ()).decode())
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sample.labels.items()): sample.value
        for family in families
        for sample in family.samples
    }


def test_counts_add_up_and_states_are_told_once(hired: Hire, tmp_path: Path) -> None:
    """Counters and buckets are sums, a gauge is what somebody knows, a process speaks for itself."""
    one, other = hired(tmp_path), hired(tmp_path)
    one.asked.labels("/a").inc(2)
    other.asked.labels("/a").inc(3)
    other.asked.labels("/b").inc()
    one.seconds.observe(0.05)
    other.seconds.observe(0.5)
    one.paused.labels("loans").set(1)
    other.paused.labels("loans").set(0)
    one.memory.set(100)
    other.memory.set(200)
    other.sheets.write()
    assert read(one.sheets.all()) == {
        "asked_total route=/a": 5,
        "asked_total route=/b": 1,
        "seconds_bucket le=0.1": 1,
        "seconds_bucket le=1.0": 2,
        "seconds_bucket le=+Inf": 2,
        "seconds_count": 2,
        "seconds_sum": 0.55,
        "paused workflow=loans": 1,
        f"process_memory_bytes pid={os.getpid()}": 200,  # of one process here, so the two are one
    }


def test_whoever_answers_no_counter_goes_back(hired: Hire, tmp_path: Path) -> None:
    """Asked in turn while they count, the workers never answer less than before: less reads as a restart."""
    workers = [hired(tmp_path) for _ in range(3)]
    last = 0.0
    for turn in range(12):
        for worker in workers:
            worker.asked.labels("/a").inc()
        now = read(workers[turn % 3].sheets.all())["asked_total route=/a"]
        assert now >= last
        last = now
    for worker in workers:
        worker.sheets.write()
    assert read(workers[0].sheets.all())["asked_total route=/a"] == 36


def test_what_a_worker_counted_outlives_it_and_how_it_stood_does_not(hired: Hire, tmp_path: Path) -> None:
    """Also when it is killed: the rest takes over its counts, once."""
    command = [sys.executable, "-c", TO_BE_KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout is not None
        child.stdout.readline()
        survivor = hired(tmp_path)
        survivor.asked.labels("/a").inc(1)
        alive = read(survivor.sheets.all())
        child.send_signal(signal.SIGKILL)
    assert (alive["asked_total route=/a"], alive["paused workflow=loans"]) == (8, 1)
    for _ in range(3):
        left = read(survivor.sheets.all())
        assert left["asked_total route=/a"] == 8
        assert "paused workflow=loans" not in left
    assert len(list(tmp_path.glob("*-*.json"))) == 1


def test_a_fold_that_was_cut_off_counts_nobody_twice(hired: Hire, tmp_path: Path) -> None:
    """Killed between adding a sheet and taking it away, the next one only takes it away."""
    gone, survivor = hired(tmp_path), hired(tmp_path)
    gone.asked.labels("/a").inc(5)
    gone.sheets.close()
    sheet = next(tmp_path.glob("*-*.json"))
    kept = sheet.read_text()
    assert read(survivor.sheets.all())["asked_total route=/a"] == 5
    sheet.write_text(kept)  # as if it had not been taken away
    assert read(survivor.sheets.all())["asked_total route=/a"] == 5
    assert not sheet.exists()


def test_one_process_alone_needs_no_folder(hired: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its figures come from memory, and it starts no thread."""
    monkeypatch.delenv(FOLDER, raising=False)
    alone = hired(None)
    alone.asked.labels("/a").inc()
    alone.sheets.start()
    assert read(alone.sheets.all())["asked_total route=/a"] == 1
    assert len(own_sheets().all()) == 1


def test_the_folder_is_there_for_the_workers_and_gone_after_them() -> None:
    """They find it by their environment; another server's is another one."""
    with shared_folder() as folder:
        assert os.environ[FOLDER] == str(folder)
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "1-a.json").write_text("{}")
    assert not folder.exists()
    assert FOLDER not in os.environ


def test_the_folder_of_a_server_that_was_killed_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the next one that starts; that of a server that lives stays. Without memory to spare it is a plain folder."""
    monkeypatch.setattr("service.observe.sheets._MEMORY", tmp_path)
    with shared_folder() as mine:
        left = tmp_path / "signoff-figures-left"
        left.mkdir()
        (left / "parent.alive").touch()
        with shared_folder() as other:
            assert {mine, other} == set(tmp_path.iterdir())
    monkeypatch.setattr("service.observe.sheets._MEMORY", tmp_path / "none")
    with shared_folder() as elsewhere:
        assert elsewhere.is_dir()


def test_a_sheet_that_cannot_be_written_is_told_once_and_tried_again(hired: Hire, tmp_path: Path) -> None:
    """The others go on with the last one that was."""
    (tmp_path / "shm").mkdir()
    worker = hired(tmp_path / "shm")
    (tmp_path / "shm").rename(tmp_path / "away")
    with capture_logs() as told:
        worker.sheets._try()
        worker.sheets._try()
    assert [one["event"] for one in told] == ["figures_not_written"]
    assert told[0]["error"] == "ENOENT"
    (tmp_path / "away").rename(tmp_path / "shm")
    worker.sheets._try()
    assert merge([worker.sheets.write()])
