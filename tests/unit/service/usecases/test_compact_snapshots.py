"""Compaction: a new base for a view that has come far; nobody notices but the clock."""

from __future__ import annotations

import dataclasses
import os
import time

import pytest

from service.domain.access import ROLES, Principal
from service.domain.types import Refusal
from service.store import pointers, rollouts
from service.usecases import compact_snapshots, recheck_documents
from service.usecases.build_apart import BuildFailed, build_apart, build_here
from service.usecases.compact_snapshots import compact, compact_one, due, prune
from service.usecases.document_chores import scrub
from service.usecases.publish_document import approve, retire, submit
from service.usecases.search_documents import search
from service.usecases.snapshots import SnapshotLost
from service.usecases.views import Burden
from tests.unit.service.usecases.edits import records

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["operations"])
BEN = Principal("k2", "Ben", ROLES["operations"])
TEXTS = ("where can I park my car at the branch", "I was charged twice", "how do I block a card", "late fee")


@pytest.fixture
def granted(monkeypatch):
    """Trying the certificate takes no time, and comes out as it was."""
    monkeypatch.setattr(recheck_documents, "certify", lambda house, release, *arguments, **more: release.certificate)


@pytest.fixture
def far(monkeypatch, granted):
    """Any passage is far enough."""
    monkeypatch.setattr(compact_snapshots, "LEAST", 0)
    monkeypatch.setattr(compact_snapshots, "SHARE", 0.0)
    monkeypatch.setattr(compact_snapshots, "SLOW", 60.0)


def change(house, number=2):
    for each in range(number):
        name = f"parking-{each}"
        document = {"collection": NAME, "id": name, "title": "Parking", "text": f"Park behind branch {each}."}
        submit(house, ANN, document)
        approve(house, BEN, NAME, name, 1)


def pointer_of(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    return found


def answers(house):
    return [search(house, ANN, workflow=NAME, text=text, k=10)["items"] for text in TEXTS]


@pytest.mark.parametrize(
    "passages, base, seconds, expected",
    [
        (0, 0, 9.0, False),
        (200, 1_000, 0.0, False),
        (201, 1_000, 0.0, True),
        (4_999, 100_000, 0.0, False),
        (5_001, 100_000, 0.0, True),
        (1, 100_000, 0.6, True),
    ],
)
def test_what_is_far(passages, base, seconds, expected):
    """More than 200 passages and more than a twentieth of the base, or a view that takes long to make."""
    assert due(Burden(passages, base, seconds)) is expected


def test_nobody_notices(house, far):
    """Same evidence, same scores, same certificate, same rules; and the view starts anew from its base."""
    change(house)
    retire(house, BEN, NAME, "parking-1", 1, "no more")
    before, pointer = answers(house), pointer_of(house)
    old = house.shelf.open(pointer.release)
    (made,) = compact(house, build_here)
    after = pointer_of(house)
    new = house.shelf.open(made)
    assert after.release == made
    assert answers(house) == before
    assert new.certificate == old.certificate
    assert {name for name in old.row if old.row[name] != new.row[name]} == {
        *("id", "snapshot", "created_at", "created_by", "why")
    }
    assert house.views.burden(new, after.document_sequence).passages == 0
    assert compact(house, build_here) == []
    (told,) = records(house, "release.compacted")
    assert told["snapshot"] == new.row["snapshot"]


def test_a_process_of_its_own_builds_the_same(house, granted):
    """Digest for digest; a child that fails says why, and nothing has changed."""
    change(house)
    pointer = pointer_of(house)
    release = house.shelf.open(pointer.release)
    made = build_apart(house, release.workflow.collections, release.encoder)
    assert made == build_here(house, release.workflow.collections, release.encoder)
    elsewhere = house.settings.model_copy(update={"home": house.home / "nowhere"})
    with pytest.raises(BuildFailed, match="there is no folder"):
        build_apart(dataclasses.replace(house, settings=elsewhere), release.workflow.collections, release.encoder)


def test_what_has_not_come_far_stays(house, granted):
    """A document or two are no reason."""
    change(house)
    assert compact(house, build_here) == []


def test_a_certificate_that_fails_goes_on_failing(house, far, monkeypatch):
    """Compaction is no way around a check: the new release is tried with the same documents, and pauses likewise."""
    change(house)
    refused = Refusal(0.05, 0.1, 1, 1, 0, "too many errors")
    monkeypatch.setattr(recheck_documents, "certify", lambda *arguments, **more: refused)
    (made,) = compact(house, build_here)
    pointer = pointer_of(house)
    assert pointer.release == made
    assert pointer.checked is not None
    assert not pointer.checked.holds
    (paused,) = records(house, "certificate.paused")
    assert paused["release"] == made, "operations hear of it"


def test_it_waits_while_a_rollout_is_open(house, far):
    """A reload under way goes first."""
    change(house)
    now = house.clock()
    house.store.commit(lambda connection: rollouts.begin(connection, "roll_1", [], [], now))
    assert compact(house, build_here) == []
    house.store.commit(lambda connection: rollouts.end(connection, "roll_1", now))
    assert len(compact(house, build_here)) == 1


def test_a_release_that_took_over_meanwhile_wins(house, far):
    """The pointer moves from the base that was compacted, or not at all."""
    change(house)
    pointer = pointer_of(house)
    first = compact_one(house, pointer, build_here)
    assert first is not None
    assert compact_one(house, pointer, build_here) is None
    assert pointer_of(house).release == first


def test_old_snapshots_go_and_recent_ones_stay(house, far):
    """Those of recent releases, and those built today, stay; going back further has them built again."""
    first = pointer_of(house).release
    change(house)
    for number in range(7):
        change_one(house, number)
        compact(house, build_here)
    digests = [name for name, _ in house.snapshots.built()]
    assert prune(house) == []
    for digest in digests:
        long_ago = time.time() - 90_000
        os.utime(house.snapshots.folder / digest, (long_ago, long_ago))
    removed = prune(house)
    assert removed
    kept = {name for name, _ in house.snapshots.built()}
    assert house.shelf.open(pointer_of(house).release).row["snapshot"] in kept
    assert len(kept) == compact_snapshots._KEPT_RELEASES
    old = house.shelf.open(first)
    assert house.snapshots.open(old.row["snapshot"], house.encoder).digest == old.row["snapshot"]


def change_one(house, number):
    document = {"collection": NAME, "id": "changing", "title": "Changing", "text": f"Edition {number} of it."}
    version = submit(house, ANN, document)["version"]
    approve(house, BEN, NAME, "changing", version)


def test_a_release_whose_snapshot_is_lost_has_no_base_to_replace(house, far, monkeypatch):
    """It holds up neither compaction nor the reading of others, and is not told every few seconds."""

    def lost(release: str) -> None:
        raise SnapshotLost(f"the snapshot of {release} is gone")

    change(house)
    monkeypatch.setattr(house.shelf, "open", lost)
    assert compact(house, build_here) == []
    assert scrub(house) == []
