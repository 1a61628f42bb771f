"""The inline tests of rules and exemptions, clause by clause: what each clause says, and what a change would make.

The whole answer is put together here from the leaves' answers, as `rules.request` puts it together from the engine's,
so that thousands of small changes can be tried without compiling a rule again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rules import pii
from rules.analysis.clauses import Truth, truth
from rules.analysis.parts import Part, Said, Workshop, say
from rules.matchers import Hits
from rules.model import Condition, Exemption, FindingStatus, Leaf, Rule, RuleStatus, RuleTest, Span
from rules.normalize import normalize
from rules.request import Request
from rules.ruleset import RuleSet, is_in_force
from rules.testing import clock_of

Written: TypeAlias = Rule | Exemption


@dataclass(frozen=True, slots=True)
class Trial:
    """One inline test as a request, with what each leaf of its condition says."""

    test: RuleTest
    now: datetime
    request: Request
    unmet: bool  #: whether an attribute under `requires` is missing
    answers: Mapping[Leaf, Said]


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule or exemption with its tests."""

    written: Written
    parts: Mapping[Leaf, Part]
    trials: tuple[Trial, ...]

    @property
    def kind(self) -> str:
        return "exemption" if isinstance(self.written, Exemption) else "rule"

    def result(
        self, trial: Trial, condition: Condition | None = None, changed: Mapping[Leaf, Said] | None = None
    ) -> FindingStatus:
        """What it says in one trial: as written, or with another condition or with leaves that say something else."""
        when = self.written.when if condition is None else condition
        answers = {**trial.answers, **changed} if changed else trial.answers
        if not is_in_force(self.written, trial.now):
            return FindingStatus.NO_MATCH
        if trial.unmet:
            return FindingStatus.UNKNOWN
        plain = truth(when, lambda leaf: answers[leaf].truth(strict=False))
        strict = plain
        if trial.request.weak:
            strict = truth(when, lambda leaf: answers[leaf].truth(strict=True))
        if isinstance(self.written, Exemption):
            return _STATUS[strict if plain is True else plain]
        if plain is True or strict is True:
            return FindingStatus.MATCH
        return FindingStatus.NO_MATCH if plain is strict is False else FindingStatus.UNKNOWN


_STATUS: Mapping[Truth, FindingStatus] = {
    True: FindingStatus.MATCH,
    False: FindingStatus.NO_MATCH,
    None: FindingStatus.UNKNOWN,
}


def try_all(ruleset: RuleSet, workshop: Workshop) -> Iterator[Tried]:
    """Every rule that is not retired, by id, and then every exemption, each with all its tests tried."""
    searched: dict[str, tuple[Hits, tuple[Span, ...]]] = {}
    rules = [one.rule for one in ruleset.compiled if one.rule.status is not RuleStatus.RETIRED]
    everything: list[Written] = [*rules, *(one.exemption for one in ruleset.exemptions)]
    for written in everything:
        parts = workshop.parts(written.pack, written.when)
        trials = []
        for test in written.tests:
            if test.text not in searched:
                text = normalize(test.text)
                searched[test.text] = ruleset.matchers.scan(text), pii.find(text)
            request = Request(ruleset.engine, ruleset.schema.coerce(test.attributes), *searched[test.text])
            requires = written.requires if isinstance(written, Rule) else ()
            unmet = any(name not in request.usable for name in requires)
            trials.append(Trial(test, test.now or clock_of(written), request, unmet, say(parts.values(), request)))
        yield Tried(written, parts, tuple(trials))
