"""A ledger of a million records is verified within a minute, by itself and held against its tables."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.audit import GENESIS, STREAM, canonical, chain_hash
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.store.tables import decisions
from tests.house import ROOT, where

RECORDS = 1_000_000
SECONDS = 60
STEP = 5_000
ARTEFACT = hashlib.sha256(b"{}").hexdigest()
RELEASE = dict.fromkeys(("rules", "policy", "head", "snapshot", "encoder", "calibration"), ARTEFACT)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def made(number):
    """A decision as the starter workflow makes them: a record of about a kilobyte."""
    at = NOW + timedelta(milliseconds=number)
    body = {
        "workflow": "shop",
        "release": "rel_1",
        "parts": {name: digest for name, digest in RELEASE.items() if name != "calibration"},
        "route": {"evidence_k": 5, "max_windows": 24},
        "document_sequence": 46,
        "groups": [],
        "clock": at.isoformat(),
        "certified": True,
        "principal": "till",
        "state": "final",
        "outcome": "allow",
        "decided_by": "classifier",
        "label": "card_arrival",
        "reasons": [],
        "case": None,
        "findings": [],
        "judgement": {"label": "card_arrival", "confidence": 987_654, "margin": 954_321, "energy": 1_234_567,
                      "in_domain": True},
        "evidence": [{"document": f"shop/doc-{n}@1", "passage": n, "score": 812_345 - n} for n in range(5)],
        "request_digest": f"{number:064x}",
        "answer_digest": f"{number:064x}",
    }  # fmt: skip
    return f"dec_{number:026d}", at, body


def fill(file) -> int:
    """Write it all past the service, which would take its time; how many bytes the records are."""
    size, rows = 0, []
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA synchronous=OFF")
        micros = _micros(NOW)
        database.execute("INSERT INTO artefacts (digest, kind, data, created_at) VALUES (?, 'head', ?, ?)",
                         (ARTEFACT, b"{}", micros))  # fmt: skip
        insert(database, "releases", id="rel_1", workflow="shop", route="{}", created_at=micros, created_by="tests",
               why="tests", **RELEASE)  # fmt: skip
        insert(database, "workflows", name="shop", release="rel_1", halted=0, created_at=micros)
        chain = GENESIS
        for sequence in range(1, RECORDS + 1):
            subject, at, body = made(sequence)
            kind = "decision.made"
            if sequence == 1:
                kind, subject, body = "release.activated", "rel_1", {"workflow": "shop", **RELEASE}
            told = {"stream": STREAM, "sequence": sequence, "kind": kind, "subject": subject, "body": body,
                    "at": at.isoformat(timespec="microseconds")}  # fmt: skip
            record = canonical(told)
            chain, size = chain_hash(chain, record), size + len(record)
            rows.append((STREAM, sequence, kind, subject, _micros(at), record, chain))
            if len(rows) == STEP or sequence == RECORDS:
                database.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                decided = [(row[3], row[4]) for row in rows if row[2] == "decision.made"]
                database.executemany(
                    "INSERT INTO decisions (id, workflow, release, principal, groups, document_sequence, created_at, "
                    "request, answer, state, outcome, decided_by, label, labels) VALUES (?, 'shop', 'rel_1', 'till', "
                    "'[]', 46, ?, 'pay', 'pay', 'final', 'allow', 'classifier', 'card_arrival', '[\"card_arrival\"]')",
                    decided,
                )
                rows.clear()
        database.commit()
    return size


def insert(database, table, **values):
    names, places = ", ".join(values), ", ".join("?" * len(values))
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values()))


def _micros(at):
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.slow
def test_a_million_records_are_verified_in_a_minute(tmp_path, capsys):
    """Every hash, every column beside it, the tree, the checkpoint, and a million rows of decisions."""
    settings = Settings(home=tmp_path)
    store = open_store(settings.database)
    migrate(store)
    store.close()
    size = fill(tmp_path / "signoff.db")
    _, signing, _ = signoff(tmp_path, "checkpoint")
    found, verifying, wall = signoff(tmp_path, "verify")
    store = open_store(settings.database)
    forged = decisions.update().where(decisions.c.id == made(777_777)[0]).values(outcome="block")
    store.commit(lambda connection: connection.execute(forged))
    store.close()
    edited, _, _ = signoff(tmp_path, "verify")
    with capsys.disabled():
        told = f"{found['records']:,} records of {size // RECORDS:,} bytes: signed in {signing:.1f} s, verified in "
        sys.stdout.write(f"\n{told}{verifying:.1f} s of CPU ({wall:.1f} s), rows {found['rows']['compared']}\n")
    assert found["ok"], found
    assert found["records"] == RECORDS + 1
    assert found["checkpoints"]["last"] == RECORDS
    assert [(each["table"], each["id"]) for each in edited["rows"]["wrong"]] == [("decisions", made(777_777)[0])]
    assert verifying < SECONDS


def signoff(home, *words):
    """What `signoff audit` answers in a process of its own, its CPU time, and how long it took."""
    begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "service", "audit", *words],
        cwd=ROOT,
        env={**os.environ, **where(home)},
        capture_output=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return json.loads(done.stdout), cpu, time.monotonic() - begun
