"""Documents outlive `kill -9`, and what is not approved is found in no worker."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import httpx
import pytest

from index.model import DocumentKey, Query
from service.settings import Settings
from service.store import documents, ledger, pointers
from service.usecases.consider import retrieval_vector
from service.usecases.house import House, open_house
from service.usecases.manage_keys import create
from service.usecases.publish_document import approve, retire, submit
from tests import house as instance
from tests.crash.documents_actor import ANN, BEN, NAME, token, words
from tests.house import ROOT


class Told:
    """What killed processes had said was done."""

    def __init__(self) -> None:
        self.live: set[tuple[str, int]] = set()
        self.gone: set[tuple[str, int]] = set()
        self.waiting: set[tuple[str, int]] = set()
        self.done = 0

    def take(self, line: str) -> None:
        said = {kind: {(name, version) for name, version in each} for kind, each in json.loads(line).items()}
        self.live = (self.live | said.get("live", set())) - said.get("gone", set())
        self.gone |= said.get("gone", set())
        self.waiting |= said.get("waiting", set())
        self.done += bool(said)


def killed(home: Path, number: int, steps: int, seconds: float) -> list[str]:
    """The lines of an actor that was killed that long after it had said so many; a line cut short is not one.

    Counted in steps, so that as much is done on a busy machine as on a quiet one.
    """
    command = [sys.executable, "-m", "tests.crash.documents_actor", str(home), str(number)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as actor:
        assert actor.stdout is not None
        first = actor.stdout.readline()
        assert first.strip() == "{}", actor.communicate()[1]
        said = [actor.stdout.readline() for _ in range(steps)]
        time.sleep(seconds)
        assert actor.poll() is None, actor.communicate()[1]
        actor.kill()
        said += actor.stdout.read().splitlines(keepends=True)
    return [line for line in said if line.endswith("\n") and line.startswith("{")]


def check(house: House, told: Told, recent: set[tuple[str, int]]) -> None:
    """Everything that was said to be done is so, and whatever is found is approved and is what it says it is."""
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
        assert pointer is not None
        sequence = pointer.document_sequence
        approved = documents.live(connection, [NAME], sequence)
    release = house.shelf.open(pointer.release)
    view = house.views.at(release, sequence)
    allowed = house.allowed.get(release.workflow.collections, sequence, frozenset(), house.clock(), {})
    for name, version in told.live:
        key = DocumentKey(NAME, name, version)
        later = any(each.id == name and each.version > version for each in approved)
        unsaid = later or key not in approved  # the process was killed between commit and word
        assert unsaid or (view.holds(key) and key in allowed.documents), f"{key} is lost"
    for name, version in told.gone | told.waiting:
        assert DocumentKey(NAME, name, version) not in allowed.documents
    for name, version in sorted(recent):
        text = words(name, version)
        query = Query(text, retrieval_vector(house, release, text), date(2026, 11, 21))
        evidence = view.search(query, allowed, 5)
        assert {each.key for each in evidence} <= approved
        for each in evidence:
            if each.key.id.startswith("doc") and "x" in each.key.id and "Parking permit" in each.passage:
                assert token(each.key.id, each.key.version) in each.passage
        if (name, version) in told.live and DocumentKey(NAME, name, version) in approved:
            assert evidence[0].key == DocumentKey(NAME, name, version)


def kill_often(home: Path, times: int, seed: int) -> Told:
    """Kill that many actors at random moments; after each, look at everything in a worker that goes on meanwhile."""
    dice, told = random.Random(seed), Told()
    worker = open_house(Settings(home=home, encoder_sessions=1))
    try:
        for number in range(times):
            before = set(told.live | told.gone | told.waiting)
            for line in killed(home, number, dice.randrange(6), dice.uniform(0.0, 0.3)):
                told.take(line)
            recent = (told.live | told.gone | told.waiting) - before
            check(worker, told, set(sorted(recent)[:6]))
            if number % 20 == times % 20:
                fresh = open_house(Settings(home=home, encoder_sessions=1))
                check(fresh, told, set(sorted(told.live)[:3]))
                fresh.close()
    finally:
        worker.close()
    return told


def test_killed_at_any_moment_no_document_is_lost_or_mixed_up(home):
    """Import, approve, supersede, retire and compaction, cut off wherever they are."""
    told = kill_often(home, 4, seed=1)
    assert told.done > 4


@pytest.mark.slow
def test_200_kills_lose_and_mix_up_nothing(home, record_testsuite_property):
    """No committed document lost, no wrong id, no unapproved passage returned; and the chain verifies."""
    told = kill_often(home, 200, seed=2)
    record_testsuite_property("document_changes_before_200_kills", told.done)
    assert told.done > 300


# --- several workers ---


@pytest.fixture
def keys(home: Path) -> tuple[str, str]:
    """API keys of two people who may publish."""
    house = open_house(Settings(home=home))
    made = [create(house, "tests", name=name, role="operations")["key"] for name in ("Ann", "Ben")]
    house.close()
    return made[0], made[1]


def found_by_any(server: instance.LiveServer, key: str, text: str, times: int) -> list[bool]:
    """Whether the parking document is found, by so many requests over connections of their own."""
    headers, body = {"Authorization": f"Bearer {key}"}, {"workflow": NAME, "text": text, "k": 5}

    def once(_: int) -> bool:
        answer = httpx.post(f"{server.url}/v1/search", json=body, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return "doc_parking" in [item["id"] for item in answer.json()["items"]]

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(once, range(times)))


def test_every_worker_finds_what_was_approved_and_nothing_that_was_retired(home, tmp_path, keys):
    """Two workers, changes made by another process: from the very next request on, ten times over."""
    text = "where can I park my car behind the branch"
    document = {"collection": NAME, "id": "parking", "title": "Parking at branches", "text": "Park behind the branch."}
    house = open_house(Settings(home=home))
    try:
        with instance.serving(home, tmp_path, workers=2) as server:
            for version in range(1, 4):
                submit(house, ANN, document | {"text": f"Park behind the branch, edition {version}."})
                assert not any(found_by_any(server, keys[0], text, 10))
                approve(house, BEN, NAME, "parking", version)
                assert all(found_by_any(server, keys[0], text, 10))
                retire(house, BEN, NAME, "parking", version, "no more")
                assert not any(found_by_any(server, keys[0], text, 10))
    finally:
        house.close()


def test_the_stewards_of_two_workers_try_the_certificate_again(home, tmp_path):
    """Within ten seconds of an approval its check is written down, and automation goes on."""
    house = open_house(Settings(home=home))
    try:
        with instance.serving(home, tmp_path, workers=2):
            document = {"collection": NAME, "id": "parking", "title": "Parking", "text": "Park behind the branch."}
            submit(house, ANN, document)
            approve(house, BEN, NAME, "parking", 1)
            begun = time.monotonic()
            while True:
                with house.store.read() as connection:
                    pointer = pointers.pointer(connection, NAME)
                assert pointer is not None
                assert pointer.checked is not None
                if pointer.checked.sequence == pointer.document_sequence:
                    break
                assert time.monotonic() < begun + 120, "nobody tried it"
                time.sleep(0.1)
        assert pointer.checked.holds
        with house.store.read() as connection:
            assert list(ledger.walk(connection))
    finally:
        house.close()
