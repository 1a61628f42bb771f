"""How the instance stands, for whoever watches it from outside: asked of the database when the figures are read.

Nothing of it is kept, so no worker can be behind. The questions are answered from indexes and cost milliseconds.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import Metric

from service.domain.types import DecidedBy, Outcome, Reason
from service.observe import standing
from service.observe.metrics import DECISIONS, REASONS
from service.observe.standing import Figure
from service.store import ledger, pointers, workers
from service.usecases import checkpoints, open_counts, readiness
from service.usecases.house import House
from service.usecases.roll_out import ALIVE

HOLDS, PAUSED, NONE = "holds", "paused", "none"


def measure(house: House) -> list[Metric]:
    """All figures of `observe.standing` that there is something to say about."""
    return [
        standing.READY.alone(readiness.state(house)["ready"]),
        standing.LEDGER_WRITABLE.alone(house.store.writing.trouble() is None),
        standing.DISK_FREE.alone(shutil.disk_usage(house.home).free),
        *_of_the_ledger(house),
        *_of_queues(house),
        *_of_workflows(house),
    ]


def _of_the_ledger(house: House) -> Iterator[Metric]:
    now = house.clock()
    with house.store.read() as connection:
        sequence, _ = ledger.head(connection)
        alive = workers.alive(connection, now - ALIVE)
    yield standing.WORKERS.alone(len(alive))
    yield standing.LEDGER_SEQUENCE.alone(sequence)
    last = checkpoints.newest(house.settings)
    yield standing.LEDGER_UNSIGNED.alone(sequence - (last.sequence if last else 0))
    if last is not None:
        yield standing.CHECKPOINT_AGE.alone(_since(last.at, now))


def _of_queues(house: House) -> Iterator[Metric]:
    found, now = open_counts.by_queue(house), house.clock()

    def of(figure: Figure, name: str) -> Metric:
        return figure.of({(queue,): one[name] for queue, one in found.items()})

    yield of(standing.QUEUE_OPEN, "open")
    yield of(standing.QUEUE_CLAIMED, "claimed")
    yield of(standing.QUEUE_OVERDUE, "overdue")
    yield of(standing.QUEUE_ASKED, "asked")
    yield standing.QUEUE_OLDEST.of({(queue,): _since(one["oldest_at"], now) for queue, one in found.items()})


def _of_workflows(house: House) -> Iterator[Metric]:
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    for one in active:
        _begin_at_zero(one.workflow)
    yield standing.HALTED.of({(one.workflow,): one.halted for one in active})
    states: dict[tuple[str, ...], float] = {}
    coverage: dict[tuple[str, ...], float] = {}
    for pointer in active:
        release = house.shelf.found(pointer.release)
        if release is None:
            continue  # not open here yet: `signoff_releases_opening` says so
        stands = pointer.watched_by is None and house.checks.stands(pointer, release, house.clock())
        state = _state(release.row, stands=stands and release.certificate is not None)
        states |= {(pointer.workflow, one): one == state for one in (HOLDS, PAUSED, NONE)}
        if release.certificate is not None:
            coverage[pointer.workflow,] = release.certificate.coverage
    yield standing.CERTIFICATE.of(states)
    yield standing.COVERAGE.of(coverage)


def _begin_at_zero(workflow: str) -> None:
    """A counter that first appears when it counts has not risen, for Prometheus: the first failure would be missed."""
    for reason in Reason:
        REASONS.labels(workflow, reason.value)
    DECISIONS.labels(workflow, Outcome.ALLOW.value, DecidedBy.CLASSIFIER.value)


def _state(row: Mapping[str, Any], *, stands: bool) -> str:
    if row["certificate"] is None:
        return NONE
    return HOLDS if stands else PAUSED


def _since(moment: str, now: datetime) -> float:
    return max(0.0, (now - datetime.fromisoformat(moment)).total_seconds())
