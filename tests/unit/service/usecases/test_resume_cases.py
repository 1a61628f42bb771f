"""Halt holds also what is under way; resume decides what waited only for that, and leaves the rest to people."""

from __future__ import annotations

import dataclasses
import json

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.errors import NotFound
from service.store import attached, cases, decisions, events, ledger, tables
from service.usecases import claim_case, halt, read_case, read_decision, resume_cases, run_jobs
from service.usecases.make_decision import Ask, decide, prepare
from service.usecases.replay_decision import replay
from service.usecases.today import made_today
from tests.unit.service.usecases.case_room import ANN, LEA, SHOP
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT, pointer_now

OPERATOR = Principal("k1", "operator", ROLES["operations"])
PIGEONS = "Pigeons sat on the roof and sang of curtains."
OTHER = "My new card has not arrived yet, where is it?"


def asked(house, text, who=SHOP):
    return json.loads(decide(house, who, Ask(NAME, text)).body)


def resumed(house, **more):
    """Resumed, and the work that it asks for done."""
    found = halt.resume(house, OPERATOR, NAME, **more)
    for job in found["jobs"]:
        run_jobs.run_here(house, job)
    return found


def report(house, found):
    return run_jobs.view(house, found["jobs"][0])["report"]


def records(house, subject):
    with house.store.read() as connection:
        return {row.kind: json.loads(row.record)["body"] for row in ledger.about(connection, subject)}


def test_a_request_under_way_when_somebody_halts_is_held(house):
    """It was considered before and is recorded after: whoever halted has the answer, so nothing is allowed."""
    prepared = prepare(house, SHOP, Ask(NAME, CLEAR))
    blocked = prepare(house, SHOP, Ask(NAME, THREAT))
    halt.halt(house, OPERATOR, NAME, "drill")
    answered = prepared.submit(house.store).result()
    body = json.loads(answered.body)
    assert (answered.status, body["state"], body["outcome"], body["reasons"]) == (202, "waiting", "review", ["halted"])
    with house.store.read() as connection:
        row = decisions.get(connection, body["id"])
        case = cases.get(connection, body["case"])
    assert row is not None
    assert case is not None
    assert (row.state, row.outcome, case.state, case.reasons) == ("waiting", "review", "queued", ["halted"])
    assert json.loads(blocked.submit(house.store).result().body)["outcome"] == "block"
    assert replay(house, OPERATOR, body["id"])["identical"] is True


def test_a_request_under_way_when_an_alarm_sends_all_to_people_is_held_too(house):
    """The same door, another reason."""
    prepared = prepare(house, SHOP, Ask(NAME, CLEAR))
    house.store.commit(lambda connection: connection.execute(tables.workflows.update().values(watched_by="look_1")))
    assert json.loads(prepared.submit(house.store).result().body)["reasons"] == ["degraded"]


def test_resume_decides_what_waited_only_for_that(house):
    """A linked record, no new decision: the caller hears, the case is closed, and what is ambiguous stays."""
    halt.halt(house, OPERATOR, NAME, "drill")
    clear, pigeons = asked(house, CLEAR), asked(house, PIGEONS)
    found = resumed(house)
    assert found["held"] == [{"workflow": NAME, "reason": "halted", "cases": 2}]
    told = report(house, found)
    assert (told["cases"], told["decided"], told["decisions"], told["stay"], told["outcomes"]) == (
        2,
        1,
        1,
        1,
        {"allow": 1},
    )
    assert told["reasons"]["below_threshold"] == 1
    view = read_decision.view(house, SHOP, clear["id"])
    assert (view["state"], view["outcome"], view["decided_by"]) == ("final", "allow", "classifier")
    assert [(each["state"], each["outcome"]) for each in view["history"]] == [("waiting", "review"), ("final", "allow")]
    assert view["history"][1]["resumed"] is True
    assert view["labels"][0]["label"] == "card_payment_charged_twice"
    assert read_case.view(house, LEA, clear["case"])["state"] == "cancelled"
    assert read_case.view(house, LEA, pigeons["case"])["state"] == "queued"
    assert read_decision.view(house, SHOP, pigeons["id"])["state"] == "waiting"
    body = records(house, clear["id"])["decision.resumed"]
    assert (body["state"], body["outcome"], body["by"], body["certified"]) == ("final", "allow", "operator", True)
    with house.store.read() as connection:
        heard = [row.body for row in events.following(connection, 0, 1_000) if row.type == "decision.final"]
    assert heard == [
        {"decision": clear["id"], "case": clear["case"], "workflow": NAME, "outcome": "allow", "state": "final"}
    ]


def test_a_dry_run_changes_nothing_and_says_what_would_come_of_it(house):
    """Also while it is halted still."""
    halt.halt(house, OPERATOR, NAME, "drill")
    clear = asked(house, CLEAR)
    asked(house, PIGEONS)
    found = halt.resume(house, OPERATOR, None, dry_run=True)
    (tried,) = found["tried"]
    assert (found["halted"], found["jobs"], tried["waiting"], tried["decided"], tried["stay"]) == (True, [], 2, 1, 1)
    assert read_decision.view(house, SHOP, clear["id"])["state"] == "waiting"
    assert asked(house, CLEAR)["reasons"] == ["halted"]
    with pytest.raises(NotFound):
        halt.resume(house, OPERATOR, "nowhere", dry_run=True)


def test_what_somebody_has_in_hand_or_was_drawn_is_left_to_them(house):
    """A claimed case, and one that is a blind check."""
    halt.halt(house, OPERATOR, NAME, "drill")
    mine = asked(house, CLEAR)
    claim_case.claim(house, ANN, mine["case"])
    release = house.shelf.open(pointer_now(house).release)
    house.shelf.put(dataclasses.replace(release, workflow=dataclasses.replace(release.workflow, random_check=1.0)))
    drawn = asked(house, CLEAR)
    house.shelf.put(release)
    told = report(house, resumed(house))
    assert (told["cases"], told["decided"], told["stay"]) == (1, 0, 1)
    for each in (mine, drawn):
        assert read_decision.view(house, SHOP, each["id"])["state"] == "waiting"


def test_halted_again_meanwhile_decides_nothing(house, monkeypatch):
    """Asked where it is recorded, as for any request."""
    halt.halt(house, OPERATOR, NAME, "drill")
    clear = asked(house, CLEAR)
    halt.resume(house, OPERATOR, NAME, rerun=False)

    def halting(house, *arguments, **more):
        made = made_today(house, *arguments, **more)
        halt.halt(house, OPERATOR, NAME, "again")
        return made

    monkeypatch.setattr(resume_cases, "made_today", halting)
    told = resume_cases.rerun(house, "operator", NAME, dry_run=False)
    assert (told["decided"], told["taken"]) == (0, 1)
    assert read_decision.view(house, SHOP, clear["id"])["state"] == "waiting"


def test_attached_requests_are_decided_with_it_or_go_on_without(house):
    """Each of them is considered by itself."""
    halt.halt(house, OPERATOR, NAME, "drill")
    whole, part = asked(house, CLEAR), asked(house, OTHER)
    with_whole, with_part = asked(house, CLEAR), asked(house, PIGEONS)

    def join(connection):
        for case, each in ((whole["case"], with_whole), (part["case"], with_part)):
            attached.add(connection, case, [each["id"]], house.clock())
            decisions.lead_to(connection, each["id"], case)
            connection.execute(sa.delete(tables.case_reasons).where(tables.case_reasons.c.case == each["case"]))

    house.store.commit(join)
    told = report(house, resumed(house))
    assert (told["cases"], told["decided"], told["decisions"]) == (2, 1, 3)
    views = {name: read_decision.view(house, SHOP, each["id"]) for name, each in
             {"whole": whole, "with_whole": with_whole, "part": part, "with_part": with_part}.items()}  # fmt: skip
    assert {name: view["state"] for name, view in views.items()} == {
        "whole": "final",
        "with_whole": "final",
        "part": "final",
        "with_part": "waiting",
    }
    assert read_case.view(house, LEA, views["with_part"]["case"])["state"] == "queued"
    assert views["with_part"]["case"] != part["case"]
