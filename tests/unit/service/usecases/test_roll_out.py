"""Rolling out: nobody flips before every live worker has the release open, and nobody waits for a dead one."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest

from service.errors import ServiceError
from service.store import pointers, rollouts, workers
from service.usecases import reload_rules, roll_out
from service.usecases.house import open_house
from service.usecases.stage_release import BaseMoved, Staged, activate, current_parts, stage
from service.usecases.steward import Steward

NAME = "retail-banking"


@pytest.fixture
def other(house):
    """Another worker of the same instance."""
    opened = open_house(house.settings)
    yield opened
    opened.close()


def active(house):
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
        assert pointer is not None
        return pointer.release


def staged_now(house, by="tests"):
    with house.store.read() as connection:
        row = pointers.release(connection, active(house))
        assert row is not None
        parts = current_parts(connection, row)
    return stage(house, parts, by, "tests")


def edit(house, minutes):
    path = house.home / "workflows" / NAME / "workflow.yaml"
    lines = path.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("queue:"))
    lines[place] = f"queue: {{name: retail-banking, sla_hours: 24, lease_minutes: {minutes}}}"
    path.write_text("\n".join(lines) + "\n")


def alive(house, name="wrk_mute"):
    house.store.commit(lambda c: workers.seen(c, name, "elsewhere", house.clock()))


def test_alone_nobody_is_waited_for(house):
    """Without workers a release answers at once, and no rollout is announced."""
    (done,) = activate(house, [staged_now(house)])
    assert active(house) == done.release.id
    assert done.left_behind == ()
    with house.store.read() as connection:
        assert rollouts.glance(connection, "here").open == frozenset()


def test_a_live_worker_has_the_release_open_before_it_answers(house, other):
    """At the moment of the flip the other worker finds it on its shelf."""
    steward = Steward(other)
    steward.start()
    open_there: list[bool] = []
    staged = staged_now(house)
    try:
        (done,) = activate(
            house, [staged], also=lambda _: open_there.append(other.shelf.found(staged.release.id) is not None)
        )
    finally:
        steward.stop()
    assert open_there == [True]
    assert done.left_behind == ()


def test_a_reload_names_no_worker_that_kept_up(house, other):
    """Edited files, taken over while another worker serves."""
    steward = Steward(other)
    steward.start()
    try:
        edit(house, 20)
        report = reload_rules.reload(house, "tests")
        assert report["changed"]
        assert report["left_behind"] == []
        assert other.shelf.serve(active(house)).workflow.queue.lease_minutes == 20
    finally:
        steward.stop()


def test_a_worker_that_does_not_answer_is_left_behind(house, monkeypatch):
    """The fix goes out without it, and it is named."""
    monkeypatch.setattr(roll_out, "PATIENCE", 0.3)
    before, staged = active(house), staged_now(house)
    alive(house)
    (done,) = activate(house, [staged])
    assert done.left_behind == ("wrk_mute",)
    assert active(house) == done.release.id != before


def test_a_dead_worker_is_not_waited_for(house, monkeypatch):
    """One that was killed a while ago holds up nobody: with its patience the test would take a minute."""
    monkeypatch.setattr(roll_out, "PATIENCE", 60)
    house.store.commit(lambda c: workers.seen(c, "wrk_dead", "elsewhere", house.clock() - 2 * roll_out.ALIVE))
    assert activate(house, [staged_now(house)])[0].left_behind == ()


def test_a_worker_that_dies_meanwhile_is_named_and_not_waited_for(house, monkeypatch):
    """It was alive when the change was announced: with its patience the test would take a minute."""
    monkeypatch.setattr(roll_out, "PATIENCE", 60)
    staged = staged_now(house)
    seen = house.clock() - roll_out.ALIVE + timedelta(seconds=1)
    house.store.commit(lambda c: workers.seen(c, "wrk_dying", "elsewhere", seen))
    (done,) = activate(house, [staged])
    assert done.left_behind == ("wrk_dying",)


@pytest.mark.parametrize("attended", [False, True])
def test_what_lost_the_race_leaves_nothing(house, monkeypatch, attended):
    """BaseMoved: the other release answers, and the one that lost is gone from the history."""
    monkeypatch.setattr(roll_out, "PATIENCE", 0.1)
    slow = staged_now(house)
    edit(house, 20)
    reload_rules.reload(house, "fast")
    fast = active(house)
    if attended:
        alive(house)
    with pytest.raises(BaseMoved):
        activate(house, [slow])
    assert active(house) == fast
    with house.store.read() as connection:
        assert pointers.release(connection, slow.release.id) is None
        assert rollouts.glance(connection, "here").open == frozenset()


def test_a_wait_that_is_broken_off_leaves_nothing(house, monkeypatch):
    """Somebody at a terminal loses patience: nothing stays announced, and nobody can go to what never answered."""
    before, staged = active(house), staged_now(house)
    alive(house)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(roll_out, "_wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        activate(house, [staged])
    assert active(house) == before
    with house.store.read() as connection:
        assert pointers.release(connection, staged.release.id) is None
        assert rollouts.glance(connection, "here").open == frozenset()


def test_what_belongs_to_the_flip_fails_with_it(house, monkeypatch):
    """`also` raises: nothing answers otherwise than before."""
    monkeypatch.setattr(roll_out, "PATIENCE", 0.1)
    before, staged = active(house), staged_now(house)
    alive(house)

    def also(connection):
        raise ServiceError("on purpose")

    with pytest.raises(ServiceError, match="on purpose"):
        activate(house, [staged], also=also)
    assert active(house) == before
    with house.store.read() as connection:
        assert pointers.release(connection, staged.release.id) is None


def test_two_changes_at_once_both_happen(house, other):
    """A reload and another one by another worker: each waits for the other's worker, none is lost."""
    stewards = [Steward(house), Steward(other)]
    for steward in stewards:
        steward.start()
    edit(house, 21)
    reports: list[dict[str, object]] = []
    threads = [
        threading.Thread(target=lambda h=h: reports.append(reload_rules.reload(h, "tests"))) for h in (house, other)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(bool(report["changed"]) for report in reports) == [False, True]
        for each in (house, other):
            assert each.shelf.serve(active(house)).workflow.queue.lease_minutes == 21
    finally:
        for steward in stewards:
            steward.stop()


def test_a_release_that_answered_before_needs_no_new_row(house):
    """Rolling back: only the pointer moves, and what is told goes on the ledger."""
    first = active(house)
    edit(house, 22)
    reload_rules.reload(house, "tests")
    second = active(house)
    with house.store.read() as connection:
        row = pointers.release(connection, first)
        assert row is not None
        parts = dataclasses.replace(current_parts(connection, row), base=second)
    back = Staged(house.shelf.open(first), parts, recorded=True, told={"note": "pay_1"})
    activate(house, [back], "rules.rolled_back")
    assert active(house) == first
