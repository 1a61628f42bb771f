"""The undo window: a decision is nobody's business but its reviewer's until it is out."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import Conflict, InvalidRequest, LeaseLost
from service.store import reviews
from service.store.tables_learning import examples
from service.usecases import claim_case, read_case, read_decision, reopen_case, undo_case
from service.usecases.case_chores import wake_due_cases
from service.usecases.resolve_case import Resolution, resolve
from tests.unit.service.usecases.case_room import (
    ALLOW,
    ANN,
    BEN,
    BLOCK,
    CAT,
    LEA,
    SHOP,
    asked,
    decided,
    events_of,
    later,
    state,
    told,
    under,
)

AUDITOR = Principal("k9", "Aude", ROLES["auditor"])


@pytest.fixture
def patient(house):
    """The instance, whose queue lets people think again for twenty seconds."""
    return under(house, undo_seconds=20.0)


def taught(house):
    with house.store.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(examples).where(examples.c.source == "review"))


def outside(house, case):
    return [kind for kind, _ in told(house, case) if kind.startswith("decision.")]


def test_within_the_window_nobody_outside_hears_of_it(patient):
    """The caller still waits, no message says how it ended, nothing was learned. The reviewer sees what they said."""
    decision, case = asked(patient)
    answer = decided(patient, ANN, case)
    assert (answer["state"], answer["outcome"], answer["review"]["outcome"]) == ("waiting", "review", "allow")
    assert answer["undo_until"] is not None
    seen = read_decision.view(patient, SHOP, decision)
    assert (seen["state"], seen["outcome"], seen.get("review")) == ("waiting", "review", None)
    assert outside(patient, case) == []
    assert not any("outcome" in body for _, body in told(patient, case))
    assert taught(patient) == 0
    shown = read_case.view(patient, ANN, case)
    assert (shown["state"], shown["undo_until"], shown["review"]) == ("decided", answer["undo_until"], None)
    assert [each["outcome"] for each in shown["opinions"]] == ["allow"]
    assert read_case.view(patient, BEN, case)["opinions"] == []
    assert "undo" in shown["allowed"]
    assert "undo" not in read_case.view(patient, BEN, case)["allowed"]


def test_after_the_window_it_is_out_whoever_comes_first(patient):
    """The caller's own question sends it out to the moment; the steward does it where nobody asks."""
    first, second = asked(patient), asked(patient, "Pigeons again, and they sang of curtains all day.")
    for _, case in (first, second):
        decided(patient, ANN, case)
    after = later(patient, seconds=20)
    assert read_decision.view(after, SHOP, first[0])["state"] == "final"
    assert wake_due_cases(after) == 1
    assert read_decision.view(patient, SHOP, second[0])["outcome"] == "allow"
    for _, case in (first, second):
        assert outside(patient, case) == ["decision.final"]
        assert events_of(patient, case) == ["claim", "decide", "deliver"]
        assert state(patient, case) == "delivered"
    assert taught(patient) == 2


def test_what_is_taken_back_was_never_said_to_anybody(patient):
    """The case is leased to its reviewer again, who decides otherwise; only that goes out, and only that teaches."""
    decision, case = asked(patient)
    decided(patient, ANN, case)
    lease = undo_case.undo(patient, ANN, case)
    assert state(patient, case) == "claimed"
    resolve(patient, ANN, case, lease["token"], BLOCK)
    after = later(patient, seconds=21)
    final = read_decision.view(after, AUDITOR, decision)
    assert (final["outcome"], len(final["history"])) == ("block", 2)
    assert [body["outcome"] for kind, body in told(after, case) if kind == "decision.final"] == ["block"]
    assert events_of(after, case) == ["claim", "decide", "undo", "decide", "deliver"]
    assert taught(after) == 1
    with after.store.read() as connection:
        said = reviews.of_case(connection, case)
    assert [(one.outcome, one.undone_at is None, one.delivered_at is None) for one in said] == [
        ("allow", False, True),
        ("block", True, False),
    ]


def test_only_whoever_decided_takes_back_and_only_in_time(patient):
    """409 says by whom, till when, and what can be done now."""
    _, case = asked(patient)
    with pytest.raises(Conflict, match="no decision to take back"):
        undo_case.undo(patient, ANN, case)
    decided(patient, ANN, case)
    with pytest.raises(Conflict, match="Ann decided") as other:
        undo_case.undo(patient, BEN, case)
    assert other.value.extra["holder"] == "Ann"
    for late in (later(patient, seconds=20), later(patient, hours=1)):
        with pytest.raises(Conflict, match="went out at") as error:
            undo_case.undo(late, ANN, case)
        assert "reopen" in error.value.remedy
        wake_due_cases(late)


def test_a_decided_case_is_nobodys_to_claim(patient):
    """Neither the old token nor a new claim writes within the window."""
    _, case = asked(patient)
    lease = claim_case.claim(patient, ANN, case)
    resolve(patient, ANN, case, lease["token"], ALLOW)
    for who in (ANN, BEN):
        with pytest.raises(LeaseLost):
            claim_case.claim(patient, who, case)
    with pytest.raises(LeaseLost):
        resolve(patient, ANN, case, lease["token"], BLOCK)


def test_without_a_window_it_is_out_at_once(house):
    """As it was before there were any."""
    _, case = asked(house)
    answer = decided(house, ANN, case)
    assert (answer["state"], answer["undo_until"]) == ("final", None)
    assert outside(house, case) == ["decision.final"]
    with pytest.raises(Conflict, match="went out"):
        undo_case.undo(house, ANN, case)


def test_a_second_person_decides_before_it_goes_out(patient):
    """Somebody else, who does not hear what the first one said; when they agree, that is the decision."""
    checked = under(patient, second_review=1.0, undo_seconds=0.0)
    _, case = asked(checked)
    assert decided(checked, ANN, case)["state"] == "waiting"
    assert state(checked, case) == "second_review"
    assert claim_case.claim_next(checked, ANN, "retail-banking") is None
    with pytest.raises(Conflict, match="somebody else") as error:
        claim_case.claim(checked, ANN, case)
    assert error.value.code == "same_person"
    assert "claim" not in read_case.view(checked, ANN, case)["allowed"]
    assert read_case.view(checked, BEN, case)["opinions"] == []
    assert decided(checked, BEN, case)["state"] == "final"
    assert outside(checked, case) == ["decision.final"]
    assert [each["reviewer"] for each in read_case.view(checked, CAT, case)["opinions"]] == ["Ann", "Ben"]


def test_one_person_under_two_spellings_is_one_person(patient):
    """Nor does whoever asked for the decision say the second word on it."""
    checked = under(patient, second_review=1.0, undo_seconds=0.0)
    keeper = Principal("k7", "Shop", ROLES["reviewer"])
    twin = Principal("k6", "cli:ANN", ROLES["reviewer"])
    _, case = asked(checked)
    decided(checked, ANN, case)
    for who in (keeper, twin):
        with pytest.raises(Conflict, match="somebody else"):
            claim_case.claim(checked, who, case)
        assert claim_case.claim_next(checked, who, "retail-banking") is None


def test_two_who_disagree_are_settled_by_a_third(patient):
    """Who hears both, and is neither of them."""
    checked = under(patient, second_review=1.0, undo_seconds=0.0)
    _, case = asked(checked)
    decided(checked, ANN, case)
    decided(checked, BEN, case, BLOCK)
    assert state(checked, case) == "adjudication"
    for who in (ANN, BEN):
        with pytest.raises(Conflict, match="somebody else"):
            claim_case.claim(checked, who, case)
    assert [each["outcome"] for each in read_case.view(checked, LEA, case)["opinions"]] == ["allow", "block"]
    assert decided(checked, LEA, case, BLOCK)["outcome"] == "block"
    assert events_of(checked, case).count("pass_on") == 2
    assert taught(checked) == 1


def test_where_people_decide_first_they_see_suggestions_afterwards(patient):
    """Until they have said what they think, nothing leads them; then they may take it back and say otherwise."""
    first = under(patient, blind_first=True)
    _, case = asked(first, "I want to close my account because my card was declined.")
    before = read_case.view(first, ANN, case)
    assert (before["suggestion"], before["labels"], before["rules"], before["reasons"]) == (None, [], None, [])
    decided(first, ANN, case)
    assert read_case.view(first, ANN, case)["suggestion"]["label"] == "account_closure"
    assert read_case.view(first, BEN, case)["suggestion"] is None
    lease = undo_case.undo(first, ANN, case)
    resolve(first, ANN, case, lease["token"], ALLOW)
    with first.store.read() as connection:
        assert [one.suggested for one in reviews.of_case(connection, case)] == [None, "account_closure"]


def noted(house, who, case, labels, outcome, note=None):
    token = claim_case.claim(house, who, case)["token"]
    return resolve(house, who, case, token, Resolution(labels, outcome=outcome, note=note))


def refused_for(house, who, case, labels, outcome, note=None):
    with pytest.raises(InvalidRequest) as error:
        noted(house, who, case, labels, outcome, note)
    assert [problem.field for problem in error.value.problems] == ["note"]
    return str(error.value)


def test_to_block_and_to_overturn_there_has_to_be_a_note(house):
    """Of the suggestion's outcome, and of what was answered; not to agree with either, nor for another label alone."""
    _, case = asked(house, "I want to close my account because my card was declined.")
    led = (read_case.view(house, ANN, case)["suggestion"]["label"],)
    assert "to block" in refused_for(house, ANN, case, led, Outcome.BLOCK, "  ")
    assert read_case.view(house, ANN, case)["without_note"] == {"labels": None, "outcome": "allow"}
    _, relabelled = asked(house, "I want to close my account because my card was swallowed.")
    assert noted(house, ANN, relabelled, ("complaint",), Outcome.ALLOW)["review"]["reason_code"] == "complaint"
    assert noted(house, ANN, case, led, Outcome.ALLOW)["review"]["reason_code"] == led[0]
    new = reopen_case.reopen(house, LEA, case, "look again")["case"]
    assert "overturn what was answered" in refused_for(house, BEN, new, ("complaint",), Outcome.ALLOW)
    noted(house, BEN, new, ("complaint",), Outcome.BLOCK, "it is fraud")
    newer = reopen_case.reopen(house, LEA, new, "look again")["case"]
    assert "overturn what was answered" in refused_for(house, CAT, newer, ("complaint",), Outcome.ALLOW)


def test_who_decides_without_being_led_overturns_nothing_they_know_of(house):
    """Saying so would tell what was made of the request; to block they say why all the same."""
    unled = under(house, blind_first=True)
    _, case = asked(unled, "I want to close my account because my card was declined.")
    assert read_case.view(unled, ANN, case)["without_note"] == {"labels": None, "outcome": "allow"}
    assert "to block" in refused_for(unled, ANN, case, ("complaint",), Outcome.BLOCK)
    assert noted(unled, ANN, case, ("complaint",), Outcome.ALLOW)["outcome"] == "allow"


def test_a_policy_may_ask_for_no_notes(house):
    """Where it says so, and nowhere else."""
    lax = under(house, note_required=False)
    _, case = asked(lax)
    assert read_case.view(lax, ANN, case)["without_note"] is None
    assert noted(lax, ANN, case, (), Outcome.BLOCK)["review"]["reason_code"] == "none_of_these"
