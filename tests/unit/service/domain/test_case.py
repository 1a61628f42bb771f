"""The case's table: what is not in it cannot happen."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.case import TRANSITIONS, CaseAction, CaseState, lease_expired, next_state, overdue

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize("state, action", list(itertools.product(CaseState, CaseAction)))
def test_only_the_table_moves_a_case(state, action):
    """Every pair of state and action either stands in the table or leads nowhere."""
    assert next_state(state, action) == TRANSITIONS.get((state, action))


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.CANCELLED])
def test_what_is_over_is_over(state):
    """No action leads out of an end state."""
    assert all(next_state(state, action) is None for action in CaseAction)


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
