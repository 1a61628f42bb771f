"""Writers of one SQLite file take turns: nobody is kept out for long, and whoever dies is in nobody's way."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from service.errors import CannotStart, LedgerUnavailable
from service.store import instance, sqlite, turn
from service.store.engine import open_store

#: As another process: stands first in line and has begun to write; without anything of ours, so that it starts at once.
_HOLDS = """
import fcntl, sqlite3, sys, time
place = open(sys.argv[1] + "-turn")
fcntl.flock(place, fcntl.LOCK_EX)
database = sqlite3.connect(sys.argv[1], isolation_level=None)
if sys.argv[2] == "writes":
    database.execute("BEGIN IMMEDIATE")
print("there", flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def another(file: Path, does: str) -> Iterator[subprocess.Popen[str]]:
    """A process that stands in line, or writes as well; still there."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDS, str(file), does], stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "there\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def file(migrated_sqlite: Path, tmp_path: Path) -> Path:
    path = tmp_path / "signoff.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    return path


@pytest.mark.parametrize("does", ["stands in line", "writes"])
def test_whoever_dies_is_in_nobodys_way(file, does, monkeypatch):
    """While it lives it is waited for, not for ever; once it is killed the next one has its turn."""
    monkeypatch.setattr(sqlite, "_WAIT_MS", 100)
    store = open_store(f"sqlite:///{file}")
    with another(file, does) as process:
        with pytest.raises(LedgerUnavailable) as error:
            store.commit(lambda c: instance.put(c, "name", "too early"))
        assert error.value.headers["Retry-After"] == "1"
        with store.read() as connection:  # at once, and as it was
            assert instance.get(connection, "name") is None
        process.kill()
        process.wait()
        store.commit(lambda c: instance.put(c, "name", "in time"))
    store.close()


def test_nobody_is_kept_out_by_one_that_writes_all_the_time(file):
    """It is let in after few of the other's transactions, each time."""
    busy, other = (open_store(f"sqlite:///{file}") for _ in range(2))
    written, over = 0, threading.Event()

    def slowly(connection):
        instance.put(connection, "busy", "writes")
        time.sleep(0.01)

    def write_on():
        nonlocal written
        while not over.is_set():
            busy.commit(slowly)
            written += 1

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        before = written
        for number in range(10):
            other.commit(partial(instance.put, name="other", value=str(number)))
        between = written - before
    finally:
        over.set()
        thread.join()
    busy.close()
    other.close()
    assert between <= 50, f"{between} transactions of the other one"


def test_those_who_come_while_one_waits_are_written_along(file):
    """Whoever waits for a turn takes along all who have come until it begins: one transaction for all of them."""
    store = open_store(f"sqlite:///{file}")
    begun = []
    with another(file, "writes") as process:
        first = store.submit(lambda c: begun.append(id(c)))
        time.sleep(0.05)
        others = [store.submit(lambda c: begun.append(id(c))) for _ in range(20)]
        process.kill()
        for each in (first, *others):
            each.result(5)
    store.close()
    assert len(begun) == 21
    assert len(set(begun)) == 1


def test_a_folder_that_takes_no_file_is_named(tmp_path):
    """Before anything is asked of the database."""
    with pytest.raises(CannotStart) as error:
        open_store(f"sqlite:///{tmp_path}/none/signoff.db")
    assert "No such file" in error.value.detail
    assert f"{tmp_path}/none" in error.value.remedy


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="Linux has a folder that not even root writes to")
def test_a_folder_that_is_read_only_is_named():
    """With the reason that the system gives."""
    with pytest.raises(CannotStart) as error:
        open_store("sqlite:////sys/kernel/signoff.db")
    assert "cannot be written to" in error.value.detail


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    """As some network file systems are, whatever they call themselves."""

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(CannotStart) as error:
        open_store(f"sqlite:///{tmp_path}/signoff.db")
    assert "No locks available" in error.value.detail
    assert "PostgreSQL" in error.value.remedy


def test_a_network_file_system_is_refused(tmp_path, monkeypatch):
    """SQLite would lock there what others do not see locked."""
    monkeypatch.setattr(turn, "file_system", lambda folder: "fuse.sshfs")
    with pytest.raises(CannotStart) as error:
        open_store(f"sqlite:///{tmp_path}/signoff.db")
    assert "fuse.sshfs" in error.value.detail


def test_the_innermost_mount_is_the_one_that_counts(tmp_path):
    """Also with a space in its name, and of two at one place the later one."""
    deep = tmp_path / "a b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "a bc").mkdir()
    mounts = tmp_path / "mounts"
    at = str(tmp_path).replace(" ", "\\040")
    lines = [
        "/dev/sda / ext4 rw 0 0",
        f"x {at}/a\\040b nfs4 rw 0 0",
        f"y {at}/a\\040b xfs rw 0 0",
        "p /proc proc rw 0 0",
    ]
    mounts.write_text("\n".join(lines) + "\n")
    assert [turn.file_system(each, mounts) for each in (deep, tmp_path / "a bc")] == ["xfs", "ext4"]
    assert turn.file_system(deep, tmp_path / "none") == ""


def test_a_file_system_that_cannot_log_ahead_is_refused(tmp_path):
    """SQLite says so by keeping another journal; here, because it may map no memory."""
    store = open_store(f"sqlite:///file:{tmp_path}/signoff.db?vfs=unix-dotfile&uri=true")
    with pytest.raises(CannotStart) as error, store.read():
        pass
    store.close()
    assert "log ahead" in error.value.detail


def test_a_database_in_memory_is_refused():
    """It would keep nothing."""
    with pytest.raises(CannotStart) as error:
        open_store("sqlite://")
    assert "name a file" in error.value.remedy
