"""Rollouts: announced, answered by workers, ended once; what was left lying is withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.store import artefacts, pointers, rollouts, workers

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def release(store, name):
    def work(connection):
        digest = artefacts.put(connection, "rules", b"x", NOW)
        row: dict[str, object] = dict.fromkeys(
            ("rules", "policy", "head", "calibration", "snapshot", "encoder"), digest
        )
        row |= {"id": name, "workflow": "bank", "route": {}, "certificate": None, "refusal": None}
        pointers.add_release(connection, **row, created_at=NOW, created_by="tests", why="tests")

    store.commit(work)


def begin(store, name, open_, new, at=NOW):
    store.commit(lambda c: rollouts.begin(c, name, open_, new, at))


def known(store, name):
    with store.read() as connection:
        return pointers.release(connection, name) is not None


def test_a_glance_sees_what_answers_and_what_is_announced(store):
    """Active releases, open rollouts and this host's wish to reload, in one statement."""
    release(store, "rel_1")
    store.commit(lambda c: pointers.activate(c, "bank", "rel_1", None, NOW))
    begin(store, "roll_1", ["rel_2"], ["rel_2"])
    begin(store, "roll_0", ["rel_0"], [])
    store.commit(lambda c: rollouts.end(c, "roll_0", NOW))
    for host in ("here", "here", "there"):
        store.commit(lambda c, host=host: rollouts.ask_for_reload(c, host))
    with store.read() as connection:
        seen = rollouts.glance(connection, "here")
        assert rollouts.releases_of(connection, "roll_1") == ["rel_2"]
        assert rollouts.releases_of(connection, "roll_9") == []
    assert (seen.active, seen.open, seen.reloads) == ({"bank": "rel_1"}, frozenset({"roll_1"}), 2)


def test_workers_report_what_they_have_open(store):
    """Each worker by its id."""
    begin(store, "roll_1", ["rel_1"], [])
    store.commit(lambda c: rollouts.staged(c, "roll_1", "wrk_1", NOW))
    store.commit(lambda c: rollouts.staged(c, "roll_1", "wrk_2", NOW))
    with store.read() as connection:
        assert rollouts.ready(connection, "roll_1") == {"wrk_1", "wrk_2"}


def test_a_rollout_ends_once(store):
    """Who comes second hears that it was given up."""
    begin(store, "roll_1", ["rel_1"], [])
    assert store.commit(lambda c: rollouts.end(c, "roll_1", NOW))
    assert not store.commit(lambda c: rollouts.end(c, "roll_1", NOW))


def test_a_withdrawn_rollout_takes_its_new_releases_along(store):
    """What never answered is gone; what answered before, and was to answer again, stays."""
    release(store, "rel_old")
    release(store, "rel_new")
    begin(store, "roll_1", ["rel_old", "rel_new"], ["rel_new"])
    store.commit(lambda c: rollouts.withdraw(c, "roll_1", NOW))
    assert known(store, "rel_old")
    assert not known(store, "rel_new")


def test_what_was_begun_and_flipped_is_never_withdrawn(store):
    """A rollout that ended keeps its releases, however late somebody withdraws it."""
    release(store, "rel_new")
    begin(store, "roll_1", ["rel_new"], ["rel_new"])
    store.commit(lambda c: rollouts.end(c, "roll_1", NOW))
    store.commit(lambda c: rollouts.withdraw(c, "roll_1", NOW))
    assert known(store, "rel_new")


def test_what_a_killed_process_left_is_swept_up(store):
    """An old rollout without an end is withdrawn, a young one is not, and an old one that ended goes."""
    for name in ("rel_1", "rel_2"):
        release(store, name)
    long_ago = NOW - timedelta(minutes=5)
    begin(store, "roll_0", ["rel_0"], [], long_ago)
    store.commit(lambda c: rollouts.staged(c, "roll_0", "wrk_1", long_ago))
    store.commit(lambda c: rollouts.end(c, "roll_0", long_ago))
    begin(store, "roll_1", ["rel_1"], ["rel_1"], long_ago)
    begin(store, "roll_2", ["rel_2"], ["rel_2"])
    store.commit(lambda c: rollouts.sweep(c, NOW - timedelta(minutes=2), NOW))
    assert not known(store, "rel_1")
    assert known(store, "rel_2")
    with store.read() as connection:
        assert rollouts.glance(connection, "here").open == {"roll_2"}
        assert rollouts.ready(connection, "roll_0") == set()


def test_workers_come_and_go(store):
    """Alive is who was seen lately, oldest first; one that was forgotten is known again with its next sign of life."""
    for name, at in (("wrk_1", NOW), ("wrk_2", NOW - timedelta(seconds=9)), ("wrk_0", NOW)):
        store.commit(lambda c, name=name, at=at: workers.seen(c, name, "here", at))
    with store.read() as connection:
        assert [row.id for row in workers.alive(connection, NOW - timedelta(seconds=6))] == ["wrk_0", "wrk_1"]
    store.commit(lambda c: workers.gone(c, "wrk_0"))
    store.commit(lambda c: workers.forget(c, NOW))
    store.commit(lambda c: workers.seen(c, "wrk_2", "here", NOW))
    with store.read() as connection:
        assert [row.id for row in workers.alive(connection, NOW)] == ["wrk_1", "wrk_2"]
