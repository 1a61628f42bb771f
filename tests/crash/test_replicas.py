"""Two replicas on one PostgreSQL, with a home each: what is done through one counts at the other at once."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bench import postgres
from service.client import Decision, Signoff, SignoffError
from service.errors import CannotStart
from service.settings import Settings
from service.store import ledger, workers
from service.usecases.house import open_house
from service.usecases.initialise import initialise
from service.usecases.manage_keys import create, revoke
from service.usecases.roll_out import ALIVE
from tests import house as instance

pytestmark = pytest.mark.slow

NAME = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."  # decided automatically
ODD = "Pigeons sat on the roof and sang of curtains."
SHARED = ("secret.key", "master.key", "keys.json")  # the last is the tests' own
SOON = 1.0  # seconds


@dataclass
class Replicas:
    """Both, ready to answer."""

    first: instance.LiveServer
    second: instance.LiveServer
    url: str


@pytest.fixture(scope="module")
def database(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """An empty database for the instance; another one for its keys."""
    with (
        postgres_cluster.database() as url,
        postgres_cluster.database() as keys,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SIGNOFF_KEYS_URL", keys)
        yield url


@pytest.fixture(scope="module")
def first_home(database: str, encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return instance.initialised(tmp_path_factory.mktemp("first") / "home", encoder_folder, database)


@pytest.fixture(scope="module")
def second_home(database: str, first_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by `signoff init` out of the database, an encoder and the files that replicas share."""
    home = tmp_path_factory.mktemp("second") / "home"
    home.mkdir()
    shutil.copytree(first_home / "encoder", home / "encoder")
    for name in SHARED:
        if (first_home / name).exists():
            shutil.copy2(first_home / name, home / name)
    assert initialise(Settings(home=home, database_url=database)) == [], "keys are made once"
    return home


@pytest.fixture(scope="module")
def replicas(
    database: str, first_home: Path, second_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replicas]:
    folder = tmp_path_factory.mktemp("logs")
    with (
        instance.serving(first_home, folder, database_url=database) as first,
        instance.serving(second_home, folder, database_url=database) as second,
    ):
        with operator(first) as client:
            until(lambda: len(client.rules().workers) == 2)
        yield Replicas(first, second, database)


def operator(server: instance.LiveServer) -> Signoff:
    return Signoff(server.url, server.operations_key, timeout=60)


def caller(server: instance.LiveServer) -> Signoff:
    return Signoff(server.url, server.caller_key, timeout=60)


def reviewer(server: instance.LiveServer) -> Signoff:
    return Signoff(server.url, server.reviewer_key, timeout=60)


def until(condition: Callable[[], bool], seconds: float = 60.0) -> float:
    """How long it took to come about."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "did not come about"
        time.sleep(0.02)
    return time.monotonic() - begun


def test_a_second_home_without_the_secret_is_refused(
    database: str, first_home: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    """With none it is told to copy it; with another one it is let in neither by init nor by serve."""
    home = tmp_path / "home"
    home.mkdir()
    settings = Settings(home=home, database_url=database)
    with pytest.raises(CannotStart) as error:
        initialise(settings)
    assert "copy secret.key" in error.value.remedy
    shutil.copytree(encoder_folder, home / "encoder")
    shutil.copy2(first_home / "master.key", home / "master.key")
    (home / "secret.key").write_text("ab" * 32)
    for start in (initialise, open_house):
        with pytest.raises(CannotStart) as error:
            start(settings)
        assert "not the secret of this database" in error.value.detail


def test_a_home_is_made_out_of_the_database(first_home: Path, second_home: Path) -> None:
    """The same policy, the same rules and, built again from the documents, the very same snapshot."""
    for folder in ("workflows/retail-banking/workflow.yaml", *(f"packs/{each}" for each in packs_of(first_home))):
        assert (second_home / folder).read_bytes() == (first_home / folder).read_bytes(), folder
    assert snapshots_of(second_home) == snapshots_of(first_home) != set()


def packs_of(home: Path) -> list[str]:
    return [str(path.relative_to(home / "packs")) for path in (home / "packs").glob("*/*.yaml")]


def snapshots_of(home: Path) -> set[tuple[str, ...]]:
    whole = (path for path in (home / "snapshots").iterdir() if path.is_dir())
    return {(path.name, *sorted(file.name for file in path.iterdir())) for path in whole}


def test_both_answer_alike_and_repeat_each_others_answers(replicas: Replicas) -> None:
    """The same release, and a key of idempotency that came to one is known to the other."""
    body = {"workflow": NAME, "text": CLEAR}
    answers = []
    for server in (replicas.first, replicas.second):
        headers = {"Authorization": f"Bearer {server.caller_key}", "Idempotency-Key": "across-replicas"}
        answers.append(httpx.post(f"{server.url}/v1/decisions", json=body, headers=headers, timeout=60))
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotent-replayed"] == "true"


def test_a_halt_at_one_is_a_halt_at_the_other(replicas: Replicas) -> None:
    """From the very next request on; resumed likewise."""
    with operator(replicas.first) as here, caller(replicas.second) as there:
        assert there.decide(CLEAR, workflow=NAME).state == "final"
        here.halt("tests")
        assert {there.decide(CLEAR, workflow=NAME).outcome for _ in range(5)} == {"review"}
        here.resume()
        assert there.decide(CLEAR, workflow=NAME).state == "final"


def test_documents_rules_and_keys_changed_at_one_count_at_the_other(replicas: Replicas) -> None:
    """An approval, a retirement, a rule switched off, a revoked key: with the next request."""
    house = open_house(Settings(home=replicas.first.home, database_url=replicas.url))
    try:
        second = create(house, "tests", name="maria", role="operations")
        with (
            operator(replicas.first) as ann,
            Signoff(replicas.first.url, second["key"], timeout=60) as maria,
            operator(replicas.second) as there,
        ):

            def found() -> bool:
                return "doc_pigeons" in {each.id for each in there.search("pigeons on the roof", NAME, 3)}

            ann.save_document(NAME, "pigeons", "Pigeons", "Pigeons on the roof of a branch may stay.", "roof")
            maria.approve_document(NAME, "pigeons", 1)
            assert found()
            maria.retire_document(NAME, "pigeons", 1, "gone")
            assert not found()
            ann.disable_rule("press", 5, "tests")
            assert next(rule for pack in there.rules().packs for rule in pack.rules if rule.id == "press").disabled
            ann.enable_rule("press")
        with Signoff(replicas.second.url, second["key"], timeout=60) as revoked:
            revoked.rules()
            revoke(house, "tests", second["id"])
            took = until(lambda: refused(revoked))
            print(f"a revoked key opened nothing at the other replica after {took * 1_000:.0f} ms")  # noqa: T201
            assert took < SOON
    finally:
        house.close()


def refused(client: Signoff) -> bool:
    try:
        client.rules()
    except SignoffError:
        return True
    return False


def test_whoever_waits_at_one_hears_what_a_person_decided_at_the_other(replicas: Replicas) -> None:
    """A waiting caller within a fifth of a second, most times; a page with live counts as well."""
    took = []
    for _ in range(5):
        with caller(replicas.first) as asks, reviewer(replicas.second) as decides:
            asked = asks.decide(ODD, workflow=NAME)
            heard: dict[str, Any] = {}
            waiting = threading.Thread(target=lambda asked=asked, heard=heard: wait(replicas.first, asked, heard))
            waiting.start()
            time.sleep(0.3)
            assert asked.case is not None
            claimed = decides.claim_case(asked.case)
            decides.decide_case(
                claimed, ["complaint"], outcome="block", reason_code="not_a_banking_matter", note="Pigeons."
            )
            done = time.monotonic()
            waiting.join(30)
            assert heard["decision"].outcome == "block"
            took.append(heard["at"] - done)
    print(f"heard after {sorted(took)[2] * 1_000:.0f} ms, the slowest after {max(took) * 1_000:.0f} ms")  # noqa: T201
    assert sorted(took)[2] < 0.2


def wait(server: instance.LiveServer, asked: Decision, heard: dict[str, Any]) -> None:
    with caller(server) as client:
        heard["decision"] = client.wait(asked.id, 20)
        heard["at"] = time.monotonic()


def test_a_reload_at_one_answers_at_both_and_a_restart_of_the_other_does_not_undo_it(
    replicas: Replicas, tmp_path: Path
) -> None:
    """The other one's files are older, and nobody edited them: they stay what they are, and so does the release."""
    policy = replicas.first.home / "workflows" / NAME / "workflow.yaml"
    old = policy.read_text()
    policy.write_text(old.replace("lease_minutes: 15", "lease_minutes: 20"))
    assert policy.read_text() != old
    with operator(replicas.first) as here, caller(replicas.second) as there:
        before = there.decide(CLEAR, workflow=NAME).release
        report = here.reload_rules()
        assert not report.left_behind
        answers = [there.decide(CLEAR, workflow=NAME).release for _ in range(5)]
    assert len(set(answers)) == 1
    assert answers[0] != before
    with instance.serving(replicas.second.home, tmp_path, database_url=replicas.url) as third:
        with caller(third) as client:
            assert client.decide(CLEAR, workflow=NAME).release == answers[0]
        assert "files_left_alone" in third.log.read_text()
        with operator(third) as client:  # by name they are taken over, as ever
            assert [each["workflow"] for each in client.reload_rules(dry_run=True).workflows] == [NAME]


def test_what_is_to_be_done_once_is_done_by_one_of_them(replicas: Replicas) -> None:
    """Of both, one is the first of all, and each is the first where it is; nothing is on the ledger twice."""
    house = open_house(Settings(home=replicas.first.home, database_url=replicas.url))
    try:
        with house.store.read() as connection:
            each_once = "SELECT count(*) AS checks FROM document_checks GROUP BY release, sequence"
            assert all(row.checks == 1 for row in connection.execute(sa.text(each_once)))
            every = [row.host for row in workers.alive(connection, house.clock() - ALIVE)]
        assert len(set(every)) == len(every) >= 2, "each home is a place of its own"
        with house.store.read() as connection:
            checked = [row.subject_id for row in ledger.page(connection, ["certificate.paused", "certificate.resumed"])]
        assert len(checked) == len(set(checked))
    finally:
        house.close()


def test_one_replica_goes_and_the_other_goes_on(replicas: Replicas) -> None:
    """Killed, not stopped: chores pass to the other one within seconds, and a reload there waits for nobody."""
    replicas.first.kill()  # the last test of this file
    with operator(replicas.second) as client:
        until(lambda: len(client.rules().workers) == 1)
        policy = replicas.second.home / "workflows" / NAME / "workflow.yaml"
        policy.write_text(policy.read_text().replace("lease_minutes: 15", "lease_minutes: 25"))
        begun = time.monotonic()
        assert client.reload_rules().changed
        print(f"reloaded {time.monotonic() - begun:.1f} s after the request, alone")  # noqa: T201
    with caller(replicas.second) as client:
        assert client.decide(CLEAR, workflow=NAME).state == "final"
