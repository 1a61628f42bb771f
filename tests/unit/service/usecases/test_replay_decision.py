"""Replay of one decision: bit for bit whatever has changed since, and on a candidate with what changes and why."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest

from service.domain.access import ROLES, Principal
from service.errors import BlindCheck, NotFound
from service.store import decisions, pointers, tables
from service.usecases import halt
from service.usecases.disable_rule import disable
from service.usecases.make_decision import Ask, decide
from service.usecases.publish_document import approve, submit
from service.usecases.reload_rules import reload
from service.usecases.replay_decision import replay
from tests.house import moved_by
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT, edit_rule, pointer_now

OPERATOR = Principal("k1", "operator", ROLES["operations"], frozenset({"staff"}))
OTHER = Principal("k2", "other", ROLES["operations"])
AUDITOR = Principal("k3", "Aude", ROLES["auditor"])
REVIEWER = Principal("k4", "Rita", ROLES["reviewer"])
HELD = "I want to close my account because my card 4111 1111 1111 1111 was declined."
PIGEONS = "Pigeons sat on the roof and sang of curtains."
TEXTS = (CLEAR, THREAT, HELD, PIGEONS)


def made(house, text, who=OPERATOR, **ask):
    return json.loads(decide(house, who, Ask(NAME, text, **ask)).body)["id"]


def replays(house, *ids):
    return [replay(house, AUDITOR, each) for each in ids]


def document(house, text):
    submit(house, OPERATOR, {"collection": NAME, "id": "parking", "title": "Cards charged twice", "text": text})
    approve(house, OTHER, NAME, "parking", 1)


def test_it_comes_out_bit_for_bit_whatever_has_changed_since(house):
    """Rules, documents, disabled rules, halts and the calendar are as they were; the old snapshot is built again."""
    ids = [made(house, text, attributes={"channel": "app"}, subject="S-1") for text in TEXTS]
    disable(house, "ann", "threat-to-staff", timedelta(hours=1), "a test")
    ids.append(made(house, THREAT))
    halt.halt(house, OPERATOR, NAME, "drill")
    ids.append(made(house, CLEAR))
    halt.resume(house, OPERATOR, NAME)
    document(house, "I was charged twice for the same card payment: we refund it within a day.")
    edit_rule(house.home, "threat-to-staff", "severity: critical", "severity: low")
    reload(house, "ann")
    later = moved_by(house, timedelta(days=500))
    found = replays(later, *ids)
    assert [(each["identical"], each["changed"], each["changes"]) for each in found] == [(True, False, [])] * len(ids)
    assert [each["own"] for each in found] == [True] * len(ids)
    assert found[0]["answer"]["documents"] != []


def test_a_failed_room_and_a_draw_are_taken_as_they_were(house, monkeypatch):
    """What could not be asked then is not asked now, and whoever was drawn is drawn again."""
    release = house.shelf.open(pointer_now(house).release)
    checking = dataclasses.replace(release, workflow=dataclasses.replace(release.workflow, random_check=1.0))
    house.shelf.put(checking)
    drawn = [made(house, text) for text in TEXTS]
    broken = dataclasses.replace(checking, head=None)
    house.shelf.put(broken)
    failed = [made(house, text) for text in TEXTS]
    house.shelf.put(checking)
    found = replays(house, *drawn, *failed)
    assert [each["identical"] for each in found] == [True] * 8
    assert [each["answer"]["reasons"] for each in found[4:6]] == [["degraded", "random_check"], ["random_check"]]


def test_on_a_candidate_it_says_what_changes_and_why(house):
    """The rule that no longer blocks, and that it is the rules that differ."""
    decision, first = made(house, THREAT), pointer_now(house).release
    edit_rule(house.home, "threat-to-staff", "effect: block", "effect: review")
    reload(house, "ann")
    second = pointer_now(house).release
    found = replay(house, AUDITOR, decision, second)
    assert (found["own"], found["changed"], found["identical"], found["parts"]) == (False, True, False, ["rules"])
    told = {each["member"]: each for each in found["changes"]}
    assert (told["outcome"]["before"], told["outcome"]["after"]) == ("block", "review")
    assert "rule_review" in told["reasons"]["gained"]
    unchanged = made(house, CLEAR)
    back = replay(house, AUDITOR, unchanged, first)
    assert (back["changed"], back["identical"], back["changes"]) == (False, True, [])


def test_erased_is_all_that_is_said_of_what_is_erased(house):
    """There is nothing to ask again."""
    decision = made(house, CLEAR, subject="S-1")

    def erase(connection):
        row, payloads = decisions.get(connection, decision), tables.payloads
        assert row is not None
        connection.execute(payloads.update().where(payloads.c.id.in_([row.request, row.answer])).values(data=b""))

    house.store.commit(erase)
    found = replay(house, AUDITOR, decision)
    assert found["state"] == "erased"
    assert not any(found[name] for name in ("identical", "changed", "before", "after", "answer", "changes"))


def test_who_may_not_read_it_may_not_replay_it(house):
    """Neither a decision that is not there, nor one that is being checked blind, nor another workflow's release."""
    with pytest.raises(NotFound):
        replay(house, AUDITOR, "dec_none")
    release = house.shelf.open(pointer_now(house).release)
    house.shelf.put(dataclasses.replace(release, workflow=dataclasses.replace(release.workflow, random_check=1.0)))
    drawn = made(house, CLEAR)
    with pytest.raises(BlindCheck):
        replay(house, REVIEWER, drawn)
    with pytest.raises(NotFound):
        replay(house, AUDITOR, drawn, "rel_none")


def test_a_snapshot_that_was_removed_is_built_again(house, monkeypatch):
    """An old release needs nothing that is still on the disk."""
    decision = made(house, CLEAR)
    with house.store.read() as connection:
        row = pointers.release(connection, pointer_now(house).release)
    assert row is not None
    house.shelf.let_go(row["snapshot"])
    house.views.let_go(row["snapshot"])
    house.snapshots.remove(row["snapshot"])
    assert replay(house, AUDITOR, decision)["identical"] is True
