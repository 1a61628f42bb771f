"""kill -9 of whoever sends, again and again: every event arrives, in order for each decision, and few arrive twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.house import ROOT
from tests.unit.service.usecases.post_room import DELIVERED, post_room
from tests.unit.service.usecases.receiver import Handler, Heard, receiving, wait_until

EVENTS, DECISIONS, KILLS = 120, 12, 3


@pytest.mark.parametrize("database_url", BOTH, indirect=True)
def test_killed_senders_lose_nothing(tmp_path: Path, database_url: str):
    """Each kill hits some messages under way; their leases run out, and the next worker sends them."""
    chance = random.Random(11)

    def slow(handler: Handler, heard: Heard) -> None:
        time.sleep(0.05)
        handler.say(204)

    with receiving(slow) as receiver, post_room(tmp_path, database_url) as room:
        made = room.add(receiver.url)
        told = [room.tell(f"dec_{number % DECISIONS}") for number in range(EVENTS)]
        for kill in range(KILLS):
            process = worker(tmp_path, database_url)
            receiver.wait_for(len(receiver.heard) + 1)
            time.sleep(chance.random() * 0.3)
            if kill < KILLS - 1:
                process.kill()
                process.wait(10)
        wait_until(lambda: room.view(made["id"])["waiting"] == 0, 120)
        process.kill()
        process.wait(10)
        assert {each["state"] for each in room.deliveries(made["id"])} == {DELIVERED}
    heard = list(receiver.heard)
    assert {each.id for each in heard} == {*told}
    for each in heard:
        each.verified(made["secret"])
    for decision in range(DECISIONS):
        own = [each.id for each in heard if each.message["data"]["decision"] == f"dec_{decision}"]
        firsts = list(dict.fromkeys(own))
        assert firsts == sorted(firsts), "the order of what came first is that of what happened"
    assert len(heard) - EVENTS <= 8 * KILLS, "only what was under way comes twice"


def worker(home: Path, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.crash.webhook_worker", str(home), url]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"})
