"""Handing over and escalating: the case goes to whom it was meant for, and to nobody else."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.access import Grant, Principal, Scope
from service.errors import Conflict, Forbidden, InvalidRequest, LeaseLost, NotFound
from service.usecases import claim_case, hand_over_case, read_case
from service.usecases.case_chores import wake_due_cases
from service.usecases.manage_keys import create
from service.usecases.resolve_case import resolve
from tests.unit.service.usecases.case_room import (
    ALLOW,
    ANN,
    BEN,
    CAT,
    LEA,
    QUEUE,
    SHOP,
    later,
    several,
    state,
    taken_next,
    under,
)


@pytest.fixture
def team(house):
    """The instance, where Ann, Ben and Lea have keys."""
    for who, role in ((ANN, "reviewer"), (BEN, "reviewer"), (LEA, "lead"), (SHOP, "caller")):
        create(house, "tests", name=who.name, role=role)
    return house


def test_a_case_that_is_handed_over_goes_to_that_person_first_of_all(team):
    """And to nobody else, by whatever way they ask."""
    first, second = several(team, 2)
    lease = claim_case.claim(team, ANN, second)
    hand_over_case.assign(team, ANN, second, to="Ben", token=lease["token"], note="you know them")
    with pytest.raises(Conflict, match="handed over to Ben until"):
        claim_case.claim(team, CAT, second)
    assert "claim" not in read_case.view(team, CAT, second)["allowed"]
    assert "claim" in read_case.view(team, BEN, second)["allowed"]
    assert taken_next(team, CAT, QUEUE)["case"] == first
    assert claim_case.claim_next(team, CAT, QUEUE) is None
    taken = taken_next(team, BEN, QUEUE)
    assert taken["case"] == second
    assert resolve(team, BEN, second, taken["token"], ALLOW)["state"] == "final"
    with pytest.raises(LeaseLost):
        resolve(team, ANN, second, lease["token"], ALLOW)


def test_what_is_not_taken_up_is_anybodys_again(team):
    """After the queue's time for a decision."""
    (case,) = several(team, 1)
    hand_over_case.assign(team, LEA, case, to="Ben")
    assert claim_case.claim_next(later(team, hours=23), CAT, QUEUE) is None
    assert taken_next(later(team, hours=24), CAT, QUEUE)["case"] == case


def test_the_steward_ends_hand_overs_too(team):
    """The timeline says that it lapsed."""
    (case,) = several(team, 1)
    hand_over_case.assign(team, LEA, case, to="Ben")
    assert wake_due_cases(later(team, hours=24)) == 1
    shown = read_case.view(team, CAT, case)
    assert (shown["assigned_to"], shown["events"][-1]["told"]) == (None, {"lapsed": "Ben"})


def test_whoever_leads_hands_over_what_others_hold(team):
    """Their holder has lost it at once; nobody else may do that."""
    (case,) = several(team, 1)
    lease = claim_case.claim(team, ANN, case)
    with pytest.raises(LeaseLost):
        hand_over_case.assign(team, CAT, case, to="Ben")
    hand_over_case.assign(team, LEA, case, to="Ben")
    with pytest.raises(LeaseLost):
        claim_case.renew(team, ANN, case, lease["token"])
    assert claim_case.claim(team, BEN, case)["case"] == case


@pytest.mark.parametrize("name", ["Nobody", "shop", ""])
def test_a_case_is_handed_over_only_to_somebody_who_may_decide_it(team, name):
    """Else it would wait for nobody; the field is named."""
    (case,) = several(team, 1)
    with pytest.raises(InvalidRequest) as error:
        hand_over_case.assign(team, LEA, case, to=name)
    assert [problem.field for problem in error.value.problems] == ["to"]
    assert state(team, case) == "queued"


def test_an_escalated_case_waits_where_the_policy_says(team):
    """Not for whoever escalated it, and with what they said."""
    (case,) = several(team, 1)
    leads = under(team, escalate_to="leads")
    lease = claim_case.claim(leads, ANN, case)
    assert hand_over_case.escalate(leads, ANN, case, lease["token"], "above my limit") == {"queue": "leads"}
    shown = read_case.view(leads, LEA, case)
    assert (shown["queue"], shown["state"], shown["stage"]) == ("leads", "escalated", "escalated")
    assert shown["events"][-1]["note"] == "above my limit"
    assert claim_case.claim_next(leads, BEN, QUEUE) is None
    assert claim_case.claim_next(leads, ANN, "leads") is None
    taken = taken_next(leads, LEA, "leads")
    claim_case.give_back(leads, LEA, case, taken["token"])
    assert state(leads, case) == "escalated"
    taken = taken_next(leads, LEA, "leads")
    assert resolve(leads, LEA, case, taken["token"], ALLOW)["state"] == "final"


def test_rights_in_one_queue_are_rights_in_that_queue(team):
    """Whoever reviews elsewhere sees and does nothing here."""
    (case,) = several(team, 1)
    there = Principal("k8", "Dan", frozenset(), grants=(Grant("elsewhere", frozenset({Scope.REVIEW, Scope.READ})),))
    here = dataclasses.replace(there, grants=(Grant(QUEUE, frozenset({Scope.REVIEW}), frozenset({"claim", "decide"})),))
    with pytest.raises(NotFound):
        read_case.view(team, there, case)
    with pytest.raises(NotFound):
        claim_case.claim(team, there, case)
    with pytest.raises(Forbidden):
        claim_case.claim_next(team, there, QUEUE)
    with pytest.raises(Forbidden):
        read_case.page(team, there, queue=QUEUE)
    assert read_case.page(team, there)["items"] == []
    assert [one["queue"] for one in read_case.queues(team, there)] == []
    assert read_case.view(team, here, case)["allowed"] == ["claim"]
    lease = claim_case.claim(team, here, case)
    with pytest.raises(Forbidden):
        claim_case.skip(team, here, case, lease["token"], "x")
    assert resolve(team, here, case, lease["token"], ALLOW)["review"]["reviewer"] == "Dan"
