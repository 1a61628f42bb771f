"""Replay of many: each decision comes out as it did, however many are made at once and whoever makes them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from index.encoder import EncoderPool
from service.domain.access import ROLES, Principal
from service.errors import Conflict, InvalidRequest, NotFound
from service.store import decisions, jobs, past, tables
from service.store.past import Span
from service.usecases import halt, run_jobs
from service.usecases.disable_rule import disable, enable
from service.usecases.make_decision import Ask, prepare
from service.usecases.publish_document import approve, submit
from service.usecases.replay_many import Which, replay_many
from service.usecases.run_jobs import Jobs
from tests.unit.service.usecases.edits import NAME, pointer_now

ANN = Principal("k1", "Ann", ROLES["operations"], frozenset({"staff"}))
BEN = Principal("k2", "Ben", ROLES["operations"])
COUNTRIES = ("GB", "NO", "IR", "DE")


def requests(number: int) -> Iterator[Ask]:
    """As customers write, with attributes and people that vary."""
    lines = (Path("service/workflows") / NAME / "examples.jsonl").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    for each in range(number):
        text = texts[each % len(texts)] + (f" Reference {each}." if each >= len(texts) else "")
        attributes = {"country": COUNTRIES[each % 4], "channel": "app"}
        yield Ask(NAME, text, attributes if each % 3 else {}, f"S-{each % 97}" if each % 2 else None)


def make(house, asked: Iterator[Ask], threads: int) -> int:
    """Decided as a server does: several at a time, recorded together."""
    with ThreadPoolExecutor(threads) as pool:
        prepared = pool.map(lambda each: prepare(house, ANN if each.subject else BEN, each), asked)
        futures = [each.submit(house.store) for each in prepared]
    return len([future.result() for future in futures])


def everything(house, release: str = "") -> Which:
    return Which(NAME, house.clock() - timedelta(days=1), house.clock() + timedelta(days=1), release)


def a_day(house, number: int, threads: int) -> None:
    """Decisions with a disabled rule, a halt and new documents between them."""
    part = number // 4
    asked = requests(number)
    make(house, itertools.islice(asked, part), threads)
    disable(house, "ann", "embargoed-country-customer", timedelta(hours=1), "a test")
    make(house, itertools.islice(asked, part), threads)
    enable(house, "ben", "embargoed-country-customer")
    halt.halt(house, ANN, NAME, "drill")
    make(house, itertools.islice(asked, part // 10), threads)
    halt.resume(house, ANN, NAME, rerun=False)
    document = {
        "collection": NAME,
        "id": "twice",
        "title": "Charged twice",
        "text": "We refund what was charged twice.",
    }
    submit(house, ANN, document)
    approve(house, BEN, NAME, "twice", 1)
    make(house, asked, threads)


def same(report: dict[str, object], number: int) -> None:
    counts = {name: report[name] for name in ("decisions", "identical", "different", "changed", "erased", "failed")}
    wanted = {"decisions": number, "identical": number, "different": 0, "changed": 0, "erased": 0, "failed": {}}
    assert counts == wanted, report["examples"]


def test_none_differs_whatever_is_read_and_made_at_once(house):
    """Page by page or all at once, one after the other or several at a time."""
    a_day(house, 40, threads=3)
    for page, threads in ((1, 1), (7, 3), (200, 2)):
        same(replay_many(house, everything(house), page=page, threads=threads), 40)


def test_on_a_candidate_and_of_some(house):
    """What changes is counted with examples; what is erased, or cannot be made again, is counted apart."""
    make(house, requests(12), 2)
    release = house.shelf.open(pointer_now(house).release)
    with house.store.read() as connection:
        rows = past.page(connection, Span(NAME, everything(house).since, everything(house).until), "", 20)

    def erase(connection):
        row = decisions.get(connection, rows[0].id)
        assert row is not None
        gone = tables.payloads.update().where(tables.payloads.c.id.in_([row.request, row.answer]))
        connection.execute(gone.values(data=b""))

    house.store.commit(erase)
    strict = dataclasses.replace(release, id="rel_strict", certificate=None)
    house.shelf.put(strict)
    report = replay_many(house, everything(house, "rel_strict"))
    automatic = sum(row.decided_by == "classifier" for row in rows[1:])
    assert (report["decisions"], report["erased"], report["changed"]) == (12, 1, automatic)
    assert {(each["before"], each["after"]) for each in report["outcomes"]} == {("allow", "review")}
    assert len(report["examples"]) == automatic > 0
    for wrong, error in (
        (Which("nowhere", rows[0].created_at, house.clock()), InvalidRequest),
        (Which(NAME, house.clock(), rows[0].created_at), InvalidRequest),
        (everything(house, "rel_none"), NotFound),
    ):
        with pytest.raises(error):
            replay_many(house, wrong)


def test_as_a_job_it_tells_how_far_it_is_and_keeps_its_report(house):
    """One of a workflow at a time; a later look finds what came of it."""
    make(house, requests(3), 1)
    job = run_jobs.ask_replay(house, "ann", everything(house))["id"]
    with pytest.raises(Conflict, match=job):
        run_jobs.ask_replay(house, "ben", everything(house))
    seen = []
    run_jobs.run_here(house, job, lambda what, done, total: seen.append((what, done, total)))
    assert seen[-1] == ("replaying", 3, 3)
    found = run_jobs.view(house, job)
    assert (found["state"], found["report"]["identical"]) == ("done", 3)
    assert [each["id"] for each in run_jobs.page(house, NAME, kind=run_jobs.REPLAY)] == [job]


def test_what_people_wait_for_comes_before_a_training(house):
    """A training takes minutes."""
    now, waiting = house.clock(), {"workflow": NAME, "asked": {}, "by": "ann"}

    def add(connection):
        for name, kind in (("job_1", "train"), ("job_2", "resume")):
            jobs.add(connection, {"id": name, "kind": kind, "created_at": now, **waiting})
        return jobs.first_waiting(connection)

    assert house.store.commit(add) == "job_2"


@pytest.mark.slow
def test_ten_thousand_across_threads_sessions_pages_and_processes(house, capsys):
    """Made by four differently built services, made again by two others and by a worker's process: 0 differences."""
    begun, number = time.monotonic(), 10_000
    ways = ((1, 1), (4, 1), (2, 2), (8, 2))  # threads, encoder sessions
    asked = requests(number)
    for threads, sessions in ways:
        encoder = EncoderPool(house.home / "encoder", sessions, cache=0)
        built = dataclasses.replace(house, encoder=encoder, judges=ThreadPoolExecutor(threads))
        make(built, itertools.islice(asked, number // len(ways)), threads)
    made = time.monotonic()
    for page, threads in ((50, 1), (1_000, 4)):
        same(replay_many(house, everything(house), page=page, threads=threads), number)
    again = time.monotonic()
    job = run_jobs.ask_replay(house, "ann", everything(house))["id"]
    worker = Jobs(house)
    worker.round(first_of_all=True)
    while worker._child is not None:
        time.sleep(0.2)
        worker.round(first_of_all=True)
    found = run_jobs.view(house, job)
    assert found["state"] == "done", found["why"]
    same(found["report"], number)
    with capsys.disabled():
        seconds = f"made in {made - begun:.0f} s, twice replayed in {again - made:.0f} s"
        print(f"\n{number} decisions by {len(ways)} services, {seconds}, and by another process: 0 differences")  # noqa: T201
