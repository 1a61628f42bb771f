"""The tests that stand beside the rules, run through the real evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rules.evaluate import evaluate
from rules.model import FindingStatus, Rule, RuleStatus
from rules.normalize import normalize
from rules.ruleset import RuleSet

_DEFAULT_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one inline test expected and what it got."""

    __test__ = False  # not a test class for pytest to collect

    rule: str
    test: str
    file: str
    line: int  #: of the rule
    expected: FindingStatus
    got: FindingStatus

    @property
    def passed(self) -> bool:
        return self.got is self.expected


def run_tests(ruleset: RuleSet) -> list[TestResult]:
    """Run every inline test of every rule that is not retired, each rule alone, by rule id and in written order."""
    results = []
    for rule in ruleset.rules:
        if rule.status is RuleStatus.RETIRED or not rule.tests:
            continue
        alone = ruleset.alone(rule.id)
        for test in rule.tests:
            ruling = evaluate(alone, normalize(test.text), test.attributes, test.now or clock_of(rule))
            got = ruling.findings[0].status if ruling.findings else FindingStatus.NO_MATCH
            results.append(TestResult(rule.id, test.name, rule.file, rule.line, test.expect, got))
    return results


def clock_of(rule: Rule) -> datetime:
    """The time a test without `now` runs at: a fixed day on which the rule is in force, never the wall clock."""
    if rule.effective_from and rule.effective_from > _DEFAULT_NOW:
        return rule.effective_from
    if rule.effective_until and rule.effective_until <= _DEFAULT_NOW:
        start = rule.effective_from or rule.effective_until - timedelta(days=1)
        return max(start, rule.effective_until - timedelta(days=1))
    return _DEFAULT_NOW
