"""Requests that say the same are decided together, and never one that says something else."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.domain.access import ROLES, Principal
from service.errors import Conflict, LeaseLost, NotFound
from service.store import attached, erasures, events
from service.store import decisions as decisions_of
from service.store.tables import cases, decisions, reviews
from service.store.tables_learning import examples
from service.usecases import (
    cancel_case,
    claim_case,
    detach_case,
    hold_case,
    question_case,
    read_case,
    read_decision,
    reopen_case,
    undo_case,
)
from service.usecases.case_chores import wake_due_cases
from service.usecases.resolve_case import resolve
from tests.unit.service.usecases.attaching import ALIKE, TEXT, ask, attaching, together
from tests.unit.service.usecases.case_room import (
    ALLOW,
    ANN,
    BEN,
    BLOCK,
    LEA,
    SHOP,
    decided,
    events_of,
    later,
    records_of,
    state,
    told,
)

OTHER_SHOP = Principal("k8", "other shop", ROLES["caller"])


@pytest.fixture
def joining(house):
    return attaching(house)


def standing(house, decision):
    seen = read_decision.view(house, SHOP, decision)
    return seen["state"], seen["outcome"], seen["case"]


def outside(house, decision):
    with house.store.read() as connection:
        rows = events.following(connection, 0, 10_000)
    return [row.type for row in rows if row.body.get("decision") == decision]


def settled_by(house, case):
    with house.store.read() as connection:
        return [row.id for row in attached.of_case(connection, case)]


def test_what_says_the_same_joins_the_case_that_waits(joining):
    """Each has its own decision, record and event, which name the case; the case tells of each with its differences."""
    case, (first, second, third) = together(joining)
    assert settled_by(joining, case) == [second, third]
    assert standing(joining, second) == ("waiting", "review", case)
    assert records_of(joining, second) == ["decision.made"]
    assert outside(joining, second) == ["decision.created", "case.attached"]
    assert records_of(joining, case).count("case.attached") == 2
    seen = read_case.view(joining, ANN, case)
    assert seen["attached"] == 2
    assert [each["decision"] for each in seen["attached_requests"]] == [second, third]
    assert seen["attached_requests"][0]["differences"] == [
        {"here": "", "there": "Hello,"},
        {"here": "it.", "there": "it!"},
    ]
    assert read_case.page(joining, ANN, queue="retail-banking")["items"][0]["attached"] == 2
    assert read_case.view(joining, ANN, case)["decision"] == first


@pytest.mark.parametrize(
    "text, more",
    [
        (TEXT.replace("5", "50"), {}),
        (TEXT.replace("want", "never want"), {}),
        (TEXT.replace("Ruthin", "Ruthven"), {}),
        (TEXT, {"attributes": {"amount": 20.0}}),
        (TEXT, {"who": OTHER_SHOP}),
        (TEXT, {"who": dataclasses.replace(SHOP, groups=frozenset({"staff"}))}),
    ],
)
def test_nothing_else_joins_it(joining, text, more):
    """Another amount, number, negation, name or attribute, another caller or one with other rights."""
    _, case = ask(joining)
    assert ask(joining, text, **more)[1] != case


def test_only_a_case_that_waits_for_anybody_takes_others_in(joining):
    """Not one that somebody has, that is handed over, put aside or decided: a new case is opened, and takes them."""
    _, case = ask(joining)
    lease = claim_case.claim(joining, ANN, case)
    _, second = ask(joining)
    assert second != case
    assert ask(joining)[1] == second
    hold_case.hold(joining, ANN, case, lease["token"], until=joining.clock() + timedelta(days=1), reason="wait")
    decided(joining, ANN, second)
    third = ask(joining)[1]
    assert third not in (case, second)
    assert [state(joining, each) for each in (case, second, third)] == ["on_hold", "delivered", "queued"]


def test_a_full_case_takes_no_more_and_by_itself_none_does(house):
    """As many as the policy says; with none, each request has a case of its own."""
    few = attaching(house, most=1)
    found = [ask(few)[1] for _ in range(4)]
    assert [found.count(case) for case in dict.fromkeys(found)] == [2, 2]
    off = attaching(house, most=0)
    assert ask(off)[1] != ask(off)[1]


def test_attributes_that_the_policy_sets_aside_may_differ(house):
    """Those alone."""
    lax = attaching(house, ignore=("amount",))
    case = ask(lax, attributes={"amount": 10.0})[1]
    assert ask(lax, attributes={"amount": 12.0})[1] == case
    assert ask(lax, attributes={"amount": 12.0, "country": "DE"})[1] != case


def test_what_was_drawn_to_be_checked_blind_stands_by_itself(joining):
    """Neither does it join a case nor does any join it: it measures."""
    drawing = dataclasses.replace(joining, draw=lambda: 0.0)
    _, case = ask(joining)
    checked = attaching_with_checks(drawing)
    drawn = ask(checked)[1]
    assert drawn != case
    assert ask(checked)[1] != drawn
    assert ask(joining)[1] == case


def attaching_with_checks(house):
    class Shelf:
        def __getattr__(self, name):
            return getattr(house.shelf, name)

        def serve(self, release):
            found = house.shelf.serve(release)
            return dataclasses.replace(found, workflow=dataclasses.replace(found.workflow, random_check=0.5))

    return dataclasses.replace(house, shelf=Shelf())


def test_all_are_decided_as_the_one_is(joining):
    """Each with its own message and a record that names who decided; the classifier learns from one of them."""
    case, every = together(joining)
    decided(joining, ANN, case, BLOCK)
    for decision in every:
        seen = read_decision.view(joining, SHOP, decision)
        assert (seen["state"], seen["outcome"], seen["review"]["outcome"]) == ("final", "block", "block")
        assert outside(joining, decision)[-1] == "decision.final"
    assert records_of(joining, every[1]) == ["decision.made", "decision.decided_with"]
    with joining.store.read() as connection:
        taught = connection.scalars(sa.select(examples.c.decision).where(examples.c.source == "review")).all()
        said = connection.scalars(sa.select(reviews.c.id)).all()
    assert (list(taught), len(said)) == ([every[0]], 1)


def test_within_the_undo_window_none_is_out_and_all_are_taken_back(house):
    """Nobody hears of any until nobody can take it back."""
    patient = attaching(house, undo_seconds=20.0)
    case, every = together(patient)
    decided(patient, ANN, case)
    assert {standing(patient, each)[0] for each in every} == {"waiting"}
    lease = undo_case.undo(patient, ANN, case)
    resolve(patient, ANN, case, lease["token"], BLOCK)
    wake_due_cases(later(patient, seconds=21))
    assert {standing(patient, each)[:2] for each in every} == {("final", "block")}


def test_a_second_opinion_is_on_all_of_them(house):
    """None is out before two people agree."""
    strict = attaching(house, second_review=1.0)
    case, every = together(strict)
    decided(strict, ANN, case)
    assert {standing(strict, each)[0] for each in every} == {"waiting"}
    decided(strict, BEN, case)
    assert {standing(strict, each)[:2] for each in every} == {("final", "allow")}


def test_reopened_all_are_decided_anew_and_corrected(joining):
    """In one case, which each of them names."""
    case, every = together(joining)
    decided(joining, ANN, case)
    appeal = reopen_case.reopen(joining, LEA, case, "They were wrong.")["case"]
    assert {standing(joining, each) for each in every} == {("final", "allow", appeal)}
    decided(joining, BEN, appeal, BLOCK)
    assert {standing(joining, each)[:2] for each in every} == {("final", "block")}
    assert all(outside(joining, each)[-1] == "decision.corrected" for each in every)


def test_one_that_is_taken_out_has_a_case_of_its_own(joining):
    """Whoever holds the case does it; the rest are decided, and that one waits."""
    case, (first, second, third) = together(joining)
    lease = claim_case.claim(joining, ANN, case)
    assert "detach" in read_case.view(joining, ANN, case)["allowed"]
    out = detach_case.detach(joining, ANN, case, lease["token"], second)
    assert out["decisions"] == [second]
    resolve(joining, ANN, case, lease["token"], ALLOW)
    assert standing(joining, first)[0] == standing(joining, third)[0] == "final"
    assert standing(joining, second) == ("waiting", "review", out["case"])
    assert events_of(joining, case) == ["attach", "attach", "claim", "detach", "decide", "deliver"]
    assert ask(joining)[1] not in (case, out["case"])
    decided(joining, BEN, out["case"], BLOCK)
    assert standing(joining, second)[:2] == ("final", "block")


def test_taken_out_together_the_others_go_on_in_one_case(joining):
    """The case's own request is decided alone, and more that say the same join the others."""
    case, (first, *others) = together(joining)
    lease = claim_case.claim(joining, ANN, case)
    out = detach_case.detach(joining, ANN, case, lease["token"])
    assert out["decisions"] == others
    assert settled_by(joining, out["case"]) == others[1:]
    assert ask(joining)[1] == out["case"]
    resolve(joining, ANN, case, lease["token"], ALLOW)
    assert [standing(joining, each)[0] for each in (first, *others)] == ["final", "waiting", "waiting"]
    assert "detach" not in read_case.view(joining, ANN, case)["allowed"]


def test_nobody_takes_out_what_is_not_in_it_or_not_theirs(joining):
    """A stale token, a stranger's decision: refused, and nothing changes."""
    case, (first, second, _) = together(joining)
    lease = claim_case.claim(joining, ANN, case)
    with pytest.raises(LeaseLost):
        detach_case.detach(joining, BEN, case, lease["token"], second)
    for wrong in (first, "dec_nothing"):
        with pytest.raises(Conflict):
            detach_case.detach(joining, ANN, case, lease["token"], wrong)
    assert len(settled_by(joining, case)) == 2


def test_a_request_that_is_withdrawn_leaves_the_others(joining):
    """Whichever: an attached one is taken out, and of the case's own the others go on in another case."""
    case, (first, second, third) = together(joining)
    cancel_case.cancel(joining, SHOP, case, decision=second)
    assert standing(joining, second)[0] == "superseded"
    assert outside(joining, second)[-2:] == ["case.detached", "decision.superseded"]
    assert state(joining, case) == "queued"
    cancel_case.cancel(joining, SHOP, case)
    assert (standing(joining, first)[0], state(joining, case)) == ("superseded", "cancelled")
    left = standing(joining, third)
    assert left[0] == "waiting"
    assert left[2] != case
    with pytest.raises(Conflict):
        cancel_case.cancel(joining, SHOP, left[2], decision=first)
    with pytest.raises(NotFound):
        cancel_case.cancel(joining, OTHER_SHOP, left[2])


def test_a_lead_cancels_all_of_them(joining):
    """Each is superseded, with a message and a record of its own."""
    case, every = together(joining)
    cancel_case.cancel(joining, LEA, case, "Nobody needs it.")
    assert {standing(joining, each)[0] for each in every} == {"superseded"}
    assert records_of(joining, every[2]) == ["decision.made", "decision.cancelled_with"]
    assert outside(joining, every[2])[-1] == "decision.superseded"


def test_a_question_is_about_one_request(joining):
    """Whoever asked it is asked; the others do not wait for that."""
    case, (_, second, third) = together(joining)
    lease = claim_case.claim(joining, ANN, case)
    question_case.ask(joining, ANN, case, lease["token"], "Which roof?")
    assert state(joining, case) == "needs_information"
    other = standing(joining, second)[2]
    assert other != case
    assert settled_by(joining, other) == [third]
    assert settled_by(joining, case) == []


def test_each_can_be_forgotten_by_itself(joining):
    """With one subject's words gone, that request is shown as erased; the others are there, and all are decided."""
    case, every = together(joining, ("ada", "bob", "cem"))
    with joining.store.read() as connection:
        decision = decisions_of.get(connection, every[1])
    assert decision is not None
    joining.store.commit(lambda c: erasures.take_away(c, [], [decision.request, decision.answer]))
    seen = read_case.view(joining, ANN, case)
    assert seen["text"] == TEXT
    assert [each["subject"] for each in seen["attached_requests"]] == [None, "cem"]
    assert seen["attached_requests"][0]["erased"]
    decided(joining, ANN, case)
    with joining.store.read() as connection:
        states = sa.select(decisions.c.state).where(decisions.c.id.in_(every))
        assert {*connection.scalars(states)} == {"final"}


def test_at_the_same_moment_none_is_lost(joining):
    """Askers and a reviewer in each other's way: every request is in one case, and decided with it or waits."""
    _, case = ask(joining)

    def review():
        lease = claim_case.claim(joining, ANN, case)
        return resolve(joining, ANN, case, lease["token"], ALLOW)

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, joining, text) for text in (TEXT, *ALIKE) * 6]
        reviewing = pool.submit(review)
        made = [each.result() for each in asking]
        reviewing.result()
    with joining.store.read() as connection:
        open_cases = connection.execute(sa.select(cases.c.id, cases.c.state)).all()
    states = {row.id: row.state for row in open_cases}
    assert set(states.values()) <= {"delivered", "queued"}
    assert len(states) <= 2
    for decision, in_case in made:
        ends = {"delivered": "final", "queued": "waiting"}[states[in_case]]
        assert standing(joining, decision)[0] == ends
    assert told(joining, case)
