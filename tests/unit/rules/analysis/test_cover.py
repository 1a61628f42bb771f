"""Which clauses the inline tests decide, and that the clause-by-clause reading agrees with the real test run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given as each
from hypothesis import settings

from rules.analysis.cover import Coverage, cover
from rules.analysis.parts import Workshop
from rules.analysis.trials import try_all
from rules.compile import compile_rules
from rules.reading.reader import pack_files, read_pack
from rules.schema import AttributeSchema
from rules.testing import run_tests
from tests.unit.rules.analysis.test_trace import TESTS, conditions, law, requests
from tests.unit.rules.given import SCHEMA, rule, ruleset
from tests.unit.rules.test_starter_pack import FOLDER

WHEN = "all:\n  - matched('weapons')\n  - amount > 5.0"


def covered(*tests: str, when: str = WHEN) -> Coverage:
    lines = "\n".join(f"  - {{{test}}}" for test in tests)
    return cover(ruleset(rule(when, more=f"tests:\n{lines}")))


BOTH = "name: both, text: buy rifles, attributes: {amount: 9.0}, expect: match"
NO_WORDS = "name: no words, text: x, attributes: {amount: 9.0}, expect: no_match"
LITTLE = "name: little, text: buy rifles, attributes: {amount: 1.0}, expect: no_match"
NEITHER = "name: neither, text: x, attributes: {amount: 1.0}, expect: no_match"


def test_a_clause_is_decided_when_each_value_of_it_matters():
    """One match and one miss for every clause of a conjunction decide them all."""
    coverage = covered(BOTH, NO_WORDS, LITTLE)
    assert (coverage.undecided, coverage.share) == ((), 1.0)
    (one,) = coverage.rules
    assert (one.rule, one.tests, one.clauses, one.decided) == ("r-1", 3, 2, 2)


@pytest.mark.parametrize(
    "tests, missing",
    [
        ((BOTH, NO_WORDS), {"amount > 5.0": ("never false",)}),
        ((BOTH, NEITHER), dict.fromkeys(["matched('weapons')", "amount > 5.0"], ("false, but never decides",))),
        ((NO_WORDS, LITTLE), dict.fromkeys(["matched('weapons')", "amount > 5.0"], ("true, but never decides",))),
    ],
)
def test_what_no_test_shows_is_named(tests: tuple[str, ...], missing: dict[str, tuple[str, ...]]):
    """A clause that is never true, never false, or never matters is listed with what is missing."""
    expects = tests if any("expect: match" in test for test in tests) else (*tests, "name: m, text: x, expect: match")
    assert {one.source: one.missing for one in covered(*expects).undecided} == missing


def test_an_undecided_clause_has_its_place():
    """File, line and column lead to the clause as written."""
    (one,) = covered(BOTH, NO_WORDS).undecided
    written = rule(WHEN, more=f"tests:\n  - {{{BOTH}}}\n  - {{{NO_WORDS}}}")
    assert one.file == "demo/all.rule.yaml"
    assert written.splitlines()[one.line - 1][one.column - 1 :] == "amount > 5.0"


def test_a_report_is_plain_data():
    """A coverage can be written as JSON, totals included."""
    assert json.loads(json.dumps(covered(BOTH, NO_WORDS).as_dict()))["decided"] == 1


def test_the_starter_pack_is_mostly_decided():
    """Every rule of the starter pack has tests, and they decide at least half of its clauses."""
    pack = read_pack(pack_files(FOLDER))
    coverage = cover(compile_rules([pack], AttributeSchema(pack.attributes)))
    assert all(one.tests for one in coverage.rules)
    assert coverage.share > 0.5


@settings(max_examples=40, deadline=None)
@each(conditions, conditions, requests, requests)
def test_clause_by_clause_is_what_the_engine_says(when, exempt, one, other):
    """Rules and exemptions put together from their clauses get the results of the real test run."""
    tests = tuple(
        replace(test, text=text, attributes=attributes)
        for test, (text, attributes, _) in zip(TESTS, (one, other), strict=True)
    )
    rules = [{"when": when}, {"when": exempt, "requires": ("age",)}]
    base = compile_rules([law(rules, when, tests)], SCHEMA)
    expected = [result.got for result in run_tests(base)]
    got = [tried.result(trial) for tried in try_all(base, Workshop(base)) for trial in tried.trials]
    assert got == expected
