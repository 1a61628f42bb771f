"""Skipping and putting aside: a case is lost to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.errors import Conflict, Forbidden, InvalidRequest, LeaseLost
from service.store import cases
from service.usecases import claim_case, hold_case, read_case
from service.usecases.case_chores import wake_due_cases
from service.usecases.resolve_case import resolve
from tests.unit.service.usecases.case_room import (
    ALLOW,
    ANN,
    BEN,
    QUEUE,
    SHOP,
    events_of,
    later,
    several,
    state,
    taken_next,
    under,
)

DAY = timedelta(days=1)


def held(house, case, who=ANN, **until):
    lease = claim_case.claim(house, who, case)
    hold_case.hold(house, who, case, lease["token"], until=house.clock() + timedelta(**until), reason="the shop")
    return lease


def test_what_i_skip_comes_to_others_and_not_to_me(house):
    """Claim-next passes it over for me alone, and says why to those who look."""
    first, second = several(house, 2)
    lease = taken_next(house, ANN, QUEUE)
    assert lease["case"] == first
    claim_case.skip(house, ANN, first, lease["token"], "I know them")
    assert taken_next(house, ANN, QUEUE)["case"] == second
    assert claim_case.claim_next(house, ANN, QUEUE) is None
    assert taken_next(house, BEN, QUEUE)["case"] == first
    shown = read_case.view(house, BEN, first)
    assert shown["skipped_by"] == ["Ann"]
    assert [each["note"] for each in shown["events"] if each["action"] == "skip"] == ["I know them"]
    with pytest.raises(LeaseLost, match="Ben holds"):
        resolve(house, ANN, first, lease["token"], ALLOW)


def test_who_skipped_a_case_may_still_ask_for_it_by_name(house):
    """Skipping is for the queue, not a verdict on the person."""
    (case,) = several(house, 1)
    lease = taken_next(house, ANN, QUEUE)
    claim_case.skip(house, ANN, case, lease["token"], "later")
    assert claim_case.claim(house, ANN, case)["case"] == case


def test_what_is_put_aside_comes_back_first(house):
    """Until its date nobody gets it; then it stands before all that are due alike, also before anybody tidied up."""
    first, second, third = several(house, 3)
    lease = held(house, second, hours=2)
    shown = read_case.view(house, BEN, second)
    assert (shown["state"], shown["hold"]["by"], shown["hold"]["reason"]) == ("on_hold", "Ann", "the shop")
    with pytest.raises(LeaseLost, match="on hold until"):
        claim_case.claim(house, BEN, second)
    with pytest.raises(LeaseLost):
        resolve(house, ANN, second, lease["token"], ALLOW)
    after = later(house, hours=2)
    assert read_case.view(after, BEN, second)["state"] == "queued"
    assert [taken_next(after, BEN, QUEUE)["case"] for _ in range(3)] == [second, first, third]
    assert events_of(after, second) == ["claim", "hold", "unhold", "claim"]


def test_the_steward_ends_holds_that_nobody_looks_at(house):
    """So that lists and counts are right, too."""
    (case,) = several(house, 1)
    held(house, case, minutes=5)
    assert wake_due_cases(house) == 0
    assert wake_due_cases(later(house, minutes=5)) == 1
    assert wake_due_cases(later(house, minutes=5)) == 0
    shown = read_case.view(house, ANN, case)
    assert (shown["state"], shown["boosted"], shown["events"][-1]["by"]) == ("queued", True, "signoff")


def test_holding_twice_does_not_add_up(house):
    """A boost is a boost."""
    (case,) = several(house, 1)
    ranks = []
    for _ in range(2):
        held(house, case, minutes=5)
        hold_case.unhold(house, BEN, case)
        ranks.append(read_case.view(house, ANN, case)["priority"])
        with house.store.read() as connection:
            row = cases.get(connection, case)
            assert row is not None
            ranks.append(row.rank_at)
    assert ranks[:2] == ranks[2:]


def test_only_what_is_on_hold_is_taken_off_it(house):
    """409, not a silent success."""
    (case,) = several(house, 1)
    with pytest.raises(Conflict):
        hold_case.unhold(house, ANN, case)


@pytest.mark.parametrize("until", [-DAY, timedelta(0), 367 * DAY])
def test_the_date_has_to_be_ahead_and_not_too_far(house, until):
    """The field is named, and the case stays with its holder."""
    (case,) = several(house, 1)
    lease = claim_case.claim(house, ANN, case)
    at = house.clock()
    fixed = later(house)
    with pytest.raises(InvalidRequest) as error:
        hold_case.hold(fixed, ANN, case, lease["token"], until=at + until, reason="x")
    assert [problem.field for problem in error.value.problems] == ["until"]
    assert state(house, case) == "claimed"


def test_a_queue_may_hide_what_it_does_not_want(house):
    """Enforced here, not only on the page; and what is hidden is not offered."""
    (case,) = several(house, 1)
    strict = under(house, hidden_actions=("hold", "skip"))
    lease = claim_case.claim(strict, ANN, case)
    assert "hold" in read_case.view(house, ANN, case)["allowed"]
    assert not {"hold", "skip"} & {*read_case.view(strict, ANN, case)["allowed"]}
    with pytest.raises(Conflict, match="does not offer"):
        claim_case.skip(strict, ANN, case, lease["token"], "x")
    with pytest.raises(Conflict, match="does not offer"):
        hold_case.hold(strict, ANN, case, lease["token"], until=house.clock() + DAY, reason="x")


def test_who_does_not_review_does_nothing_to_cases(house):
    """The use case asks, whatever door somebody came through."""
    several(house, 1)
    with pytest.raises(Forbidden):
        claim_case.claim_next(house, SHOP, QUEUE)
