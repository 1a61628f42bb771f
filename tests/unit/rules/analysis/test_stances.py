"""What is proved of conditions is true of the real evaluation: on random rules and random requests, look-alikes,
missing attributes and unreadable parts included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.analysis.domains import TooLarge
from rules.analysis.edits import rebuilt
from rules.analysis.formulas import reader
from rules.analysis.search import Found
from rules.analysis.stances import difference, match_of, miss_of, stance, weakening
from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import (
    AttributeValue,
    Clause,
    Condition,
    Effect,
    Finding,
    FindingStatus,
    Leaf,
    Matcher,
    Pack,
    Rule,
    RuleStatus,
    Severity,
)
from rules.normalize import normalize
from rules.ruleset import RuleSet
from tests.unit.rules.given import NOW, SCHEMA

Facts = Mapping[str, AttributeValue]

ORDER = ("<", "<=", ">", ">=", "==", "!=")
numbers = st.sampled_from(ORDER).flatmap(
    lambda sign: st.sampled_from(
        [
            f"amount {sign} 1.0",
            f"amount {sign} 2.5",
            f"1.0 {sign} amount",
            f"age {sign} 1",
            f"age {sign} 3",
            f"-2 {sign} age",
        ]
    )
)
others = st.sampled_from(
    [
        "matched('cat')",
        "matched('dog')",
        "!matched('cat')",
        "pii('card')",
        "valid_pii('card')",
        "authenticated",
        "!authenticated",
        "authenticated == false",
        "'vip' in tags",
        "'vip' in tags && !('new' in tags)",
        "country in lists.home",
        "in_list(country, 'home') || country == 'FR'",
        "country != 'GB'",
        "country in ['GB', 'FR']",
        "channel == 'app'",
        "channel != 'app' && channel != 'web'",
        "age > 1 && age < 3 || amount >= 2.5",
        "true",
        "false || matched('dog')",
        # Parts that cannot be read:
        "country.startsWith('G')",
        "age + 1 > 3",
        "age > 1 ? authenticated : matched('cat')",
        "(age > 1) == authenticated",
    ]
)
leaves = st.one_of(numbers, others).map(lambda source: Leaf(source, 1, 1))


def conditions(children: st.SearchStrategy[Clause]) -> st.SearchStrategy[Condition]:
    some = st.lists(children, max_size=3).map(tuple)
    made = st.builds(Condition, all=some, any=some, none=some)
    return made.filter(lambda condition: bool(condition.all or condition.any or condition.none))


trees: st.SearchStrategy[Condition] = conditions(st.recursive(leaves, conditions, max_leaves=4))
WORDS = ["cat", "dog", "сat", "4242424242424242", "4242424242424241", "bird"]  # one `сat` has a Cyrillic letter
requests = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
    st.fixed_dictionaries(
        {},
        optional={
            "amount": st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0]),
            "age": st.integers(-3, 5),
            "authenticated": st.booleans(),
            "tags": st.sampled_from([(), ("vip",), ("vip", "new"), ("new",)]),
            "country": st.sampled_from(["GB", "FR", "NO", "US", "GX"]),
            "channel": st.sampled_from(["app", "web"]),
        },
    ),
)
rules = st.builds(
    lambda when, effect, on_error, requires: Rule(
        id="r",
        pack="p",
        title="t",
        status=RuleStatus.SHADOW,
        severity=Severity.LOW,
        effect=effect,
        reason_code="T-1",
        reason="r",
        when=when,
        on_error=on_error,
        requires=requires,
    ),
    trees,
    st.sampled_from(Effect),
    st.sampled_from([Effect.REVIEW, Effect.BLOCK]),
    st.sampled_from([(), (), ("amount",), ("age", "country")]),
)


@st.composite
def relatives(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """Two rules that have much in common, so that one often covers the other."""
    one = draw(rules)
    changed = [each.condition for each in rebuilt(one.when)]
    more = [Condition(all=(one.when, draw(leaves))), Condition(any=(one.when, draw(leaves))), draw(trees)]
    other = replace(draw(rules), when=draw(st.sampled_from([*changed, *more])))
    return draw(st.sampled_from([(one, other), (other, one), (one, replace(one, when=other.when))]))


def compiled(*written: Rule) -> RuleSet:
    matchers = tuple(Matcher(word, (word,), (), ("plain", "folded"), whole_words=True) for word in ("cat", "dog"))
    numbered = tuple(replace(rule, id=f"r-{place}") for place, rule in enumerate(written))
    return compile_rules([Pack("p", "o", "t", numbered, {"home": frozenset({"GB", "NO"})}, matchers)], SCHEMA)


def findings(ruleset: RuleSet, text: str, facts: Facts) -> list[Finding | None]:
    """Of every rule, by place; None for one that does not match."""
    told = {finding.rule: finding for finding in evaluate(ruleset, normalize(text), facts, NOW).shadow}
    return [told.get(rule.id) for rule in ruleset.rules]


def strength(finding: Finding | None) -> int:
    return finding.effect.strength if finding else -1


def text_of(found: Found) -> str:
    """A text in which nothing hits but what the search says."""
    words = [key.partition("/")[2] for key in found.hits - found.by_look_alikes if "/" in key]
    words += [{"p/cat": "сat", "p/dog": "dоg"}[key] for key in found.by_look_alikes]
    return " ".join([*words, *(["4242424242424242"] if "valid_pii:card" in found.hits else [])])


@settings(max_examples=60, deadline=None)
@given(rules, st.lists(requests, min_size=8, max_size=16))
def test_never_means_that_no_request_is_there(rule: Rule, asked: list[tuple[str, Facts]]):
    """A rule said never to match, or never to miss, does so on no random request; a request shown is one."""
    ruleset = compiled(rule)
    stands = stance(ruleset.rules[0], reader(ruleset.packs[0], SCHEMA))
    for search, status in ((match_of, FindingStatus.MATCH), (miss_of, FindingStatus.NO_MATCH)):
        try:
            found = search(stands, SCHEMA)
        except TooLarge:
            continue
        if found is None:
            for text, facts in asked:
                (finding,) = findings(ruleset, text, facts)
                assert (finding.status if finding else FindingStatus.NO_MATCH) is not status
        elif found.readable and ("pii:card" in found.hits) is ("valid_pii:card" in found.hits):
            (finding,) = findings(ruleset, text_of(found), found.attributes)
            assert (finding.status if finding else FindingStatus.NO_MATCH) is status


@settings(max_examples=30, deadline=None)
@given(relatives(), st.lists(requests, min_size=8, max_size=16))
def test_never_weaker_means_that_no_request_is_treated_more_weakly(
    pair: tuple[Rule, Rule], asked: list[tuple[str, Facts]]
):
    """Where a rule is said to cover another, or to be the same, no random request is a counter-example."""
    ruleset = compiled(*pair)
    words = reader(ruleset.packs[0], SCHEMA)
    before, after = (stance(rule, words) for rule in ruleset.rules)
    told = [findings(ruleset, text, facts) for text, facts in asked]
    try:
        never_weaker = weakening(before, after, SCHEMA) is None
        same = difference(before, after, SCHEMA) is None
    except TooLarge:
        return
    for first, second in told:
        if never_weaker:
            assert strength(first) <= strength(second)
        if same:
            assert strength(first) == strength(second)


def match(source: str, *more: str) -> Found | None:
    rule = replace(RULE, when=Condition(all=tuple(Leaf(one, 1, 1) for one in (source, *more))))
    ruleset = compiled(rule)
    return match_of(stance(ruleset.rules[0], reader(ruleset.packs[0], SCHEMA)), SCHEMA)


RULE = Rule("r", "p", "t", RuleStatus.SHADOW, Severity.LOW, Effect.REVIEW, "T-1", "r", Condition())


@pytest.mark.parametrize(
    "clauses",
    [
        ("amount > 5.0", "amount < 5.0"),
        ("age > 3", "age < 4"),
        ("country in lists.home", "country == 'FR'"),
        ("channel != 'app'", "channel != 'web'"),
        ("matched('cat')", "!matched('cat')"),
        ("authenticated", "authenticated == false"),
        ("valid_pii('card')", "!pii('card')"),
        ("'vip' in tags", "!('vip' in tags)"),
        ("country.startsWith('G')", "false"),
    ],
)
def test_contradictions_are_seen(clauses: tuple[str, ...]):
    """Intervals, whole numbers, lists, allowed values, hits and booleans that exclude each other never match."""
    assert match(*clauses) is None


@pytest.mark.parametrize(
    "clauses, attributes, hits",
    [
        (("amount > 5.0", "amount < 5.1"), {"amount"}, set()),
        (("age >= 3", "age < 4"), {"age"}, set()),
        (("country in lists.home", "country != 'GB'"), {"country"}, set()),
        (("pii('card')", "!valid_pii('card')"), set(), {"pii:card"}),
        (("matched('cat')", "'vip' in tags"), {"tags"}, {"p/cat"}),
    ],
)
def test_the_request_that_is_shown_holds_no_more_than_it_needs(
    clauses: tuple[str, ...], attributes: set[str], hits: set[str]
):
    """A witness names the attributes and hits that matter and leaves the others out."""
    found = match(*clauses)
    assert found is not None
    assert (set(found.attributes), set(found.hits), found.readable) == (attributes, hits, True)


def test_what_cannot_be_read_is_not_shown():
    """A match that hangs on an unreadable part may not exist, and is marked so."""
    found = match("country.startsWith('G')")
    assert found is not None
    assert not found.readable


def test_too_much_is_given_up():
    """A search that would take too long says that it does not know."""
    bits = [f"'{letter}' in tags" for letter in "abcdefg"]
    with pytest.raises(TooLarge):
        match(*bits)
