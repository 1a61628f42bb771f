"""The case's table: what is not in it cannot happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.case import CaseAction, CaseKind, CaseState, blind, lease_expired, next_state, overdue

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_only_the_table_moves_a_case():
    """Of all pairs of state and action these five lead somewhere; every action is one of them."""
    moves = {(state, action) for state in CaseState for action in CaseAction if next_state(state, action)}
    assert moves == {
        (CaseState.QUEUED, CaseAction.CLAIM),
        (CaseState.CLAIMED, CaseAction.RENEW),
        (CaseState.CLAIMED, CaseAction.RETURN),
        (CaseState.CLAIMED, CaseAction.EXPIRE),
        (CaseState.CLAIMED, CaseAction.DECIDE),
    }


def test_every_state_is_reached():
    """No state is only a word: a case starts queued, and the table leads to every other one."""
    reached = {next_state(state, action) for state in CaseState for action in CaseAction}
    assert set(CaseState) <= reached


def test_what_is_over_is_over():
    """No action leads out of an end state."""
    assert all(next_state(CaseState.DECIDED, action) is None for action in CaseAction)


def test_only_a_claimed_case_is_decided():
    """Nobody decides what nobody holds."""
    assert [s for s in CaseState if next_state(s, CaseAction.DECIDE)] == [CaseState.CLAIMED]


def test_a_lease_ends_at_its_very_moment():
    """At its end a lease is over, a microsecond before it is not."""
    assert lease_expired(CaseState.CLAIMED, NOW, NOW)
    assert not lease_expired(CaseState.CLAIMED, NOW, NOW - timedelta(microseconds=1))
    assert not lease_expired(CaseState.QUEUED, None, NOW)


def test_a_decided_case_is_never_overdue():
    """Only what waits can be late."""
    assert overdue(CaseState.QUEUED, NOW, NOW)
    assert not overdue(CaseState.DECIDED, NOW - timedelta(days=1), NOW)


@pytest.mark.parametrize(
    "kind, state, probability, unseen",
    [
        (CaseKind.HELD, CaseState.QUEUED, 0.05, True),
        (CaseKind.AFTER_THE_FACT, CaseState.CLAIMED, 0.05, True),
        (CaseKind.HELD, CaseState.DECIDED, 0.05, False),
        (CaseKind.HELD, CaseState.QUEUED, None, False),
        (CaseKind.APPEAL, CaseState.QUEUED, 0.05, False),
    ],
)
def test_a_case_of_a_drawn_request_is_blind_until_it_is_decided(kind, state, probability, unseen):
    """An appeal is about the decision, so it never is."""
    assert blind(kind, state, probability) is unseen
