"""People who claim cases and are killed: every case is decided once or still open, and nothing acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bench import review_claimers
from bench.review import count_cases
from bench.review_queue import make_queue
from tests.databases import BOTH

_AT_ONCE = 4
_LEASES_ARE_OVER = timedelta(hours=1)


def kill(url: str, home: Path, cases: int, kills: int) -> None:
    """Kill that many who are at work, then let the cases be cleared by others whose clock is ahead of all leases."""
    make_queue(url, cases)
    server, rand = review_claimers.context(), random.Random(7)
    said = [home / f"said-{number}" for number in range(kills)]
    for first in range(0, kills, _AT_ONCE):
        crew = [
            review_claimers.start(server, url, home, [f"killed-{number}", f"also-{number}"], said[number])
            for number in range(first, min(first + _AT_ONCE, kills))
        ]
        for number, process in enumerate(crew, first):
            _until_decided(said[number], rand.randint(1, 4), process.is_alive)
            time.sleep(rand.uniform(0, 0.05))
            process.kill()
            process.join()
    before = [line for file in said for line in review_claimers.acknowledged(file)]
    others = home / "said-others"
    drain = review_claimers.start(server, url, home, ["eve", "fay", "gus"], others, ahead=_LEASES_ARE_OVER)
    drain.join()
    assert drain.exitcode == 0
    after = review_claimers.acknowledged(others)

    found = count_cases(url, [*before, *after])
    assert (found.twice, found.lost, found.chain) == (0, 0, True)
    assert found.decided + found.open == cases
    assert before, "nobody was killed at work"
    assert after, "the killed left nothing to do"


def _until_decided(said: Path, times: int, alive: Callable[[], bool]) -> None:
    while alive() and len(review_claimers.acknowledged(said)) < times:
        time.sleep(0.005)


@pytest.mark.parametrize("migrated_url", BOTH, indirect=True)
def test_killed_claimers_lose_no_case(migrated_url: str, tmp_path: Path) -> None:
    """Eight people killed at random moments."""
    kill(migrated_url, tmp_path, 60, 4)


@pytest.mark.slow
def test_a_hundred_killed_claimers_lose_no_case(migrated_url: str, tmp_path: Path) -> None:
    """A hundred processes killed, one after the other, while others work on."""
    kill(migrated_url, tmp_path, 6_000, 100)
