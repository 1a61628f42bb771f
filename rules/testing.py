"""The tests that stand beside the rules and exemptions, run through the real evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from rules import pii
from rules.matchers import Hits
from rules.model import AttributeValue, Exemption, FindingStatus, Rule, RuleStatus, RuleTest, Span
from rules.normalize import normalize
from rules.request import Request
from rules.ruleset import CompiledExemption, CompiledRule, RuleSet, is_in_force

_DEFAULT_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one inline test expected and what it got."""

    __test__ = False  # not a test class for pytest to collect

    rule: str  #: id of the rule or exemption
    test: str
    file: str
    line: int  #: of the test
    expected: FindingStatus
    got: FindingStatus

    @property
    def passed(self) -> bool:
        return self.got is self.expected


def run_tests(ruleset: RuleSet) -> list[TestResult]:
    """Run every inline test: of each rule that is not retired, alone and as if enforced, by rule id and in written
    order; then of each exemption."""
    bench = _Bench(ruleset)
    rules = (one for one in ruleset.compiled if one.rule.status is not RuleStatus.RETIRED)
    results = [result for one in rules for result in bench.results(one.rule, one)]
    return results + [result for one in ruleset.exemptions for result in bench.results(one.exemption, one)]


class _Bench:
    """Asks single rules. A text is searched once, however many tests use it: what hits does not depend on the rule."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._searched: dict[str, tuple[Hits, tuple[Span, ...]]] = {}

    def results(self, written: Rule | Exemption, one: CompiledRule | CompiledExemption) -> Iterator[TestResult]:
        for number, test in enumerate(written.tests):
            got = self._got(written, one, test)
            line, _ = written.places.get(f"tests.{number}", (written.line, 1))
            yield TestResult(written.id, test.name, written.file, line, test.expect, got)

    def _got(self, written: Rule | Exemption, one: CompiledRule | CompiledExemption, test: RuleTest) -> FindingStatus:
        if not is_in_force(written, test.now or clock_of(written)):
            return FindingStatus.NO_MATCH
        request = self._request(test.text, test.attributes)
        if isinstance(one, CompiledExemption):
            answer = request.exempts(one)
            return _STATUS.get(answer, FindingStatus.UNKNOWN)
        return request.status(one)

    def _request(self, text: str, attributes: Mapping[str, AttributeValue]) -> Request:
        if text not in self._searched:
            seen = normalize(text)
            self._searched[text] = self._ruleset.matchers.scan(seen), pii.find(seen)
        return Request(self._ruleset.engine, self._ruleset.schema.coerce(attributes), *self._searched[text])


_STATUS: Final[Mapping[bool | str, FindingStatus]] = {True: FindingStatus.MATCH, False: FindingStatus.NO_MATCH}


def clock_of(written: Rule | Exemption) -> datetime:
    """The time a test without `now` runs at: a fixed day on which the rule is in force, never the wall clock."""
    start = written.effective_from
    until = written.until if isinstance(written, Exemption) else written.effective_until
    if start and start > _DEFAULT_NOW:
        return start
    if until and until <= _DEFAULT_NOW:
        return max(start or until - timedelta(days=1), until - timedelta(days=1))
    return _DEFAULT_NOW
