"""Starts clean, stops clean: hundreds of times in one process without a thread or file left, and under load."""

from __future__ import annotations

import gc
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from index.encoder import EncoderPool
from service.app import create_app, open_for_service
from service.settings import Settings
from service.store import workers
from service.store.engine import open_store
from service.usecases.house import furnish, open_house
from service.usecases.secret import read_secret
from service.usecases.steward import Steward
from tests import house as instance

pytestmark = pytest.mark.slow

NAME = "retail-banking"


def open_now() -> tuple[int, int]:
    """Files and threads of this process."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count()


def worker(home: Path, encoder: EncoderPool) -> None:
    """All that a worker starts and stops, but for the encoder, which takes longest to open and never changes."""
    settings = Settings(home=home)
    house = furnish(
        settings, open_store(settings.database), encoder, read_secret(home), lambda: datetime.now(UTC)
    )  # fmt: skip
    steward = Steward(house)
    steward.start()
    steward.stop()
    house.close()


def test_five_hundred_workers_start_and_stop_and_leave_nothing(home: Path, opened_encoder: EncoderPool) -> None:
    """No thread, no file, no row of a worker that is no more."""
    for _ in range(5):
        worker(home, opened_encoder)
    before, begun = open_now(), time.monotonic()
    for _ in range(500):
        worker(home, opened_encoder)
    files, threads = (after - was for after, was in zip(open_now(), before, strict=True))
    took = time.monotonic() - begun
    print(f"500 starts and stops in {took:.0f} s: {files:+d} files, {threads:+d} threads")  # noqa: T201
    assert files <= 2
    assert threads <= 2
    house = open_house(Settings(home=home))
    with house.store.read() as connection:
        assert workers.alive(connection, datetime(2000, 1, 1, tzinfo=UTC)) == []
    house.close()


def test_fifty_applications_start_answer_and_stop_and_leave_nothing(home: Path) -> None:
    """The whole application, from its settings on, with a request in between."""
    key = instance.keys_of(home).caller

    def once() -> None:
        with TestClient(create_app(open_for_service(Settings(home=home)))) as client:
            body = {"workflow": NAME, "text": "Where is my card?"}
            answer = client.post("/v1/decisions", json=body, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code in (200, 202), answer.text

    once()
    once()
    before = open_now()
    for _ in range(50):
        once()
    files, threads = (after - was for after, was in zip(open_now(), before, strict=True))
    print(f"50 applications: {files:+d} files, {threads:+d} threads")  # noqa: T201
    assert files <= 2
    assert threads <= 2


@pytest.mark.parametrize("processes", [1, 2])
def test_a_service_told_to_stop_under_load_finishes_what_it_has_and_ends_well(
    home: Path, tmp_path: Path, processes: int
) -> None:
    """Exit status 0, each request answered or never begun, and whatever was acknowledged is there at the next start."""
    acknowledged: set[str] = set()
    odd: list[str] = []

    def load(server: instance.LiveServer) -> None:
        headers = {"Authorization": f"Bearer {server.caller_key}"}
        while True:
            try:
                body = {"workflow": NAME, "text": "Where is my card?"}
                answer = httpx.post(f"{server.url}/v1/decisions", json=body, headers=headers, timeout=30)
            except httpx.TransportError:
                return
            if answer.status_code in (200, 202):
                acknowledged.add(answer.json()["id"])
            elif answer.status_code != 503:
                odd.append(answer.text)

    took = []
    for _ in range(3):
        server = instance.start(home, tmp_path, workers=processes)
        threads = [threading.Thread(target=load, args=(server,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1.0)
        begun = time.monotonic()
        assert server.stop() == 0
        took.append(time.monotonic() - begun)
        for thread in threads:
            thread.join(60)
    print(f"{len(acknowledged)} acknowledged, stopped 3 times in {max(took):.1f} s at most")  # noqa: T201
    assert not odd, odd[:3]
    house = open_house(Settings(home=home))
    with house.store.read() as connection:
        from service.store import decisions

        assert all(decisions.get(connection, each) is not None for each in acknowledged)
    house.close()
