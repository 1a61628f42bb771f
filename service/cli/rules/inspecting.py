"""Rule files as found on disk, compiled and tested: what `check` and `test` tell about. No house, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.errors import Problem, RuleErrors
from rules.reading.golden import GoldenResult, run_golden
from rules.testing import TestResult, run_tests
from service.usecases.rule_files import Candidate, as_dict, candidates, failures


@dataclass(frozen=True, slots=True)
class Case:
    """One test of one rule or exemption, or one golden request."""

    suite: str  #: the workflow, or the pack that stands alone
    of: str  #: id of the rule or exemption; `golden` for a golden request
    name: str
    file: str
    line: int
    failure: str  #: empty when it passed

    def as_dict(self) -> dict[str, Any]:
        return {
            "suite": self.suite,
            "of": self.of,
            "name": self.name,
            "file": self.file,
            "line": self.line,
            "passed": not self.failure,
            "failure": self.failure,
        }


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found: errors of files, or else the cases that were tried."""

    errors: tuple[Problem, ...]
    candidates: tuple[Candidate, ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def failed(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.failure)

    @property
    def totals(self) -> str:
        """How many passed, in words."""
        return f"{len(self.cases) - len(self.failed)} of {len(self.cases)} tests pass"

    def problems(self) -> list[dict[str, Any]]:
        """Every error and every failed case once, by place."""
        failed = [problem for candidate in self.candidates for problem in failures(candidate)] if self.failed else []
        return [as_dict(problem) for problem in sorted({*self.errors, *failed})]


def gather(paths: Sequence[Path]) -> list[Candidate]:
    """The packs at `paths`, or every workflow of the home folder; RuleErrors with all problems."""
    if paths:
        return candidates(Path(), paths)
    from service.settings import load_settings

    return candidates(load_settings().home)


def inspect(paths: Sequence[Path]) -> Inspected:
    try:
        found = gather(paths)
    except RuleErrors as error:
        return Inspected(error.problems)
    cases: list[Case] = []
    for candidate in found:
        cases += [_of_rule(candidate, result) for result in run_tests(candidate.ruleset)]
        cases += [_golden(candidate, result) for result in run_golden(candidate.ruleset, candidate.golden)]
    return Inspected((), tuple(found), tuple(cases))


def _of_rule(candidate: Candidate, result: TestResult) -> Case:
    failure = "" if result.passed else f"expects {result.expected} and gets {result.got}"
    file = f"{candidate.root}{result.file}"
    return Case(candidate.name, result.rule, result.test, file, result.line, failure)


def _golden(candidate: Candidate, result: GoldenResult) -> Case:
    request = result.request
    return Case(candidate.name, "golden", request.name, request.file, request.line, "; ".join(result.wrong))
