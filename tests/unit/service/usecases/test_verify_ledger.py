"""Verifying the ledger: whatever is done to it in the database, the first bad record is named."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.domain.audit import GENESIS, canonical, chain_hash
from service.domain.checkpoint import Checkpoint
from service.errors import InvalidRequest, LedgerBroken, LedgerUnavailable
from service.settings import Settings
from service.store import ledger
from service.store.engine import open_store
from service.store.tables import ledger as table
from service.usecases.checkpoint_file import CheckpointFile
from service.usecases.checkpoint_key import open_key
from service.usecases.checkpoints import CheckpointChores, newest, write_for
from service.usecases.verify_ledger import verify_in

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Books:
    """A database with nothing but a ledger, and the home beside it."""

    def __init__(self, home: Path, url: str) -> None:
        self.settings = Settings(home=home, database_url=url)
        self.store = open_store(url)

    def fill(self, number: int, begin: int = 0) -> None:
        def work(connection):
            for n in range(begin, begin + number):
                at = NOW + timedelta(seconds=n)
                ledger.append(connection, "thing.done", f"thing_{n}", at, {"n": n, "outcome": "allow"})

        self.store.commit(work)

    def sign(self, at: datetime = NOW):
        return write_for(self.store, self.settings, lambda: at, "tests")

    def verify(self, *folders: Path, keys=()):
        return verify_in(self.store, self.settings, folders, keys)

    def rows(self):
        with self.store.read() as connection:
            return [row._asdict() for row in connection.execute(sa.select(table).order_by(table.c.sequence))]

    def put(self, rows) -> None:
        def work(connection):
            connection.execute(table.delete())
            connection.execute(table.insert(), rows)

        self.store.commit(work)


def rehashed(rows):
    """The chain made whole again, as somebody would who knows how it is made."""
    previous, made = GENESIS, []
    for sequence, row in enumerate(rows, 1):
        record = canonical(json.loads(row["record"]) | {"sequence": sequence})
        previous = chain_hash(previous, record)
        made.append(row | {"sequence": sequence, "record": record, "hash": previous})
    return made


@pytest.fixture
def books(migrated_url, tmp_path):
    """On each database."""
    home = tmp_path / "home"
    home.mkdir()
    opened = Books(home, migrated_url)
    opened.fill(40)
    yield opened
    opened.store.close()


@pytest.fixture
def light(migrated_sqlite, tmp_path):
    """On SQLite alone, where the database makes no difference."""
    home = tmp_path / "home"
    home.mkdir()
    opened = Books(home, f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'own.db')}")
    opened.fill(40)
    yield opened
    opened.store.close()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_an_untouched_ledger_verifies(books):
    """With and without checkpoints."""
    assert books.verify()["ok"]
    books.sign()
    found = books.verify()
    assert found["ok"], found
    assert (found["records"], found["checkpoints"]["checked"], found["checkpoints"]["last"]) == (41, 1, 40)


TAMPERED = {
    "a byte of each part of a record": (
        lambda row: [row | {"record": flipped(row["record"], at)} for at in range(len(row["record"]))],
        "does not hash",
    ),
    "a digit of a hash": (lambda row: [row | {"hash": "0" * 64 if row["hash"][0] != "0" else "1" * 64}], "not hash"),
    "the kind beside it": (lambda row: [row | {"kind": "thing.undone"}], "another kind"),
    "what it is about": (lambda row: [row | {"subject_id": "thing_0"}], "another subject"),
    "its time": (lambda row: [row | {"at": row["at"] - timedelta(days=1)}], "another time"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_an_edited_row_is_named(light, name):
    """Every byte of a record, its hash, and each column beside it."""
    change, says = TAMPERED[name]
    good = light.rows()
    for row in change(good[16]):
        light.put([*good[:16], row, *good[17:]])
        found = light.verify()
        assert not found["ok"]
        assert (found["first_bad"], found["records"]) == (17, 16)
        assert says in found["why"]


MOVED = {
    "deleted": (lambda rows: [*rows[:9], *rows[10:]], 10),
    "the first deleted": (lambda rows: rows[1:], 1),
    "swapped": (
        lambda rows: [*rows[:9], rows[10] | {"sequence": 10}, rows[9] | {"sequence": 11}, *rows[11:]],
        10,
    ),
    "inserted": (
        lambda rows: [*rows[:9], rows[3] | {"sequence": 10}, *(r | {"sequence": r["sequence"] + 1} for r in rows[9:])],
        10,
    ),
    "renumbered": (lambda rows: [*rows[:9], *(r | {"sequence": r["sequence"] + 5} for r in rows[9:])], 10),
}


@pytest.mark.parametrize("name", MOVED)
def test_rows_that_were_moved_are_named(books, name):
    """On each database: what is gone, what was exchanged, what came in, what was numbered anew."""
    change, first_bad = MOVED[name]
    books.put(change(books.rows()))
    found = books.verify()
    assert not found["ok"]
    assert found["first_bad"] == first_bad


@pytest.mark.parametrize("kept", [0, 1, 39])
def test_an_end_that_was_cut_off_is_found_by_a_checkpoint(books, kept):
    """The chain alone cannot tell; what was signed of it can."""
    books.sign()
    books.put(books.rows()[: kept or 1])
    found = books.verify()
    assert not found["ok"]
    assert found["first_bad"] == (kept or 1) + 1
    assert "cut off" in found["why"]


def test_a_ledger_written_anew_is_found_by_a_checkpoint(books):
    """Hashes and all: what was signed before is another. The record lies between two checkpoints."""
    books.sign()
    books.fill(20, 40)
    books.sign()
    rows = books.rows()
    told = json.loads(rows[49]["record"])
    rows[49]["record"] = canonical(told | {"body": told["body"] | {"outcome": "block"}})
    books.put(rehashed(rows))
    found = books.verify()
    assert found["first_bad"] == 41
    assert "hashed anew" in found["why"]


def test_no_checkpoint_is_written_over_a_broken_ledger(light):
    """Whoever signs looks first: at what came since, and at what was signed before."""
    light.sign()
    light.fill(3, 40)
    good = light.rows()
    light.put([*good[:42], good[42] | {"record": flipped(good[42]["record"], 30)}, *good[43:]])
    with pytest.raises(LedgerBroken, match="record 43 does not hash"):
        light.sign()
    light.put(good[:30])
    with pytest.raises(LedgerBroken, match="record 40, which the checkpoint"):
        light.sign()


def test_a_checkpoint_is_written_once_for_the_same_end(light):
    """The record that it leaves is no reason for another one."""
    first = light.sign()
    assert light.sign() == first
    light.fill(1, 40)
    assert light.sign().sequence == 42
    assert light.verify()["checkpoints"]["checked"] == 2


def test_a_changed_line_is_found(light):
    """Any byte of any line, and a line that is gone."""
    for n in range(3):
        light.fill(5, 40 + 5 * n)
        light.sign()
    (path,) = light.settings.checkpoints.glob("*.jsonl")
    good = path.read_bytes()
    for at in range(0, len(good), 37):
        if good[at] != 10:
            path.write_bytes(flipped(good, at))
            found = light.verify()
            assert not found["ok"], at
    lines = good.splitlines(keepends=True)
    for gone in range(3):
        path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
        assert not light.verify()["ok"], gone
    path.unlink()
    assert "missing" in light.verify()["why"]


def test_a_forged_checkpoint_is_found(light, tmp_path):
    """Somebody else's signature under our key's name, and somebody else's key."""
    made = light.sign()
    other = tmp_path / "other"
    other.mkdir()
    forger = open_key(other)
    (path,) = light.settings.checkpoints.glob("*.jsonl")
    forged = replace(made, head="e" * 64)
    path.write_bytes(replace(forged, signature=forger.sign(forged.signed_bytes())).line() + b"\n")
    assert "no good signature" in light.verify()["why"]
    with pytest.raises(LedgerBroken, match="signature"):
        light.sign()
    path.write_bytes(made.line() + b"\n")
    strange = replace(made, key=forger.public.id)
    line = replace(strange, signature=forger.sign(strange.signed_bytes())).line() + b"\n"
    (tmp_path / f"main-{forger.public.id}.jsonl").write_bytes(line)
    found = light.verify(tmp_path)
    assert "not known here" in found["why"]
    pem = tmp_path / "key.pem"
    pem.write_text(forger.public.pem)
    assert light.verify(tmp_path, keys=[pem])["ok"]
    pem.write_text("nothing")
    with pytest.raises(InvalidRequest, match="no Ed25519 public key"):
        light.verify(tmp_path, keys=[pem])


def test_checkpoints_kept_elsewhere_count(light, tmp_path):
    """Who deletes folder and end alike is found by a copy."""
    light.sign()
    key = tmp_path / "key.pem"
    key.write_text(open_key(light.settings.home).public.pem)
    copy = shutil.copytree(light.settings.checkpoints, tmp_path / "copy")
    shutil.rmtree(light.settings.checkpoints)
    (light.settings.home / "checkpoint.key").unlink()
    light.put(light.rows()[:20])
    assert light.verify()["ok"]
    assert light.verify(copy, keys=[key])["first_bad"] == 21


def test_half_a_line_of_a_killed_process_is_no_harm(light):
    """Nobody heard of it; the next one is written over it."""
    light.sign()
    (path,) = light.settings.checkpoints.glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'{"at":"2026')
    assert light.verify()["ok"]
    light.fill(2, 40)
    assert light.sign().sequence == 43
    found = light.verify()
    assert found["ok"], found
    assert found["checkpoints"]["checked"] == 2


def test_a_folder_that_cannot_be_written_is_said(light):
    """With what to do about it."""
    light.settings.checkpoints.write_text("a file")
    with pytest.raises(LedgerUnavailable, match="no checkpoint can be written"):
        light.sign()


def test_the_key_is_nobody_elses_to_read(light):
    """Made once, and the same from then on."""
    key = open_key(light.settings.home)
    assert (light.settings.home / "checkpoint.key").stat().st_mode & 0o077 == 0
    assert open_key(light.settings.home).public.id == key.public.id


def sequence_of(found: Checkpoint | None) -> int:
    assert found is not None
    return found.sequence


def test_checkpoints_come_by_themselves(desk):
    """After so many records, and after so long if there is anything new; by the first worker alone."""
    house = replace(
        desk.house,
        settings=desk.house.settings.model_copy(update={"checkpoint_records": 5, "checkpoint_minutes": 60.0}),
    )
    chores = CheckpointChores(house)

    def tell(number):
        def work(connection):
            for _ in range(number):
                ledger.append(connection, "thing.done", "it", house.clock(), {})

        house.store.commit(work)

    tell(4)
    chores.round(first_of_all=True)
    assert newest(house.settings) is None
    tell(1)
    chores.round(first_of_all=False)
    assert newest(house.settings) is None
    chores.round(first_of_all=True)
    assert sequence_of(newest(house.settings)) == 5
    later = replace(house, clock=lambda: desk.house.clock() + timedelta(hours=2))
    chores = CheckpointChores(later)
    chores.round(first_of_all=True)
    assert sequence_of(newest(house.settings)) == 5
    tell(1)
    chores.round(first_of_all=True)
    assert sequence_of(newest(house.settings)) == 7
    assert sequence_of(CheckpointFile(house.settings.checkpoints, open_key(house.home).public).last()) == 7
