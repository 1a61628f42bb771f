"""A copy taken while requests come in holds every decision acknowledged before, and a restore survives being killed."""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest

from service.settings import Settings
from service.store import dump
from service.store.engine import open_store
from service.usecases.backup import back_up
from service.usecases.house import open_house
from service.usecases.restore import look_at, prove, restore
from tests import house as instance
from tests.databases import BOTH
from tests.forked import command

TEXT = "My card payment of {n} euros was taken twice in shop number {n}."
PER_SECOND = 50
ENOUGH = 100  # requests


def body(n):
    return {"workflow": "retail-banking", "text": TEXT.format(n=n), "subject": f"customer-{n % 20}"}


class Traffic:
    """Requests at a steady rate, each with a key of its own; what was acknowledged, and how it was answered."""

    def __init__(self, server):
        self.acknowledged = {}
        self.odd = []
        self._server, self._stop = server, threading.Event()
        self._numbers, self._begun = itertools.count(), time.monotonic()
        self._threads = [threading.Thread(target=self._ask) for _ in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for(self, number):
        until = time.monotonic() + 300
        while len(self.acknowledged) < number:
            assert time.monotonic() < until, f"{len(self.acknowledged)} acknowledged in 300 s; {self.odd[:1]}"
            time.sleep(0.02)

    def _ask(self):
        headers = {"Authorization": f"Bearer {self._server.caller_key}"}
        with httpx.Client(base_url=self._server.url, headers=headers, timeout=30) as client:
            while not self._stop.is_set():
                n = next(self._numbers)
                time.sleep(max(0.0, self._begun + n / PER_SECOND - time.monotonic()))
                answer = client.post("/v1/decisions", json=body(n), headers={"Idempotency-Key": f"drill-{n}"})
                if answer.status_code in (200, 202):
                    self.acknowledged[n] = answer
                else:
                    self.odd.append((answer.status_code, answer.text))


@pytest.mark.parametrize("database_url", BOTH, indirect=True)
def test_nothing_acknowledged_before_a_backup_is_missing_after_a_restore(
    database_url, request, encoder_folder, tmp_path, capsys
):
    """Taken under load, restored elsewhere: the chain verifies, the service starts, every such decision is there, and a
    repeated request hears the same bytes."""
    if database_url.startswith("sqlite"):
        home, more = request.getfixturevalue("home"), {}
    else:
        home, more = (
            instance.initialised(tmp_path / "home", encoder_folder, database_url),
            {"database_url": database_url},
        )
    settings = Settings(home=home, **more)
    with instance.serving(home, tmp_path, **more) as server, Traffic(server) as traffic:
        traffic.wait_for(ENOUGH)
        before = dict(traffic.acknowledged)
        begun = time.monotonic()
        made = back_up(settings, tmp_path / "backup", "cli:ann", datetime.now(UTC), keys=tmp_path / "keys")
        took = time.monotonic() - begun
        during = len(traffic.acknowledged) - len(before)
    assert not traffic.odd
    assert len(before) >= ENOUGH
    assert during > 0, "a backup holds up no request"

    target = Settings(home=tmp_path / "restored", database_url=f"sqlite:///{tmp_path / 'restored.db'}")
    restore(target, tmp_path / "backup", "cli:bob", datetime.now(UTC), keys=tmp_path / "keys")
    proved = prove(target)
    assert (proved["ready"], proved["ledger"]["ok"]) == (True, True), proved
    (target.home / "keys.json").write_text((home / "keys.json").read_text())
    with instance.serving(target.home, tmp_path, database_url=target.database) as server:
        headers = {"Authorization": f"Bearer {server.caller_key}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
            for n, answer in before.items():
                again = client.post("/v1/decisions", json=body(n), headers={"Idempotency-Key": f"drill-{n}"})
                assert again.content == answer.content
                assert client.get(f"/v1/decisions/{answer.json()['id']}").status_code == 200
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(before)} decisions acknowledged before the backup, all restored; {during} while it was taken "
            f"({took:.1f} s, {made.rows} rows)\n"
        )


def test_a_restore_that_is_killed_is_gone_on_with(home, tmp_path):
    """`kill -9` at several moments: what is there is not served, and the same command ends well."""
    backup, keys = tmp_path / "backup", tmp_path / "keys"
    house_of = Settings(home=home)
    open_house(house_of).close()  # so that there are keys
    back_up(house_of, backup, "cli:ann", datetime.now(UTC), keys=keys, light=True)
    database = f"sqlite:///{tmp_path / 'restored.db'}"
    environment = {
        **os.environ,
        "SIGNOFF_HOME": str(tmp_path / "restored"),
        "SIGNOFF_DATABASE_URL": database,
        "OMP_NUM_THREADS": "1",
    }
    order = ["restore", str(backup), "--keys", str(keys)]
    seen = set()
    for turn, path in enumerate(("restoring.json", "secret.key", "master.key", "../restored.db-wal")):
        process = command(order, environment, tmp_path / f"restore-{turn}.log")
        place, until = tmp_path / "restored" / path, time.monotonic() + 60
        while not place.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        process.kill()
        if process.wait(30) == -9:
            seen.add(path)
    assert seen, "not one was killed before its end"
    refused = command(["serve", "--port", "0"], environment, tmp_path / "serve.log")
    if (tmp_path / "restored" / "restoring.json").exists():
        assert refused.wait(60) == 2
        assert "has not come to its end" in (tmp_path / "serve.log").read_text()
    else:
        refused.kill()
    last = command(order, environment, tmp_path / "restore.log")
    last.wait(120)
    assert not (tmp_path / "restored" / "restoring.json").exists(), (tmp_path / "restore.log").read_text()
    store = open_store(database)
    with store.read() as connection:
        counts = {table.name: sum(1 for _ in dump.rows(connection, table)) for table in dump.tables(connection)}
    store.close()
    assert sum(counts.values()) >= look_at(backup).rows
    assert json.loads((backup / "manifest.json").read_text())["tables"]["documents"] == counts["documents"]
