"""Rolling back: what answered before answers again, with its own certificate, and stays."""

from __future__ import annotations

import json

import pytest

from service.errors import Conflict, InvalidRequest, NotFound, RulesPinned
from service.store import ledger, payloads, pointers
from service.usecases.house import open_house
from service.usecases.publish_document import approve, submit
from service.usecases.reload_rules import reload
from service.usecases.rollback_rules import rollback, unpin, versions
from tests.unit.service.usecases.edits import (
    ANN,
    BEN,
    NAME,
    SOLICITOR,
    asked,
    edit_rule,
    pointer_now,
    records,
    rule_now,
    two_people,
)


def loosen(house):
    edit_rule(house.home, "authority-or-lawyer-named", "effect: review", "effect: flag")
    return reload(house, "ann")


def test_the_old_release_itself_answers_again_and_stays(house):
    """Own certificate, pinned; a reload is refused, an automatic one passes it by, a restart keeps it."""
    first = pointer_now(house)
    loosen(house)
    back = rollback(house, "ben", None, None, "Mr Smith's letter")
    (one,) = back["workflows"]
    assert (one["workflow"], one["release"]) == (NAME, first.release)
    now = pointer_now(house)
    assert (now.release, now.pinned_by) == (first.release, "ben")
    assert "rule_review" in asked(house, SOLICITOR)["reasons"]
    with pytest.raises(RulesPinned, match="ben"):
        reload(house, "ann")
    assert reload(house, "start", automatic=True)["changed"] is False
    other = open_house(house.settings)
    try:
        reload(other, "start", automatic=True)
        assert pointer_now(other).release == first.release
    finally:
        other.close()
    assert reload(house, "ann", unpin=True)["changed"] is True
    assert pointer_now(house).pinned_by is None
    assert [body["by"] for body in records(house, "rules.unpinned")] == ["ann"]


def test_why_is_a_note_and_what_changed_is_on_the_ledger(house):
    """No word of free text in the chain; the ids of what came back are."""
    loosen(house)
    before = pointer_now(house).release
    rollback(house, "ben", NAME, None, "Mr Smith's letter")
    with house.store.read() as connection:
        (row,) = ledger.page(connection, ["rules.rolled_back"])
        body = json.loads(row.record)["body"]
        note = payloads.get(connection, body["note"])
    assert b"Smith" not in bytes(row.record)
    assert json.loads(note) == {"why": "Mr Smith's letter"}
    assert (body["by"], body["before"], body["to"]) == ("ben", before, pointer_now(house).release)
    assert body["changes"]["changed"] == ["authority-or-lawyer-named"]


def test_documents_that_came_since_stay(house):
    """The old rules with today's documents are a new release, certified anew, and going back again goes further."""
    loosen(house)
    document = {"collection": NAME, "id": "parking", "title": "Parking at branches", "text": "Park behind the branch."}
    submit(house, ANN, document)
    approve(house, BEN, NAME, "parking", 1)
    snapshot = house.shelf.open(pointer_now(house).release).row["snapshot"]
    (one,) = rollback(house, "ben", NAME, None, "too many complaints")["workflows"]
    release = house.shelf.open(one["release"])
    assert release.row["snapshot"] == snapshot
    assert release.certificate is not None
    assert rule_now(house, "authority-or-lawyer-named").effect == "review"
    with pytest.raises(Conflict, match="no earlier rules"):
        rollback(house, "ben", NAME, None, "once more")


def test_a_release_may_be_named(house):
    """Also forward; but not one of another workflow, none that is not there, and not what answers."""
    first = pointer_now(house).release
    second = loosen(house)["workflows"][0]["release"]
    rollback(house, "ben", None, first, "a test")
    rollback(house, "ben", NAME, second, "a test")
    assert pointer_now(house).release == second
    with pytest.raises(Conflict, match="already"):
        rollback(house, "ben", NAME, second, "a test")
    with pytest.raises(NotFound):
        rollback(house, "ben", NAME, "rel_none", "a test")
    with pytest.raises(NotFound):
        rollback(house, "ben", "other", None, "a test")
    with pytest.raises(InvalidRequest) as error:
        rollback(house, "ben", NAME, None, "  ")
    assert error.value.problems[0].field == "why"


def test_who_was_slower_does_not_go_back_further(house):
    """What was to go went already: Conflict, and the rules that somebody else went back to stay."""
    loosen(house)
    edit_rule(house.home, "press", "effect: review", "effect: flag")
    reload(house, "ann")
    seen = pointer_now(house).release
    rollback(house, "ben", NAME, None, "too loose")
    answers = pointer_now(house).release
    with pytest.raises(Conflict, match=seen):
        rollback(house, "alarm", NAME, None, "too loose", instead_of=seen)
    assert pointer_now(house).release == answers


def test_nobody_alone_goes_back_to_being_alone(house):
    """A policy that asks for a second person is not ended by going back to one that does not."""
    first = pointer_now(house).release
    two_people(house.home)
    reload(house, "ann")
    guarded = pointer_now(house).release
    for target in (None, first):
        with pytest.raises(Conflict, match="second person"):
            rollback(house, "ann", NAME, target, "a test")
    assert pointer_now(house).release == guarded


def test_what_never_answered_cannot_be_gone_back_to(house):
    """A release that is only being rolled out."""
    with house.store.read() as connection:
        row = pointers.release(connection, pointer_now(house).release)
    assert row is not None
    house.store.commit(lambda connection: pointers.add_release(connection, **{**row, "id": "rel_waiting"}))
    with pytest.raises(NotFound, match="rel_waiting"):
        rollback(house, "ann", NAME, "rel_waiting", "a test")


def test_unpinning_alone_changes_no_rule(house):
    """The files are taken over with the next reload; unpinning what is not pinned does nothing."""
    loosen(house)
    rollback(house, "ben", NAME, None, "a test")
    kept = pointer_now(house).release
    assert unpin(house, "ann", NAME) == {"workflow": NAME, "unpinned": True}
    assert unpin(house, "ann", NAME) == {"workflow": NAME, "unpinned": False}
    assert pointer_now(house).release == kept
    assert reload(house, "start", automatic=True)["changed"] is True
    with pytest.raises(NotFound):
        unpin(house, "ann", "other")


def test_a_rollback_leads_further_back_each_time():
    """What a rollback went past is not gone back to: a, b, back to a, then c, then back twice ends before a."""

    def record(sequence, kind, release, rules):
        return (sequence, kind, release, {"rules": rules, "policy": "p"})

    lived = [
        record(1, "release.activated", "r1", "z"),
        record(2, "rules.reloaded", "r2", "a"),
        record(3, "rules.reloaded", "r3", "b"),
        record(4, "release.documents_changed", "r4", "b"),
        record(5, "rules.rolled_back", "r5", "a"),
        record(6, "rules.reloaded", "r6", "c"),
    ]
    assert [each.release for each in versions(lived)] == ["r1", "r5", "r6"]
    lived.append(record(7, "rules.rolled_back", "r5", "a"))
    assert [each.release for each in versions(lived)] == ["r1", "r5"]
    assert [each.release for each in versions(lived[:4])] == ["r1", "r2", "r4"]
