"""Let releases answer once every live worker has them open, so that no request meets a worker that has not.

First commit: the releases are recorded and announced. Each worker's steward opens them and says so. Second commit: the
pointers move. A worker that is not ready in time does not hold up the others: it leaves service until it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from service.errors import Conflict
from service.store import rollouts, workers
from service.store.engine import Connection
from service.usecases.house import House

#: A worker seen this long ago is alive; its steward says every two seconds that it is.
ALIVE = timedelta(seconds=6)
#: What is not open in a worker by then starts to answer without it.
PATIENCE = 5.0  # seconds
_LOOK = 0.03  # seconds
# Whoever began a rollout and did not end it within this time was killed.
_ABANDONED = timedelta(minutes=2)

log = structlog.get_logger(__name__)

Work = Callable[[Connection], None]


def roll_out(
    house: House,
    release_ids: Sequence[str],
    new: Sequence[str],
    record: Work,
    flip: Work,
    *,
    patience: float | None = None,
) -> tuple[str, ...]:
    """Run `record`, wait for the workers, run `flip`; ids of the workers left behind.

    The wait lasts `patience` seconds at most, or PATIENCE. Without other workers both run in one transaction. When
    `flip` raises, or the waiting is broken off, the `new` releases are gone again.
    """
    rollout = house.new_id("roll")

    def announce(connection: Connection) -> bool:
        """Whether there is anybody to wait for; if not, everything is done already."""
        record(connection)
        now = house.clock()
        if not _others(house, connection):
            flip(connection)
            return False
        rollouts.sweep(connection, now - _ABANDONED, now)
        rollouts.begin(connection, rollout, release_ids, new, now)
        return True

    if not house.store.commit(announce):
        return ()

    def finish(connection: Connection) -> None:
        if not rollouts.end(connection, rollout, house.clock()):
            raise Conflict("the rollout took too long and was given up", remedy="try again")
        flip(connection)

    try:
        behind = _wait(house, rollout, PATIENCE if patience is None else patience)
        house.store.commit(finish)
    except BaseException:
        house.store.commit(lambda connection: rollouts.withdraw(connection, rollout, house.clock()))
        raise
    if behind:
        log.warning("workers_left_behind", workers=behind, releases=list(release_ids))
    return behind


def _wait(house: House, rollout: str, patience: float) -> tuple[str, ...]:
    """Until every live worker is ready, or patience is at an end; ids of those that are not. One that dies meanwhile is
    not waited for, and is named."""
    begun, until = house.clock(), time.monotonic() + patience
    while True:
        with house.store.read() as connection:
            ready = rollouts.ready(connection, rollout)
            missing = _others(house, connection) - ready
            behind = _others(house, connection, begun) - ready
        if not missing or time.monotonic() >= until:
            return tuple(sorted(behind))
        time.sleep(_LOOK)


def _others(house: House, connection: Connection, at: datetime | None = None) -> set[str]:
    """The workers alive now or at `at`, besides this process, which has the releases open already."""
    alive = workers.alive(connection, (at or house.clock()) - ALIVE)
    return {row.id for row in alive} - {house.worker}
