"""Releases: what is staged on an old base never undoes what was activated since."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.access import ROLES, Principal
from service.errors import CannotStart, Conflict
from service.store import pointers
from service.usecases import reload_rules
from service.usecases.examples import Example
from service.usecases.house import open_house
from service.usecases.note import read_note
from service.usecases.publish_document import approve, retire, submit
from service.usecases.rebuild_snapshot import rebuild
from service.usecases.search_documents import search
from service.usecases.stage_release import (
    BaseMoved,
    activate,
    calibration_bytes,
    calibration_cases,
    current_parts,
    stage,
)
from tests.unit.service.usecases.edits import records

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["operations"])
BEN = Principal("k2", "Ben", ROLES["operations"])


def parts_now(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
        assert found is not None
        row = pointers.release(connection, found.release)
        assert row is not None
        return current_parts(connection, row)


def release_now(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    return found.release


def edit_policy(house, old, new):
    path = house.home / "workflows" / NAME / "workflow.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_release_staged_on_an_old_base_is_refused(house):
    """Two changes at once: the second one is staged anew and keeps the first."""
    slow = stage(house, parts_now(house), "slow", "staged before the other")
    edit_policy(house, "lease_minutes: 15", "lease_minutes: 20")
    reload_rules.reload(house, "fast")
    fast = release_now(house)
    with pytest.raises(BaseMoved):
        activate(house, [slow])
    assert release_now(house) == fast


def test_a_reload_in_between_is_not_lost_by_a_rebuild(house, monkeypatch):
    """A rebuilt snapshot that meets a reload on its way gets its release anew, on top of the reloaded rules."""
    met: list[bool] = []

    def stage_and_meet_a_reload(*arguments):
        staged = stage(*arguments)
        if not met:
            met.append(True)
            edit_policy(house, "lease_minutes: 15", "lease_minutes: 20")
            reload_rules.reload(house, "meanwhile")
        return staged

    monkeypatch.setattr("service.usecases.rebuild_snapshot.stage", stage_and_meet_a_reload)
    publish_parking(house, NAME)
    old = house.shelf.open(release_now(house)).snapshot.digest
    rebuild(house, NAME, "tests")
    release = house.shelf.open(release_now(house))
    assert release.workflow.queue.lease_minutes == 20
    assert release.snapshot.digest != old
    assert found_ids(house)[0] == "doc_parking"


PARKING = {"id": "parking", "title": "Parking at branches", "text": "Park behind the branch."}


def publish_parking(house, collection):
    submit(house, ANN, PARKING | {"collection": collection})
    approve(house, BEN, collection, "parking", 1)


def found_ids(house):
    found = search(house, ANN, workflow=NAME, text="where can I park my car at the branch", k=3)
    return [item["id"] for item in found["items"]]


def test_an_approval_needs_a_second_person_and_is_found_at_once(house):
    """Nobody approves their own submission; another person's approval makes it findable with the next search, without a
    new release."""
    submit(house, ANN, PARKING | {"collection": NAME})
    release = release_now(house)
    assert "doc_parking" not in found_ids(house)
    for same in (ANN, dataclasses.replace(ANN, name="cli:ann")):
        with pytest.raises(Conflict):
            approve(house, same, NAME, "parking", 1)
    approve(house, BEN, NAME, "parking", 1)
    assert found_ids(house)[0] == "doc_parking"
    assert release_now(house) == release
    retire(house, BEN, NAME, "parking", 1, "Mr Smith moved")
    (retired,) = records(house, "document.retired")
    assert "Smith" not in str(retired), "free text is kept as a note"
    with house.store.read() as connection:
        assert read_note(connection, retired["note"]) == "Mr Smith moved"
    assert "doc_parking" not in found_ids(house)


def test_a_release_says_which_documents_its_certificate_was_made_with(house):
    """So that it is tried again when others are approved, and not before."""
    staged = stage(house, parts_now(house), "tests", "again")
    activate(house, [staged])
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
    assert pointer is not None
    assert pointer.checked is not None
    assert (pointer.checked.sequence, pointer.checked.holds) == (pointer.document_sequence, True)


def test_parts_come_back_as_they_were_staged(house):
    """Also those of a release with its own encoder: digest for digest, so that a change of rules keeps them."""
    parts = parts_now(house)
    staged = stage(house, parts, "tests", "again")
    assert parts.encoder == house.encoder.digest
    assert staged.release.encoder is house.encoder
    assert staged.release.adapter is None
    missing = dataclasses.replace(parts, encoder="1" * 64)
    with pytest.raises(CannotStart, match="was made with encoder 111111111111"):
        stage(house, missing, "tests", "no such encoder")


def test_a_certificate_does_not_outlive_its_settings(house):
    """Started with another setting that changes the route, the certificate no longer holds, and says why."""
    assert house.shelf.open(release_now(house)).certificate is not None
    other = open_house(dataclasses.replace(house).settings.model_copy(update={"evidence_k": 40}))
    try:
        release = other.shelf.open(release_now(house))
        assert release.certificate is None
        assert release.refusal is not None
        assert "evidence_k 5 → 40" in release.refusal.why
    finally:
        other.close()


def test_calibration_cases_survive_every_character(house):
    """Line separators inside a text do not split a case."""
    cases = [Example("one\u2028two\u2029three\u0085four\nfive", "a", "calibration", {"amount": 1.5})]
    assert calibration_cases(calibration_bytes(cases)) == cases


def test_a_policy_is_read_without_its_snapshot(house):
    """What a case needs of an old release is there when the release's snapshot is gone."""
    release = release_now(house)
    fresh = open_house(house.settings)
    try:
        for folder in (house.home / "snapshots").iterdir():
            folder.rename(folder.with_name("gone-" + folder.name))
        assert fresh.shelf.policy(release).name == NAME
    finally:
        fresh.close()


def test_a_new_collection_in_the_policy_comes_with_its_documents(house):
    """Adding a collection and reloading makes its documents findable."""
    publish_parking(house, "branches")
    edit_policy(house, "collections: [retail-banking]", "collections: [retail-banking, branches]")
    reload_rules.reload(house, "tests")
    assert found_ids(house)[0] == "doc_parking"
