"""The case's table: what is not in it cannot happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.case import (
    OPEN,
    SETTLED,
    TOLD,
    TRANSITIONS,
    WAITING,
    CaseAction,
    CaseKind,
    CaseState,
    Who,
    allowed,
    blind,
    can_undo,
    hold_over,
    lease_expired,
    next_state,
    overdue,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
JUST_BEFORE = NOW - timedelta(microseconds=1)
PAIRS = [(state, action) for state in CaseState for action in CaseAction]


@pytest.mark.parametrize("state, action", PAIRS)
def test_only_the_table_moves_a_case(state, action):
    """Of all pairs of state and action exactly those in the table lead somewhere, and there by the case's stage."""
    step = TRANSITIONS.get((state, action))
    for stage in WAITING:
        to = next_state(state, action, stage)
        if step is None:
            assert to is None
        elif len(step.to) == 1:
            assert to is step.to[0]
        else:
            assert to is (stage if stage in step.to else None)


@pytest.mark.parametrize("state, action", PAIRS)
def test_nobody_is_offered_what_the_table_does_not_give_them(state, action):
    """Each right by itself, and hidden actions never."""
    step = TRANSITIONS.get((state, action))
    for who in Who:
        offered = action in allowed(state, {who})
        assert offered is (step is not None and who in step.who)
        assert action not in allowed(state, {who}, {action})


def test_every_state_is_reached_and_every_action_does_something():
    """No word is only a word: a case starts queued, and the table leads to every other state."""
    reached, new = set(), {CaseState.QUEUED}
    while new:
        reached |= new
        new = {to for (state, _), step in TRANSITIONS.items() if state in reached for to in step.to} - reached
    assert reached == set(CaseState)
    assert {action for _, action in TRANSITIONS} == set(CaseAction) == set(TOLD)
    assert len(set(TOLD.values())) == len(TOLD)


def test_every_case_can_end():
    """From each state that is not settled some way leads to a settled one."""
    ends = set(SETTLED)
    while True:
        more = {state for (state, _), step in TRANSITIONS.items() if ends & {*step.to}} - ends
        if not more:
            break
        ends |= more
    assert ends == set(CaseState)


def test_what_is_over_is_over():
    """Nothing but a comment, and reopening as another case, happens to what is settled."""
    for state in SETTLED:
        moves = {action for action in CaseAction if next_state(state, action) not in (None, state)}
        assert moves == ({CaseAction.REOPEN} if state is CaseState.DELIVERED else set())


def test_only_a_claimed_case_is_decided_and_only_by_its_holder():
    """Nobody decides what they do not hold."""
    assert [s for s in CaseState if (s, CaseAction.DECIDE) in TRANSITIONS] == [CaseState.CLAIMED]
    assert TRANSITIONS[CaseState.CLAIMED, CaseAction.DECIDE].who == (Who.HOLDER,)


def test_a_decision_goes_out_from_one_state_only_and_nobody_sends_it_out_by_hand():
    """So there is one place where the undo window and the second person are seen to."""
    out = [(state, step.who) for (state, _), step in TRANSITIONS.items() if CaseState.DELIVERED in step.to
           and state is not CaseState.DELIVERED]  # fmt: skip
    assert out == [(CaseState.DECIDED, (Who.SERVICE,))]


def test_every_state_is_open_or_decided_or_settled():
    """Each is exactly one of these, and what waits is open."""
    assert sorted((*OPEN, CaseState.DECIDED, *SETTLED)) == sorted(CaseState)
    assert set(WAITING) < set(OPEN)


def test_what_waits_can_be_claimed_and_what_is_claimed_comes_back():
    """To where it was claimed from."""
    assert {s for s in CaseState if (s, CaseAction.CLAIM) in TRANSITIONS} == set(WAITING)
    for stage in WAITING:
        assert next_state(CaseState.CLAIMED, CaseAction.RETURN, stage) is stage


def test_time_is_up_at_its_very_moment():
    """At its end a lease, a hold or an undo window is over, a microsecond before it is not."""
    assert lease_expired(CaseState.CLAIMED, NOW, NOW)
    assert not lease_expired(CaseState.CLAIMED, NOW, JUST_BEFORE)
    assert not lease_expired(CaseState.QUEUED, None, NOW)
    assert hold_over(CaseState.ON_HOLD, NOW, NOW)
    assert not hold_over(CaseState.ON_HOLD, NOW, JUST_BEFORE)
    assert can_undo(CaseState.DECIDED, NOW, JUST_BEFORE)
    assert not can_undo(CaseState.DECIDED, NOW, NOW)
    assert not can_undo(CaseState.DELIVERED, NOW, JUST_BEFORE)


@pytest.mark.parametrize("state", CaseState)
def test_only_what_waits_for_us_is_ever_late(state):
    """Not what is decided, and not what waits for whoever asked."""
    late = state in OPEN and state is not CaseState.NEEDS_INFORMATION
    assert overdue(state, NOW, NOW) is late
    assert not overdue(state, NOW, JUST_BEFORE)


@pytest.mark.parametrize("state", CaseState)
def test_a_case_of_a_drawn_request_is_blind_until_its_decision_is_out(state):
    """Also while it can be undone; an appeal is about the decision, so it never is."""
    assert blind(CaseKind.HELD, state, 0.05) is (state not in SETTLED)
    assert blind(CaseKind.AFTER_THE_FACT, state, 0.05) is (state not in SETTLED)
    assert not blind(CaseKind.HELD, state, None)
    assert not blind(CaseKind.APPEAL, state, 0.05)
