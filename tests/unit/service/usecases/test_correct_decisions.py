"""Correction: what rests on something wrong is made again, and another decision or a case takes its place."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from service.domain.access import ROLES, Principal
from service.errors import Conflict, InvalidRequest
from service.store import decisions, events, ledger, tables
from service.usecases import halt, read_case, read_decision, run_jobs
from service.usecases.appeal_decision import appeal
from service.usecases.correct_decisions import Fault, How, correct
from service.usecases.disable_rule import disable
from service.usecases.make_decision import Ask, decide
from service.usecases.replay_decision import replay
from tests.unit.service.usecases.case_room import ALLOW, ANN, LEA, SHOP, decided
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT, pointer_now

OPERATOR = Principal("k1", "operator", ROLES["operations"])
ABROAD = "My transfer abroad has not arrived yet, where is it?"
EMBARGO, THREATS = "embargoed-country-customer", "threat-to-staff"


def asked(house, text, **attributes):
    return json.loads(decide(house, SHOP, Ask(NAME, text, attributes)).body)


def fault(house, **named):
    return Fault(NAME, house.clock() - timedelta(hours=1), house.clock() + timedelta(hours=1), **named)


def corrected(house, wrong, *, dry_run=False, how=How.DECIDE):
    job = run_jobs.ask_correct(house, "operator", wrong, why="it fires on films", how=how, dry_run=dry_run)["id"]
    run_jobs.run_here(house, job)
    return run_jobs.view(house, job)["report"]


def off(house, rule):
    """What was wrong is mended."""
    disable(house, "ann", rule, timedelta(hours=4), "it was wrong")


def records(house, subject):
    with house.store.read() as connection:
        return {row.kind: json.loads(row.record)["body"] for row in ledger.about(connection, subject)}


def heard(house, kind):
    with house.store.read() as connection:
        return [row.body for row in events.following(connection, 0, 1_000) if row.type == kind]


def test_a_rule_that_was_wrong(house):
    """A dry run first, with examples; then another decision takes the place of each, and the old one names it."""
    wrong, other = asked(house, ABROAD, country="IR"), asked(house, CLEAR)
    assert wrong["outcome"] == "block"
    off(house, EMBARGO)
    would = corrected(house, fault(house, rule=EMBARGO), dry_run=True, how=How.CASE)
    assert (would["superseded"], would["cases"]) == (0, 1)
    would = corrected(house, fault(house, rule=EMBARGO), dry_run=True)
    assert (would["decisions"], would["concerned"], would["superseded"], would["cases"]) == (2, 1, 1, 0)
    (example,) = would["examples"]
    assert (example["decision"], example["becomes"]) == (wrong["id"], "superseded")
    assert read_decision.view(house, SHOP, wrong["id"])["state"] == "final"
    done = corrected(house, fault(house, rule=EMBARGO))
    assert done["outcomes"] == [{"before": "block", "after": "allow", "count": 1}]
    old = read_decision.view(house, SHOP, wrong["id"])
    new = read_decision.view(house, SHOP, old["superseded_by"])
    assert (old["state"], old["outcome"], new["state"], new["outcome"]) == ("superseded", "block", "final", "allow")
    assert (new["supersedes"], new["decided_by"], new["release"]) == (
        wrong["id"],
        "classifier",
        pointer_now(house).release,
    )
    assert old["history"][-1]["superseded_by"] == new["id"]
    assert read_decision.view(house, SHOP, other["id"])["state"] == "final"
    (told,) = heard(house, "decision.corrected")
    assert (told["decision"], told["superseded_by"], told["outcome"]) == (wrong["id"], new["id"], "allow")
    assert records(house, new["id"])["decision.corrected"]["supersedes"] == wrong["id"]
    body = records(house, wrong["id"])["decision.superseded"]
    assert (body["superseded_by"], body["rule"], "films" in str(body)) == (new["id"], EMBARGO, False)
    again = corrected(house, fault(house, rule=EMBARGO))
    assert (again["superseded"], again["left"]) == (0, {"superseded": 1})
    for each in (wrong["id"], new["id"]):
        assert replay(house, OPERATOR, each)["identical"] is True
    with pytest.raises(Conflict, match=new["id"]):
        appeal(house, SHOP, wrong["id"], "It was a film.")


def test_where_people_have_to_look_a_case_each(house):
    """Because today it comes out for review, or because whoever corrects wants it so; what was decided stands."""
    wrong = asked(house, THREAT)
    off(house, THREATS)
    done = corrected(house, fault(house, rule=THREATS))
    assert (done["superseded"], done["cases"]) == (0, 1)
    now = read_decision.view(house, SHOP, wrong["id"])
    assert (now["state"], now["outcome"]) == ("final", "block")
    case = read_case.view(house, LEA, now["case"])
    assert (case["kind"], case["reasons"][0], case["state"]) == ("after_the_fact", "correction", "queued")
    assert corrected(house, fault(house, rule=THREATS))["left"] == {"with_people": 1}
    assert decided(house, ANN, now["case"], ALLOW)["outcome"] == "allow"
    assert records(house, wrong["id"])["decision.overturned"]["was"]["outcome"] == "block"
    assert corrected(house, fault(house, rule=THREATS))["left"] == {"decided_by_people": 1}
    assert [each["outcome"] for each in heard(house, "decision.corrected")] == ["allow"]


def test_by_document_and_by_release(house):
    """What cites it, any version or one; and all that a release decided. What comes out the same stays as it is."""
    made = asked(house, CLEAR)
    cited = made["documents"][0]
    name, version = cited["id"], cited["version"]
    for said in (name, f"{cited['collection']}/{name.removeprefix('doc_')}@{version}"):
        found = correct(house, "operator", fault(house, document=said), note="n", dry_run=True)
        assert (found["concerned"], found["unchanged"]) == (1, 1)
    for said in (f"{name}@{version + 1}", "nothing"):
        assert correct(house, "operator", fault(house, document=said), note="n", dry_run=True)["concerned"] == 0
    release = pointer_now(house).release
    found = correct(house, "operator", fault(house, release=release), note="n", dry_run=True)
    assert (found["decisions"], found["concerned"], found["unchanged"]) == (1, 1, 1)
    assert correct(house, "operator", fault(house, release="rel_none"), note="n", dry_run=True)["decisions"] == 0


def test_what_cannot_be_corrected_says_so(house):
    """Two faults at once, no time, a workflow that is halted; and what is erased is counted."""
    made, now = asked(house, THREAT), house.clock()
    for wrong in (fault(house), fault(house, rule="a", document="b"), Fault(NAME, now, now, "a")):
        with pytest.raises(InvalidRequest):
            wrong.check()

    def erase(connection):
        row = decisions.get(connection, made["id"])
        assert row is not None
        gone = tables.payloads.update().where(tables.payloads.c.id.in_([row.request, row.answer]))
        connection.execute(gone.values(data=b""))

    house.store.commit(erase)
    found = correct(house, "operator", fault(house, rule=THREATS), note="n", dry_run=True)
    assert found["left"] == {"erased": 1}
    halt.halt(house, OPERATOR, NAME, "drill")
    with pytest.raises(Conflict, match="stopped"):
        correct(house, "operator", fault(house, rule=THREATS), note="n", dry_run=True)
