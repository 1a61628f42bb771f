"""People who claim cases and decide them, many at once, in processes of their own.

Each works until nothing is left for them. Every tenth decision is sent twice, as by a double click: the second one has
to be refused. What was acknowledged is written down at once, so that it is known of those who are killed as well.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final, TypeVar

from bench.review_queue import QUEUE, opened, reviewer
from service.errors import LeaseLost, LedgerUnavailable
from service.usecases.claim_case import claim_next
from service.usecases.house import House
from service.usecases.resolve_case import Resolution, resolve

T = TypeVar("T")

_TWICE_EVERY = 10
#: Whether a second decision on the same token was taken: this must never be written.
TAKEN_TWICE: Final = "twice"


def context() -> ForkServerContext:
    """Processes that start at once, each with nothing open yet."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["bench.review_claimers"])
    return server


def start(
    server: ForkServerContext, url: str, home: Path, names: Sequence[str], said: Path, ahead: timedelta = timedelta(0)
) -> ForkServerProcess:
    """A process in which these people work. It appends the ids of the cases they decided to the file `said`.

    `ahead`: how far its clock is.
    """
    process = server.Process(target=_work, args=(url, home, names, said, ahead), daemon=True)
    process.start()
    return process


def acknowledged(said: Path) -> list[str]:
    """What was written there; a line that a kill cut off is none."""
    lines = said.read_text().splitlines(keepends=True) if said.exists() else []
    return [line.strip() for line in lines if line.endswith("\n")]


def clear(house: House, name: str, tell: Callable[[str], None]) -> int:
    """Claim and decide until nothing is left for this person; how many they decided."""
    person, done = reviewer(name), 0
    while (claimed := _insist(lambda: claim_next(house, person, QUEUE))) is not None:
        label = "fees" if done % 3 else "card"
        said = Resolution((label,), label, note="as it says")
        decide = partial(resolve, house, person, claimed["case"], claimed["token"], said)
        _insist(decide)
        tell(claimed["case"])
        done += 1
        if done % _TWICE_EVERY == 0 and not _refused(decide):
            tell(TAKEN_TWICE)
    return done


def _insist(ask: Callable[[], T]) -> T:
    """Ask again when the database was too busy, as a client does that is told to."""
    while True:
        try:
            return ask()
        except LedgerUnavailable:
            time.sleep(0.1)


def _refused(decide: Callable[[], object]) -> bool:
    try:
        _insist(decide)
    except LeaseLost:
        return True
    return False


def _work(url: str, home: Path, names: Sequence[str], said: Path, ahead: timedelta) -> None:
    descriptor = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(line: str) -> None:
        os.write(descriptor, f"{line}\n".encode())

    with (
        opened(url, home, lambda: datetime.now(UTC) + ahead) as house,
        ThreadPoolExecutor(len(names)) as people,
    ):
        for each in [people.submit(clear, house, name, tell) for name in names]:
            each.result()
