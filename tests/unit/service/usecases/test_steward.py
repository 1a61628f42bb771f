"""The steward: keeps its worker in step, leaves service when it cannot, comes back by itself, survives trouble."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from index.model import DocumentKey
from service.domain.access import ROLES, Principal
from service.errors import ReleaseOpening
from service.store import pointers, tables, workers
from service.usecases import compact_snapshots, readiness, recheck_documents, reload_rules, steward
from service.usecases.house import open_house
from service.usecases.make_decision import Ask, decide
from service.usecases.publish_document import approve, submit
from service.usecases.rebuild_snapshot import rebuild
from service.usecases.roll_out import ALIVE
from service.usecases.steward import Steward, ask_for_reload
from tests.unit.service.usecases.edits import records

NAME = "retail-banking"
CALLER = Principal("k1", "caller", ROLES["caller"])
ANN = Principal("k2", "Ann", ROLES["operations"])
BEN = Principal("k3", "Ben", ROLES["operations"])


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


def edit(house, old="lease_minutes: 15", new="lease_minutes: 20"):
    path = house.home / "workflows" / NAME / "workflow.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.02)


def test_a_worker_left_behind_leaves_service_and_comes_back(house, other):
    """Not ready, decisions refused with Retry-After, while the release is opened; then all is well again."""
    other.shelf.attend(True)  # as if its steward were slow
    edit(house)
    reload_rules.reload(house, "tests")
    state = readiness.state(other)
    assert not state["ready"]
    assert "not open" in state["checks"][f"workflow {NAME}"]
    with pytest.raises(ReleaseOpening) as refused:
        decide(other, CALLER, Ask(NAME, "Where is my card?"))
    assert refused.value.headers["Retry-After"]
    keeper = Steward(other)
    keeper.start()
    try:
        assert readiness.state(other)["ready"]
        assert decide(other, CALLER, Ask(NAME, "Where is my card?")).status in (200, 202)
    finally:
        keeper.stop()


PARKING = {"collection": NAME, "id": "parking", "title": "Parking", "text": "Park behind the branch."}


def publish_parking(house):
    submit(house, ANN, PARKING)
    approve(house, BEN, NAME, "parking", 1)


def pointer_of(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    return found


def test_a_release_that_does_not_open_is_tried_until_it_does(house, other, monkeypatch):
    """A snapshot that is not there and cannot be built: out of service, told once, back when the folder is."""
    monkeypatch.setattr(steward, "_RETRY", 0.05)
    publish_parking(house)
    rebuild(house, NAME, "tests")
    house.store.commit(lambda connection: connection.execute(sa.delete(tables.snapshots)))
    made = house.snapshots.folder / house.shelf.open(active(house)).snapshot.digest
    hidden = made.rename(made.with_name("not-there-yet"))
    keeper = Steward(other)
    keeper.start()
    try:
        time.sleep(0.5)
        assert not readiness.state(other)["ready"]
        hidden.rename(made)
        until(lambda: readiness.state(other)["ready"])
    finally:
        keeper.stop()


def test_views_are_made_before_a_request_asks(house, other):
    """After an approval elsewhere, without any request: what answers is ready for the new documents."""
    keeper = Steward(other)
    keeper.start()
    try:
        publish_parking(house)
        pointer = pointer_of(house)
        until(lambda: other.views._views.get((pointer.release, pointer.document_sequence)) is not None)
        view = other.views.at(other.shelf.serve(pointer.release), pointer.document_sequence)
        assert view.holds(DocumentKey(NAME, "parking", 1))
    finally:
        keeper.stop()


def test_changed_documents_are_tried_and_old_snapshots_taken_over(house, other, monkeypatch):
    """By the oldest worker alone: the check is written down, and a release on a new base answers."""
    monkeypatch.setattr(recheck_documents, "certify", lambda house, release, *_, **__: release.certificate)
    monkeypatch.setattr(compact_snapshots, "LEAST", 0)
    monkeypatch.setattr(compact_snapshots, "SHARE", 0.0)
    first = active(house)
    keepers = [Steward(house), Steward(other)]
    for keeper in keepers:
        keeper.start()
    try:
        publish_parking(house)
        until(lambda: (pointer := pointer_of(house)).checked.sequence == pointer.document_sequence)
        until(lambda: active(house) != first, 90)
        second = house.shelf.open(active(house))
        assert DocumentKey(NAME, "parking", 1) in second.snapshot.keys
        until(lambda: other.shelf.found(active(house)) is not None)
    finally:
        for keeper in keepers:
            keeper.stop()
    (told,) = records(house, "release.compacted")
    assert told["by"] == "compaction"


def test_a_worker_says_that_it_is_alive_and_that_it_goes(house):
    """Others wait for it only while it is there."""
    keeper = Steward(house)
    keeper.start()

    def known():
        with house.store.read() as connection:
            return [row.id for row in workers.alive(connection, house.clock() - ALIVE)]

    assert known() == [house.worker]
    assert house.shelf.attended
    keeper.stop()
    assert known() == []
    assert not house.shelf.attended


def test_many_workflows_stay_open(house, monkeypatch):
    """What answers is held, however many other releases were opened since."""
    keeper = Steward(house)
    keeper.start()
    try:
        release = house.shelf.open(active(house))
        for n in range(40):
            house.shelf.put(release.__class__(f"rel_{n}", *[getattr(release, name) for name in release.__slots__[1:]]))
        assert house.shelf.serve(release.id) is release
    finally:
        keeper.stop()


def test_a_reload_is_asked_for_through_the_database(house):
    """SIGHUP to the parent of several workers ends here."""
    keeper = Steward(house)
    keeper.start()
    try:
        edit(house)
        time.sleep(0.3)
        assert house.shelf.open(active(house)).workflow.queue.lease_minutes == 15
        ask_for_reload(house.settings)
        until(lambda: house.shelf.open(active(house)).workflow.queue.lease_minutes == 20)
    finally:
        keeper.stop()


def test_watched_files_are_taken_over(house):
    """Without anybody asking, as soon as they are at rest; a broken state in between changes nothing."""
    watched = open_house(house.settings.model_copy(update={"watch_rules": 0.05}))
    keeper = Steward(watched)
    keeper.start()
    try:
        edit(house, new="lease_minutes: [")
        time.sleep(1.0)
        edit(house, "lease_minutes: [", "lease_minutes: 25")
        until(lambda: watched.shelf.open(active(watched)).workflow.queue.lease_minutes == 25)
    finally:
        keeper.stop()
        watched.close()


def test_counts_are_written_down(house, monkeypatch):
    """Every other second, and what is left when the house closes."""
    monkeypatch.setattr(steward, "_BEAT", 0.05)
    keeper = Steward(house)
    keeper.start()

    def counted():
        with house.store.read() as connection:
            return connection.scalar(sa.select(sa.func.sum(tables.workflow_hours.c.decisions))) or 0

    try:
        decide(house, CALLER, Ask(NAME, "Where is my card?"))
        until(lambda: counted() == 1)
    finally:
        keeper.stop()


def test_what_is_counted_last_is_written_at_the_end(house, other):
    """As a command line run that decides a file and ends."""
    decide(other, CALLER, Ask(NAME, "Where is my card?"))
    other.close()
    with house.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.sum(tables.workflow_hours.c.decisions))) == 1


def test_trouble_does_not_end_a_steward(house, monkeypatch):
    """The database is away for a while; afterwards everything goes on."""
    keeper = Steward(house)
    keeper.start()
    try:
        real = type(house.store).read

        def away(self):
            raise OSError("away")

        monkeypatch.setattr(type(house.store), "read", away)
        time.sleep(0.5)
        monkeypatch.setattr(type(house.store), "read", real)
        edit(house)
        ask_for_reload(house.settings)
        until(lambda: house.shelf.open(active(house)).workflow.queue.lease_minutes == 20)
    finally:
        keeper.stop()
