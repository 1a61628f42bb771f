"""Explanations agree with the evaluation and name the clause, the place and the values that decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.analysis.trace import Trace, explain
from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import (
    AttributeValue,
    Condition,
    Effect,
    Exemption,
    FindingStatus,
    Leaf,
    Matcher,
    Pack,
    Rollout,
    Rule,
    RuleStatus,
    RuleTest,
    Severity,
)
from rules.normalize import normalize
from tests.unit.rules import given as written
from tests.unit.rules.given import NOW, SCHEMA

LATER, EARLIER = datetime(2027, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)


def traced(rules: str, text: str, attributes: dict[str, AttributeValue] | None = None) -> Trace:
    (trace,) = explain(written.ruleset(rules), normalize(text), attributes or {}, NOW)
    return trace


def test_a_match_names_what_held():
    """All clauses that made a rule match are named with values, hits and spans."""
    rule = written.rule("all: [matched('weapons'), amount > 5.0]\nnone: [authenticated]")
    trace = traced(rule, "please buy rifles", {"amount": 7.0, "authenticated": False})
    assert (trace.finding, trace.effect, trace.counts, trace.why_not) == (FindingStatus.MATCH, Effect.BLOCK, True, "")
    assert [(seen.source, seen.wanted, seen.answer) for seen in trace.clauses] == [
        ("matched('weapons')", True, True),
        ("amount > 5.0", True, True),
        ("authenticated", False, False),
    ]
    (hit,) = trace.clauses[0].hits
    assert (hit.name, hit.found, [(span.start, span.end) for span in hit.spans]) == ("weapons", True, [(7, 17)])
    assert trace.clauses[1].attributes == {"amount": 7.0}


def test_a_miss_names_the_first_clause_that_stopped_it():
    """The first false clause is named as written, with its place and the value seen."""
    rule = written.rule("all:\n  - age >= 18\n  - country in lists.embargoed\n  - matched('weapons')")
    trace = traced(rule, "x", {"age": 20, "country": "FR"})
    (seen,) = trace.clauses
    assert trace.finding is FindingStatus.NO_MATCH
    assert (seen.source, seen.file, seen.answer) == ("country in lists.embargoed", "demo/all.rule.yaml", False)
    assert rule.splitlines()[seen.line - 1][seen.column - 1 :].startswith("country in")
    assert seen.attributes == {"country": "FR"}
    assert "country is FR" in trace.says


def test_an_unknown_names_what_is_missing():
    """A rule that cannot say names the attributes it lacks, those under `requires` included."""
    assert traced(written.rule("all: [amount > 5.0, age > 3]"), "x", {"age": 9}).missing == ("amount",)
    trace = traced(written.rule("all: [matched('weapons')]", more="requires: [country]"), "x")
    assert (trace.finding, trace.missing, trace.clauses) == (FindingStatus.UNKNOWN, ("country",), ())


def test_a_failing_clause_gives_the_engines_word():
    """Where nothing is missing and the engine fails, its status word is told."""
    trace = traced(written.rule("all: [10 / age > 1]"), "x", {"age": 0})
    assert trace.finding is FindingStatus.UNKNOWN
    assert trace.clauses[0].failure
    assert trace.missing == ()


def test_a_match_by_look_alikes_is_marked():
    """A rule that matches only where look-alike letters were folded is weakened, and its hit is marked."""
    trace = traced(written.rule("all: [matched('weapons')]"), "please buy rіfles")  # a Cyrillic letter
    assert (trace.finding, trace.effect, trace.weakened) == (FindingStatus.MATCH, Effect.REVIEW, True)
    assert trace.clauses[0].hits[0].by_look_alikes


@pytest.mark.parametrize(
    "status, more, why_not",
    [
        ("draft", "", "draft"),
        ("retired", "", "retired"),
        ("shadow", "", "shadow"),
        ("enforce", "effective: {from: 2027-01-01}", "takes effect at 2027"),
        ("enforce", "effective: {until: 2026-01-01}", "ended at 2026"),
    ],
)
def test_rules_that_do_not_count_are_explained_too(status: str, more: str, why_not: str):
    """What such a rule would say is told, and why it does not count."""
    trace = traced(written.rule("all: [matched('weapons')]", more=more, status=status), "buy rifles")
    assert (trace.finding, trace.counts) == (FindingStatus.MATCH, False)
    assert trace.asked is (status == "shadow")
    assert why_not in trace.why_not


def test_disabled_rules_say_so():
    """A rule that is off is asked but does not count."""
    rules = written.ruleset(written.rule("all: [matched('weapons')]"))
    (trace,) = explain(rules, normalize("x"), {}, NOW, off=["r-1"])
    assert (trace.asked, trace.counts, trace.why_not) == (True, False, "it is disabled for now")


def test_one_rule_can_be_asked_about():
    """Naming rules leaves the others out."""
    rules = written.ruleset(written.rule("all: [authenticated]"), written.rule("all: [authenticated]", "r-2"))
    assert [trace.rule for trace in explain(rules, normalize("x"), {}, NOW, only={"r-2"})] == ["r-2"]


def test_a_trace_is_plain_data():
    """A trace can be written as JSON."""
    rules = written.ruleset(written.rule("all:\n  - matched('weapons')\n  - \"'vip' in tags\""))
    (trace,) = explain(rules, normalize("buy rifles"), {"tags": ("vip",)}, NOW)
    assert json.loads(json.dumps(trace.as_dict()))["finding"] == "match"


LEAVES = [
    *("matched('cat')", "!matched('cat')", "matched('dog')", "pii('card')", "amount > 5.0", "authenticated"),
    *("'vip' in tags", "country in lists.home", "10 / age > 1", "matched('cat') && amount > 5.0 || age < 3"),
]
leaves = st.sampled_from(LEAVES).map(lambda source: Leaf(source, 1, LEAVES.index(source) + 1))
some = st.lists(leaves, max_size=3).map(tuple)
conditions = st.builds(Condition, all=some, any=some, none=some).filter(
    lambda one: bool(one.all or one.any or one.none)
)
STATES: list[dict[str, object]] = [
    {"status": RuleStatus.ENFORCE},
    {"status": RuleStatus.SHADOW},
    {"status": RuleStatus.DRAFT},
    {"status": RuleStatus.RETIRED},
    {"status": RuleStatus.CANARY, "rollout": Rollout(50)},
    {"status": RuleStatus.CANARY, "rollout": Rollout(50, "country")},
    {"status": RuleStatus.ENFORCE, "effective_from": LATER},
    {"status": RuleStatus.ENFORCE, "effective_until": EARLIER},
]
requests = st.tuples(
    st.lists(st.sampled_from(["cat", "dog", "сat", "4242424242424242"]), max_size=3).map(" ".join),
    st.fixed_dictionaries(
        {},
        optional={
            "amount": st.sampled_from([1.0, 9.0]),
            "age": st.sampled_from([0, 2, 40]),
            "authenticated": st.booleans(),
            "tags": st.sampled_from([(), ("vip",)]),
            "country": st.sampled_from(["GB", "FR"]),
        },
    ),
    st.sampled_from([None, "ann", "bob"]),
)
TESTS = tuple(RuleTest(status.value, "x", {}, status) for status in (FindingStatus.MATCH, FindingStatus.NO_MATCH))


def law(rules: Sequence[dict[str, object]], exempt: Condition, tests: tuple[RuleTest, ...] = TESTS) -> Pack:
    """A pack of these rules, the first of which one exemption names."""
    made = tuple(
        Rule(
            **{  # type: ignore[arg-type]
                "id": f"r-{place}",
                "pack": "p",
                "title": "t",
                "status": RuleStatus.ENFORCE,
                "severity": Severity.LOW,
                "effect": Effect.BLOCK,
                "reason_code": "T-1",
                "reason": "r",
                "tests": tests,
                **rule,
            }
        )
        for place, rule in enumerate(rules)
    )
    exemption = Exemption("ex-1", "p", ("r-0",), exempt, LATER, "o", "w", tests=tests)
    matchers = tuple(Matcher(word, (word,), (), ("plain", "folded"), whole_words=True) for word in ("cat", "dog"))
    return Pack("p", "o", "t", made, {"home": frozenset({"GB", "NO"})}, matchers, exemptions=(exemption,))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(conditions, st.sampled_from(STATES), st.sampled_from([(), ("age",)])), min_size=1, max_size=8),
    conditions,
    st.lists(requests, min_size=1, max_size=5),
)
def test_explanations_agree_with_the_evaluation(
    written_rules: list[tuple[Condition, dict[str, object], tuple[str, ...]]],
    exempt: Condition,
    asked: list[tuple[str, dict[str, AttributeValue], str | None]],
):
    """Finding, effect, exemption and standing of every rule are those of `evaluate`, and the clauses named bear them
    out."""
    pack = law([{"when": when, "requires": requires, **state} for when, state, requires in written_rules], exempt)
    ruleset = compile_rules([pack], SCHEMA)
    for text, attributes, key in asked:
        ruling = evaluate(ruleset, normalize(text), attributes, NOW, key=key, off=["r-1"])
        traces = {one.rule: one for one in explain(ruleset, normalize(text), attributes, NOW, key=key, off=["r-1"])}
        assert len(traces) == len(written_rules)
        assert {name for name, trace in traces.items() if trace.counts} == {one.rule for one in ruling.findings}
        telling = {one.rule: one for one in (*ruling.matched, *ruling.unknown, *ruling.exempted, *ruling.shadow)}
        for name, trace in traces.items():
            if name in telling:
                found = telling[name]
                assert (found.status, found.effect, found.reason) == (trace.finding, trace.effect, trace.reason)
                assert found.exemption == trace.exemption
            elif trace.asked:
                assert trace.finding is FindingStatus.NO_MATCH
            answers = [(seen.answer, seen.wanted) for seen in trace.clauses]
            if trace.finding is FindingStatus.MATCH:
                assert answers
                assert all(answer is wanted for answer, wanted in answers)
            elif trace.finding is FindingStatus.NO_MATCH:
                assert answers
                assert all(answer is (not wanted) for answer, wanted in answers)
            else:
                assert trace.missing or trace.clauses
