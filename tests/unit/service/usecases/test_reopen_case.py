"""After a decision is out: reopening, cancelling, commenting."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import Conflict, Forbidden, LeaseLost, NotFound
from service.store import ledger
from service.store.tables_learning import examples
from service.usecases import (
    cancel_case,
    claim_case,
    comment_case,
    read_case,
    read_decision,
    reopen_case,
)
from service.usecases.resolve_case import Resolution, resolve
from tests.unit.service.usecases.case_room import (
    ALLOW,
    ANN,
    BEN,
    BLOCK,
    LEA,
    QUEUE,
    SHOP,
    asked,
    decided,
    records_of,
    state,
    told,
)

OTHER = Principal("k8", "other shop", ROLES["caller"])


def test_what_is_out_is_decided_anew_in_a_case_of_its_own(house):
    """What went out stays on record; the caller hears of the correction, and what was learned is put right."""
    decision, case = asked(house)
    decided(house, ANN, case)
    new = reopen_case.reopen(house, LEA, case, "the customer calls it fraud")["case"]
    assert state(house, case) == "reopened"
    shown = read_case.view(house, BEN, new)
    assert (shown["kind"], shown["reopens"], shown["reasons"], shown["blind"]) == ("appeal", case, ["appeal"], False)
    assert shown["review"]["reviewer"] == "Ann"
    assert read_decision.view(house, SHOP, decision)["state"] == "final"
    labels = [label["id"] for label in shown["choices"] if label["id"] != "complaint"]
    answer = decided(house, BEN, new, Resolution((labels[0],), "because", Outcome.BLOCK, note="They say so."))
    assert (answer["outcome"], answer["case"], len(answer["history"])) == ("block", new, 3)
    assert [kind for kind, _ in told(house, new) if kind.startswith("decision.")] == ["decision.corrected"]
    with house.store.read() as connection:
        rows = connection.execute(sa.select(examples.c.labels).where(examples.c.decision == decision)).all()
    assert [list(row.labels) for row in rows] == [[labels[0]]]


def test_an_appeal_that_is_turned_down_corrects_nothing(house):
    """The caller hears nothing new."""
    _, case = asked(house)
    decided(house, ANN, case)
    new = reopen_case.reopen(house, LEA, case, "look again")["case"]
    decided(house, BEN, new, ALLOW)
    assert [kind for kind, _ in told(house, new) if kind.startswith("decision.")] == []


def test_only_what_is_out_is_reopened_and_only_once(house):
    """And only by whoever leads: others cannot even ask for it at the door."""
    _, case = asked(house)
    with pytest.raises(Conflict):
        reopen_case.reopen(house, LEA, case, "x")
    decided(house, ANN, case)
    assert "reopen" in read_case.view(house, LEA, case)["allowed"]
    assert "reopen" not in read_case.view(house, ANN, case)["allowed"]
    with pytest.raises(Forbidden):
        reopen_case.reopen(house, ANN, case, "x")
    reopen_case.reopen(house, LEA, case, "x")
    with pytest.raises(Conflict):
        reopen_case.reopen(house, LEA, case, "x")


def test_a_withdrawn_request_needs_no_decision(house):
    """Its caller no longer waits, nothing was allowed, and whoever held the case has lost it."""
    decision, case = asked(house)
    lease = claim_case.claim(house, ANN, case)
    cancel_case.cancel(house, SHOP, case, "the customer called")
    seen = read_decision.view(house, SHOP, decision)
    assert (seen["state"], seen["outcome"]) == ("superseded", "review")
    assert state(house, case) == "cancelled"
    with pytest.raises(LeaseLost, match="already cancelled"):
        resolve(house, ANN, case, lease["token"], ALLOW)
    assert claim_case.claim_next(house, BEN, QUEUE) is None
    assert "decision.superseded" in [kind for kind, _ in told(house, case)]
    with pytest.raises(Conflict):
        cancel_case.cancel(house, SHOP, case)


def test_others_requests_are_nobodys_to_withdraw(house):
    """A stranger does not learn that there is such a case; a reviewer is told who may; a lead may."""
    _, case = asked(house)
    with pytest.raises(NotFound):
        cancel_case.cancel(house, OTHER, case)
    with pytest.raises(Forbidden):
        cancel_case.cancel(house, ANN, case)
    cancel_case.cancel(house, LEA, case)
    assert state(house, case) == "cancelled"


def test_what_is_decided_is_not_cancelled(house):
    """It is out; it can be reopened."""
    _, case = asked(house)
    decided(house, ANN, case, BLOCK)
    with pytest.raises(Conflict):
        cancel_case.cancel(house, LEA, case)


def test_a_comment_disturbs_nobody(house):
    """Whoever holds the case decides it all the same; the words are on the timeline and not on the ledger."""
    _, case = asked(house)
    lease = claim_case.claim(house, ANN, case)
    comment_case.comment(house, BEN, case, "Mrs Smith called twice")
    shown = read_case.view(house, ANN, case)
    assert [(one["by"], one["text"]) for one in shown["comments"]] == [("Ben", "Mrs Smith called twice")]
    assert resolve(house, ANN, case, lease["token"], ALLOW)["state"] == "final"
    comment_case.comment(house, LEA, case, "well done")
    assert "case.commented" in records_of(house, case)
    with house.store.read() as connection:
        assert b"Smith" not in b"".join(bytes(row.record) for row in ledger.about(connection, case))
