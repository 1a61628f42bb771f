"""What comes first: what is due first, and priority counts as time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.case_order import points, rank_at
from service.domain.types import PriorityPolicy, PriorityRule

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PLAIN = PriorityPolicy()
RULES = PriorityPolicy(
    uncertainty=20,
    attributes=(
        PriorityRule("amount", 30, least=100.0, most=1_100.0),
        PriorityRule("tier", 15, values=("gold", "vip")),
        PriorityRule("known", -10, values=("yes",)),
    ),
)


@pytest.mark.parametrize(
    "attributes, confidence, added",
    [
        ({}, None, 0),
        ({"amount": 100}, None, 0),
        ({"amount": 600.0}, None, 15),
        ({"amount": 1e9}, None, 30),
        ({"amount": -5}, None, 0),
        ({"amount": "600"}, None, 0),
        ({"amount": True}, None, 0),
        ({"tier": "vip"}, None, 15),
        ({"tier": ("silver", "gold")}, None, 15),
        ({"tier": "silver"}, None, 0),
        ({"known": True}, None, -10),
        ({"known": False}, None, 0),
        ({}, 0.25, 15),
        ({"amount": 600, "tier": "gold", "known": True}, 1.0, 20),
    ],
)
def test_each_rule_adds_its_points(attributes, confidence, added):
    """Numbers by how far they are on their way, words by equality; what is missing or of another kind adds nothing."""
    assert points(RULES, 40, attributes, confidence) == 40 + added


def test_priority_stays_within_its_bounds():
    """0 to 100, whatever is added."""
    assert points(RULES, 95, {"amount": 1e9, "tier": "vip"}, 0.0) == 100
    assert points(RULES, 5, {"known": True}, None) == 0


def test_of_two_that_are_due_alike_the_more_urgent_comes_first():
    """And one that came back from a hold before both."""
    due = NOW + timedelta(hours=24)
    assert rank_at(PLAIN, due, 75) < rank_at(PLAIN, due, 50)
    assert rank_at(PLAIN, due, 0, boosted=True) <= rank_at(PLAIN, due, 100)
    assert rank_at(PLAIN, due, 1, boosted=True) < rank_at(PLAIN, due, 100)


@given(st.integers(0, 100), st.integers(0, 100), st.floats(0.0, 2_000.0))
def test_nothing_starves(low, high, hours):
    """A case comes before everything, however urgent, that came `hours` of the policy after it."""
    policy = PriorityPolicy(hours=hours)
    early = rank_at(policy, NOW, low)
    after = NOW + timedelta(hours=hours) + timedelta(seconds=1)
    assert early < rank_at(policy, after, high)


def test_without_a_weight_the_order_is_by_time_alone():
    """`hours: 0` is first due, first served."""
    policy = PriorityPolicy(hours=0.0)
    assert rank_at(policy, NOW, 100) == rank_at(policy, NOW, 0) == NOW
