"""A database server that goes away and comes back: requests are refused meanwhile, and Signoff goes on by itself."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from bench import postgres
from tests import house as instance

pytestmark = pytest.mark.slow

NAME = "retail-banking"
TEXT = "My card payment of {n} euros was taken twice in shop number {n}."


@pytest.fixture
def cluster() -> Iterator[postgres.Cluster]:
    """A server of the test's own, to be stopped."""
    if postgres.MISSING:
        pytest.skip(postgres.REASON)
    with postgres.cluster("fsync = off", "full_page_writes = off") as started:
        yield started


@pytest.fixture
def server(cluster: postgres.Cluster, encoder_folder: Path, tmp_path: Path) -> Iterator[instance.LiveServer]:
    """Two workers whose rows are there."""
    url = cluster.url(cluster.create())
    home = instance.initialised(tmp_path / "home", encoder_folder, url)
    with instance.serving(home, tmp_path, workers=2, database_url=url) as live:
        yield live


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.2)


class Load:
    """People who ask all the time, each request with a key of its own until it is answered."""

    def __init__(self, server: instance.LiveServer) -> None:
        self.answers: Counter[str] = Counter()  #: taken, refused
        self.acknowledged: dict[str, str] = {}  #: by key, the decision
        self.odd: list[str] = []
        self._server, self._stop = server, threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(place,)) for place in range(4)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, answer: str) -> float:
        """Until that was answered again, to what was asked after now: at most four requests are under way; seconds."""
        enough, begun = self.answers[answer] + len(self._threads) + 1, time.monotonic()
        until(lambda: self.answers[answer] >= enough)
        return time.monotonic() - begun

    def _ask(self, place: int) -> None:
        headers = {"Authorization": f"Bearer {self._server.caller_key}"}
        with httpx.Client(base_url=self._server.url, headers=headers, timeout=60) as client:
            n = place
            while not self._stop.is_set():
                body, key = {"workflow": NAME, "text": TEXT.format(n=n)}, f"away-{n}"
                answer = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": key})
                if answer.status_code == 503 and "retry-after" in answer.headers:
                    self.answers["refused"] += 1
                    time.sleep(0.2)
                    continue
                if answer.status_code in (200, 202):
                    self.answers["taken"] += 1
                    self.acknowledged[key] = answer.json()["id"]
                else:
                    self.odd.append(answer.text)
                n += len(self._threads)


def test_requests_are_refused_while_the_database_is_away_and_taken_when_it_is_back(
    server: instance.LiveServer, cluster: postgres.Cluster
) -> None:
    """503 with `Retry-After` and nothing else. What was acknowledged is there, once, and the chain holds."""
    with Load(server) as load:
        load.wait_for("taken")
        for _ in range(3):
            cluster.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            load.wait_for("taken")
        cluster.stop()
        load.wait_for("refused")
        assert httpx.get(f"{server.url}/readyz", timeout=60).status_code == 503
        assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200
        cluster.start()
        load.wait_for("taken")
        until(lambda: httpx.get(f"{server.url}/readyz", timeout=60).status_code == 200)
    _holds(server, load)


def test_a_database_that_is_killed_under_load_loses_nothing_that_was_acknowledged(
    server: instance.LiveServer, cluster: postgres.Cluster
) -> None:
    """`kill -9` of the server again and again, as a machine that fails: it recovers, and so does Signoff, by itself."""
    took: list[float] = []
    with Load(server) as load:
        load.wait_for("taken")
        for number in range(5):
            time.sleep(0.3 * number)  # not always at the same moment of anything
            cluster.kill()
            load.wait_for("refused")
            cluster.start()
            took.append(load.wait_for("taken"))
        until(lambda: httpx.get(f"{server.url}/readyz", timeout=60).status_code == 200)
    told = f"{len(load.acknowledged)} acknowledged, {load.answers['refused']} refused with 503, in {len(took)} kills;"
    print(f"{told} taken again {max(took):.1f} s after the server was back, at the longest")  # noqa: T201
    _holds(server, load)
    assert max(took) < 10


def _holds(server: instance.LiveServer, load: Load) -> None:
    """Nothing but 503 was answered meanwhile; what was acknowledged is there, once, and the chain holds."""
    assert not load.odd, load.odd[:3]
    assert server.process.poll() is None
    with httpx.Client(base_url=server.url, timeout=60) as client:
        caller = {"Authorization": f"Bearer {server.caller_key}"}
        found: list[str] = []
        page: dict[str, Any] = {"items": [], "next": ""}
        while page["next"] is not None:
            after = {"after": page["next"]} if page["next"] else {}
            page = client.get("/v1/decisions", params={"limit": 200, **after}, headers=caller).json()
            found += [each["id"] for each in page["items"]]
        auditor = {"Authorization": f"Bearer {server.keys.auditor}"}
        assert client.get("/v1/audit/verify", headers=auditor).json()["ok"]
    assert set(load.acknowledged.values()) <= set(found)
    assert len(found) - len(load.acknowledged) <= 4, "no request was decided twice"
