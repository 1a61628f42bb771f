"""The rules library against a slow and obvious reading of its language, on random conditions and requests."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import (
    AttributeValue,
    Clause,
    Condition,
    Effect,
    FindingStatus,
    Leaf,
    Matcher,
    Pack,
    Rule,
    RuleStatus,
    Severity,
)
from rules.normalize import normalize
from tests.unit.rules.given import NOW, SCHEMA

Facts = Mapping[str, AttributeValue]

#: Source, and what it means: a word that has to be in the text, or an attribute and what has to hold of it.
LEAVES = {
    "matched('cat')": ("text", "cat"),
    "matched('dog')": ("text", "dog"),
    "!matched('dog')": ("no text", "dog"),
    "pii('card')": ("text", "4242424242424242"),
    "amount > 5.0": ("amount", lambda value: value > 5),
    "age < 18": ("age", lambda value: value < 18),
    "authenticated": ("authenticated", bool),
    "'vip' in tags": ("tags", lambda value: "vip" in value),
    "country in lists.home": ("country", lambda value: value in {"GB", "NO"}),
    "matched('cat') && amount > 5.0": None,
}


def both(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def meaning(clause: Clause, text: str, facts: Facts) -> bool | None:
    """Kleene's three values: True, False, and None for unknown."""
    if isinstance(clause, Leaf):
        known = LEAVES[clause.source]
        if known is None:
            left, right = clause.source.split(" && ")
            return both(meaning(Leaf(left, 1, 1), text, facts), meaning(Leaf(right, 1, 1), text, facts))
        kind, test = known
        if kind == "text":
            return str(test) in text
        if kind == "no text":
            return str(test) not in text
        return bool(test(facts[kind])) if kind in facts and callable(test) else None

    def either(clauses: tuple[Clause, ...]) -> bool | None:
        values = [meaning(part, text, facts) for part in clauses]
        return True if True in values else None if None in values else False

    parts = [meaning(part, text, facts) for part in clause.all]
    if clause.any:
        parts.append(either(clause.any))
    if clause.none:
        found = either(clause.none)
        parts.append(None if found is None else not found)
    return both(*parts)


leaves = st.sampled_from(sorted(LEAVES)).map(lambda source: Leaf(source, 1, 1))


def conditions(children: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    some = st.lists(children, max_size=3).map(tuple)
    made = st.builds(Condition, all=some, any=some, none=some)
    return made.filter(lambda condition: bool(condition.all or condition.any or condition.none))


trees = conditions(st.recursive(leaves, conditions, max_leaves=5))
requests = st.tuples(
    st.lists(st.sampled_from(["cat", "dog", "4242424242424242", "bird"]), max_size=3).map(" ".join),
    st.fixed_dictionaries(
        {},
        optional={
            "amount": st.sampled_from([1.0, 9.0]),
            "age": st.sampled_from([10, 40]),
            "authenticated": st.booleans(),
            "tags": st.sampled_from([(), ("vip",)]),
            "country": st.sampled_from(["GB", "FR"]),
        },
    ),
    st.sampled_from([(), ("amount",), ("age", "amount")]),
)
STATUS = {True: FindingStatus.MATCH, False: FindingStatus.NO_MATCH, None: FindingStatus.UNKNOWN}


@settings(max_examples=40, deadline=None)
@given(st.lists(trees, min_size=1, max_size=6), st.lists(requests, min_size=1, max_size=6))
def test_every_finding_is_what_the_language_says(
    whens: list[Condition], asked: list[tuple[str, Facts, tuple[str, ...]]]
):
    """Sleeping rules, batches and shortcuts change nothing: each finding equals the obvious reading."""
    matchers = tuple(Matcher(word, (word,), (), ("plain", "folded"), whole_words=True) for word in ("cat", "dog"))
    for text, facts, requires in asked:
        rules = tuple(
            Rule(
                id=f"r-{place}",
                pack="p",
                title="t",
                status=RuleStatus.SHADOW,
                severity=Severity.LOW,
                effect=Effect.FLAG,
                reason_code="T-1",
                reason="r",
                when=when,
                requires=requires if place % 2 else (),
            )
            for place, when in enumerate(whens)
        )
        ruleset = compile_rules([Pack("p", "o", "t", rules, {"home": frozenset({"GB", "NO"})}, matchers)], SCHEMA)
        ruling = evaluate(ruleset, normalize(text), facts, NOW)
        for rule, finding in zip(ruleset.rules, ruling.shadow, strict=True):
            unmet = any(name not in facts for name in rule.requires)
            expected = FindingStatus.UNKNOWN if unmet else STATUS[meaning(rule.when, text, facts)]
            assert (finding.rule, finding.status) == (rule.id, expected)
