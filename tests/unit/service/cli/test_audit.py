"""The commands about the ledger, on an instance without an encoder: auditors need none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from service.cli.audit import app
from service.settings import Settings
from service.store import ledger
from service.store.engine import open_store
from service.store.migrate import migrate
from service.store.tables import ledger as table

RUN = CliRunner()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A database with some records, where the command line looks for it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    found = Settings(home=home)
    store = open_store(found.database)
    migrate(store)

    def work(connection):
        for number in range(12):
            at = datetime(2026, 11, 1 + number, tzinfo=UTC)
            ledger.append(
                connection, "thing.done" if number % 2 else "other.done", f"thing_{number}", at, {"n": number}
            )

    store.commit(work)
    store.close()
    return found


def run(*words):
    return RUN.invoke(app, [str(word) for word in words])


def test_verify_and_checkpoint(settings, tmp_path):
    """All is well, signed, and well again; with a copy of what was signed."""
    assert json.loads(run("verify").stdout)["ok"]
    signed = json.loads(run("checkpoint").stdout)
    assert signed["sequence"] == 12
    found = json.loads(run("verify", "--checkpoints", settings.checkpoints).stdout)
    assert (found["ok"], found["records"], found["checkpoints"]["checked"]) == (True, 13, 1)
    assert run("key").stdout == (settings.checkpoints / f"{signed['key']}.pem").read_text()


def test_verify_names_the_first_bad_record(settings):
    """In words on the standard error, in full on the standard output, and by the exit code."""
    store = open_store(settings.database)
    store.commit(lambda c: c.execute(sa.update(table).where(table.c.sequence == 7).values(record=b"{}")))
    store.close()
    said = run("verify")
    assert said.exit_code == 1
    assert json.loads(said.stdout)["first_bad"] == 7
    assert "first bad record 7: record 7 does not hash" in said.stderr


def test_records_are_listed(settings):
    """By kind, by what they are about, by time, from a record on."""

    def listed(*words):
        return [json.loads(line)["sequence"] for line in run("list", *words).stdout.splitlines()]

    assert listed() == list(range(1, 13))
    assert listed("--kind", "thing.done") == [2, 4, 6, 8, 10, 12]
    assert listed("--kind", "other.*", "--after", 4, "--limit", 2) == [5, 7]
    assert listed("--subject", "thing_3") == [4]
    assert listed("--since", "2026-11-05", "--until", "2026-11-07T00:00Z") == [5, 6]
    assert listed("--since", "2027-01-01") == []
    assert run("list", "--since", "tomorrow").exit_code != 0


def test_restore_needs_a_whole_file_and_an_empty_instance(settings, tmp_path):
    """What is neither is refused, and nothing is written."""
    file = tmp_path / "none.jsonl"
    file.write_text("{}\n")
    assert run("restore", file).exit_code != 0
    assert run("check", file).exit_code != 0
