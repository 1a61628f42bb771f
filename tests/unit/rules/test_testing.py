from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.model import FindingStatus
from rules.testing import clock_of, run_tests
from tests.unit.rules.given import rule, ruleset

WEAPONS = "all: [matched('weapons')]"
TESTS = """
tests:
  - {name: hits, text: buy rifles, expect: match}
  - {name: wrong on purpose, text: hello, expect: match}
  - {name: misses, text: hello, expect: no_match}
"""


def test_results_tell_what_was_expected_and_what_came():
    """Each inline test is run for real; a wrong one is told with its rule and its own line."""
    written = rule(WEAPONS, more=TESTS)
    results = run_tests(ruleset(written))
    assert [(result.test, result.passed) for result in results] == [
        ("hits", True),
        ("wrong on purpose", False),
        ("misses", True),
    ]
    assert (results[1].rule, results[1].file) == ("r-1", "demo/all.rule.yaml")
    assert "wrong on purpose" in written.splitlines()[results[1].line - 1]
    assert results[1].got is FindingStatus.NO_MATCH


def test_drafts_and_shadows_are_tested_and_retired_rules_not():
    """A rule can be tested before it counts, and not any more once it is retired."""
    rules = [rule(WEAPONS, status, TESTS, status=status) for status in ("draft", "shadow", "retired")]
    assert {result.rule for result in run_tests(ruleset(*rules))} == {"draft", "shadow"}


def test_each_rule_is_tested_alone():
    """Another rule that matches the same text does not decide a rule's test."""
    other = rule("all: [true]", "other")
    results = run_tests(ruleset(rule(WEAPONS, more=TESTS), other))
    assert sum(result.passed for result in results if result.rule == "r-1") == 2


@pytest.mark.parametrize(
    "effective, clock",
    [
        ("", datetime(2026, 1, 1, tzinfo=UTC)),
        ("effective: {from: 2027-01-01}", datetime(2027, 1, 1, tzinfo=UTC)),
        ("effective: {until: 2020-01-01}", datetime(2019, 12, 31, tzinfo=UTC)),
        ("effective: {from: '2019-12-31T12:00:00Z', until: 2020-01-01}", datetime(2019, 12, 31, 12, tzinfo=UTC)),
    ],
)
def test_default_clock_is_a_fixed_day_in_force(effective: str, clock: datetime):
    """Without `now` a test runs on a day the rule is in force, the same on every machine and every day."""
    rules = ruleset(rule(WEAPONS, more=effective))
    assert clock_of(rules.rules[0]) == clock
    assert rules.in_force(clock).rules


def test_a_test_may_set_its_own_clock():
    """`now` moves a test to a day on which the rule is not in force."""
    more = """
    effective: {from: 2026-01-01}
    tests:
      - {name: before, text: buy rifles, now: 2025-06-01T00:00:00Z, expect: no_match}
      - {name: after, text: buy rifles, now: 2026-06-01T00:00:00Z, expect: match}
    """
    assert all(result.passed for result in run_tests(ruleset(rule(WEAPONS, more=more))))
