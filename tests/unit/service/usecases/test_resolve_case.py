"""Deciding a case: only codes and known passages go on the ledger, and old releases can still be decided."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
from pydantic import ValidationError

from service.api.schemas import CaseDecision
from service.domain.access import ROLES, Principal
from service.domain.case import CaseAction
from service.domain.types import Autonomy, Guarantee, Label, Outcome, QueuePolicy, Workflow
from service.errors import Conflict, InvalidRequest
from service.settings import Settings
from service.store import cases, ledger
from service.usecases import claim_case, read_case
from service.usecases.house import open_house
from service.usecases.make_decision import Ask, decide
from service.usecases.move_case import move
from service.usecases.resolve_case import Resolution, resolve, settle_outcome

ANN = Principal("k1", "Ann", ROLES["reviewer"])
CALLER = Principal("k3", "caller", ROLES["caller"])
NAME = "retail-banking"
CLOSING = "I want to close my account because my card was declined."
GOOD = Resolution(("complaint",), "FRD-1", Outcome.ALLOW, note="They complain.")
WORKFLOW = Workflow(
    name="bank",
    title="Bank",
    packs=(),
    collections=(),
    attributes=(),
    labels=(Label("Verlust der Karte", "Lost", Outcome.ALLOW, Autonomy.DRAFT),),
    guarantee=Guarantee(0.05, 0.1),
    queue=QueuePolicy("bank"),
)


def held(house, text=CLOSING):
    made = json.loads(decide(house, CALLER, Ask(NAME, text)).body)
    return made, claim_case.claim(house, ANN, made["case"])


def refusal(resolution, passages=()):
    with pytest.raises(InvalidRequest) as error:
        settle_outcome(WORKFLOW, resolution, passages)
    return {problem.field: problem for problem in error.value.problems}


@pytest.mark.parametrize(
    "code", [" ", "Mrs Smith of 4 Elm Road lied", "-x", "a" * 81, "é", "FRD-1\n", "no label", "a,b", "a/b"]
)
def test_a_reason_code_is_a_code(code):
    """Words about a person never reach the ledger; the refusal says where they belong."""
    problem = refusal(Resolution((), code, Outcome.ALLOW))["reason_code"]
    assert "`note`" in problem.remedy


@pytest.mark.parametrize("code", ["x", "FRD-1", "evidence-clear", "a:b.c_d", "9", "a" * 80, "Verlust der Karte"])
def test_codes_and_label_ids_are_taken(code):
    """A label's id is the policy's own word, so the label itself may be the reason, however it is written."""
    assert settle_outcome(WORKFLOW, Resolution((), code, Outcome.ALLOW), ()) is Outcome.ALLOW


def test_one_label_is_one_label():
    """Where a request has one, naming two is refused; where it may have several, none is named twice."""
    two = dataclasses.replace(
        WORKFLOW, labels=(*WORKFLOW.labels, Label("fraud", "Fraud", Outcome.BLOCK, Autonomy.DRAFT))
    )
    both = Resolution(("Verlust der Karte", "fraud"), "x")
    with pytest.raises(InvalidRequest, match="has one label"):
        settle_outcome(two, both, ())
    several = dataclasses.replace(two, several=True)
    assert settle_outcome(several, both, ()) is Outcome.BLOCK
    with pytest.raises(InvalidRequest, match="named twice"):
        settle_outcome(several, dataclasses.replace(both, labels=("fraud", "fraud")), ())


def test_labels_that_leave_the_outcome_open_ask_for_one():
    """Of several labels the strictest outcome counts, and review is stricter than allow."""
    open_ = Label("open", "Open", Outcome.REVIEW, Autonomy.DRAFT)
    several = dataclasses.replace(WORKFLOW, labels=(*WORKFLOW.labels, open_), several=True)
    with pytest.raises(InvalidRequest, match="ends in allow or block"):
        settle_outcome(several, Resolution(("Verlust der Karte", "open"), "x"), ())


def test_the_api_asks_for_the_same_code():
    """The schema says the pattern, so that a caller's tools know it."""
    body = {"token": "t", "labels": [], "outcome": "allow", "passage_ids": []}
    assert CaseDecision.model_validate({**body, "reason_code": "FRD-1"}).resolution().reason_code == "FRD-1"
    assert CaseDecision.model_validate(body).resolution().code == "none_of_these"
    assert CaseDecision.model_validate({**body, "labels": ["fraud", "loss"]}).resolution().code == "fraud"
    for code in ("Mrs Smith lied", "FRD-1\n", "a" * 81):
        with pytest.raises(ValidationError):
            CaseDecision.model_validate({**body, "reason_code": code})


def test_only_passages_that_were_found_justify_a_decision():
    """An id that the stored answer does not hold is refused by name; it could hold anything."""
    problem = refusal(dataclasses.replace(GOOD, labels=(), passage_ids=("c/fees@1#0", "made up")), ["c/fees@1#0"])
    assert set(problem) == {"passage_ids"}
    assert "made up" in problem["passage_ids"].message


def test_a_passage_of_the_answer_is_recorded(house):
    """What the case shows may be named, and stands in the review."""
    made, lease = held(house)
    passage = made["documents"][0]["passage_id"]
    wrong = dataclasses.replace(GOOD, passage_ids=(passage, "Mrs Smith"))
    with pytest.raises(InvalidRequest):
        resolve(house, ANN, made["case"], lease["token"], wrong)
    right = dataclasses.replace(GOOD, passage_ids=(passage,))
    assert resolve(house, ANN, made["case"], lease["token"], right)["review"]["passages"] == [passage]


def test_a_case_of_a_release_whose_snapshot_is_gone_is_read_and_decided(house, home):
    """A case needs its policy and what was found at the time; no index has to be opened for it."""
    made, lease = held(house)
    house.close()
    shutil.rmtree(home / "snapshots")
    later = open_house(Settings(home=home))
    try:
        assert read_case.view(later, ANN, made["case"])["choices"]
        assert claim_case.renew(later, ANN, made["case"], lease["token"])["until"]
        again = claim_case.claim(later, ANN, made["case"])
        assert resolve(later, ANN, made["case"], again["token"], GOOD)["outcome"] == "allow"
    finally:
        later.close()


def test_a_case_that_changed_in_between_is_not_decided_over(house):
    """The write names the version that was read; nothing is recorded when it is another one by now."""
    made, lease = held(house)
    with house.store.read() as connection:
        stale = cases.get(connection, made["case"])
    assert stale is not None
    claim_case.renew(house, ANN, made["case"], lease["token"])
    with pytest.raises(Conflict):
        house.store.commit(lambda c: move(c, house, stale, CaseAction.DECIDE, by="Ann", now=house.clock()))
    assert read_case.view(house, ANN, made["case"])["state"] == "claimed"


def test_nothing_a_person_wrote_is_on_the_ledger(house):
    """Note and reply are payloads; the record holds their digest."""
    made, lease = held(house)
    resolve(house, ANN, made["case"], lease["token"], dataclasses.replace(GOOD, note="Mrs Smith", reply="Dear Mrs S"))
    with house.store.read() as connection:
        records = b"".join(bytes(row.record) for row in ledger.about(connection, made["id"]))
    assert b"FRD-1" in records
    assert b"Mrs" not in records
