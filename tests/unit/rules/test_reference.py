"""The rules library against a slow and obvious reading of its language, on random packs and requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import (
    AttributeValue,
    Clause,
    Condition,
    Effect,
    Exemption,
    Finding,
    FindingStatus,
    Leaf,
    Matcher,
    Obligations,
    Pack,
    Rollout,
    Rule,
    RuleStatus,
    RuleTest,
    Severity,
)
from rules.normalize import normalize
from tests.unit.rules.given import SCHEMA
from tests.unit.rules.reference import Facts, Meaning, Said, Truth, World, both, either, law, opposite

DAY = datetime(2026, 6, 1, tzinfo=UTC)


def _hit(key: str) -> Meaning:
    return lambda _, hits: key in hits


def _cat_and_rich(facts: Facts, hits: frozenset[str]) -> Truth:
    return both([_cat(facts, hits), _rich(facts, hits)])


def _not_dog_or_young(facts: Facts, hits: frozenset[str]) -> Truth:
    return either([opposite(_dog(facts, hits)), _young(facts, hits)])


def _rich(facts: Facts, _: frozenset[str]) -> Truth:
    return float(str(facts["amount"])) > 5 if "amount" in facts else None


def _young(facts: Facts, _: frozenset[str]) -> Truth:
    return int(str(facts["age"])) < 18 if "age" in facts else None


def _divided(facts: Facts, _: frozenset[str]) -> Truth:
    """Division by zero fails, so it is unknown."""
    return None if "age" not in facts or facts["age"] == 0 else 100 // int(str(facts["age"])) > 3


def _is(name: str, wanted: object) -> Meaning:
    return lambda facts, _: facts[name] == wanted if name in facts else None


def _holds(name: str, wanted: str) -> Meaning:
    return lambda facts, _: wanted in tuple(facts[name]) if name in facts else None  # type: ignore[arg-type]


def _at_home(facts: Facts, _: frozenset[str]) -> Truth:
    return facts["country"] in ("GB", "NO") if "country" in facts else None


_cat, _dog = _hit("cat"), _hit("dog")

#: Every expression that is tried, and what it means.
MEANINGS: Mapping[str, Meaning] = {
    "matched('cat')": _cat,
    "matched('dog')": _dog,
    "!matched('dog')": lambda facts, hits: opposite(_dog(facts, hits)),
    "matched('passport')": _hit("passport"),
    "pii('phone')": _hit("phone"),
    "valid_pii('phone')": _hit("valid phone"),
    "pii('card')": _hit("card"),
    "amount > 5.0": _rich,
    "age < 18": _young,
    "100 / age > 3": _divided,
    "authenticated": _is("authenticated", True),
    "'vip' in tags": _holds("tags", "vip"),
    "tags.exists(tag, tag == 'vip')": _holds("tags", "vip"),
    "country in lists.home": _at_home,
    "in_list(country, 'home')": _at_home,
    "matched('cat') && amount > 5.0": _cat_and_rich,
    "!matched('dog') || age < 18": _not_dog_or_young,
    "true": lambda *_: True,
    "false": lambda *_: False,
}


class Word(NamedTuple):
    """A piece of text, what it hits, and whether by look-alike letters alone."""

    text: str
    hits: tuple[str, ...] = ()
    alike: bool = False


WORDS = (
    Word("bird"),
    Word("concatenate dogma"),  # within words
    Word("cat", ("cat",)),
    Word("C\u200bA\u00adT", ("cat",)),
    Word("ＤＯＧ", ("dog",)),
    Word("c\u0430t", ("cat",), alike=True),
    Word("d\u03bfg", ("dog",), alike=True),
    Word("dóg", ("dog",), alike=True),
    Word("A12345678", ("passport",)),
    Word("a12345678"),
    Word("4242 4242 4242 4242", ("card",)),
    Word("4242\u200b424242424242", ("card",)),
    Word("+44 20 7946 0958", ("phone", "valid phone")),
    Word("+1 200 000 0000", ("phone",)),
)
MATCHERS = (
    Matcher("cat", ("cat",), (), ("plain", "folded"), whole_words=True),
    Matcher("dog", ("dog",), (r"\bdog\b",), ("plain", "folded"), whole_words=True),
    Matcher("passport", (), (r"\b[A-Z]\d{8}\b",), ("clean",), whole_words=True),
)
ATTRIBUTES: Mapping[str, tuple[tuple[AttributeValue, ...], tuple[Any, ...]]] = {  # usable values, and others
    "amount": ((1.0, 9.0), ("9", float("nan"), float("inf"), True, 2**70)),
    "age": ((0, 10, 40), (10.5, "10", True, 2**63, -(2**70))),
    "authenticated": ((True, False), ("true", 1)),
    "tags": (((), ("vip",), ("new", "vip")), ("vip", ("a\0b",), (1,))),
    "country": (("GB", "FR"), ("G\0B", "\ud800", 7)),
    "channel": (("app", "web"), ("pigeon",)),
}

leaves = st.sampled_from(sorted(MEANINGS)).map(lambda source: Leaf(source, 1, 1))


def conditions(children: st.SearchStrategy[Clause]) -> st.SearchStrategy[Condition]:
    some = st.lists(children, max_size=3).map(tuple)
    made = st.builds(Condition, all=some, any=some, none=some)
    return made.filter(lambda condition: bool(condition.all or condition.any or condition.none))


trees = conditions(st.recursive(leaves, conditions, max_leaves=4))
days = st.integers(-2, 2).map(lambda days: DAY + timedelta(days=days))
dates = st.tuples(st.none() | days, st.none() | days)
obligations = st.builds(
    Obligations,
    redact=st.frozensets(st.sampled_from(["card", "email", "phone"])),
    narrow=st.dictionaries(
        st.sampled_from(["region", "kind"]), st.frozensets(st.sampled_from(["a", "b", "c"]), min_size=1)
    ),
    priority=st.none() | st.integers(0, 100),
    queue=st.sampled_from([None, "first", "second"]),
)
TESTS = tuple(RuleTest(word, "", {}, FindingStatus(word)) for word in ("match", "no_match"))


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    status = draw(st.sampled_from([*RuleStatus, RuleStatus.ENFORCE, RuleStatus.ENFORCE]))
    rollout = Rollout(draw(st.integers(1, 99)), draw(st.sampled_from([None, "country", "channel"])))
    begins, ends = draw(dates)
    return Rule(
        id=f"r-{number}",
        pack="p",
        title="t",
        status=status,
        severity=draw(st.sampled_from(Severity)),
        effect=draw(st.sampled_from(Effect)),
        reason_code="T-1",
        reason="r",
        when=draw(trees),
        on_error=draw(st.sampled_from([Effect.REVIEW, Effect.BLOCK])),
        effective_from=begins,
        effective_until=ends,
        requires=draw(st.sampled_from([(), (), (), ("amount",), ("age", "country")])),
        obligations=draw(obligations),
        tests=TESTS,
        rollout=rollout if status is RuleStatus.CANARY else None,
    )


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    chosen = tuple(draw(rules(number)) for number in range(draw(st.integers(1, 6))))
    ids = st.sampled_from([rule.id for rule in chosen])
    exemptions = tuple(
        Exemption(
            id=f"ex-{number}",
            pack="p",
            rules=tuple(sorted(draw(st.sets(ids, min_size=1, max_size=3)))),
            when=draw(trees),
            until=draw(days),
            owner="o",
            why="w",
            effective_from=draw(st.none() | days),
            tests=TESTS,
        )
        for number in range(draw(st.integers(0, 2)))
    )
    return Pack("p", "o", "t", chosen, {"home": frozenset({"GB", "NO"})}, MATCHERS, exemptions=exemptions)


class Asked(NamedTuple):
    """A request as it is sent, and what is to be known of it."""

    sent: Mapping[str, AttributeValue]
    world: World


def request(draw: Random) -> Asked:
    """A random request. Drawn without hypothesis, which would take most of the time."""
    words = draw.choices(WORDS, k=draw.randrange(5))
    strong = frozenset(hit for word in words if not word.alike for hit in word.hits)
    alike = frozenset(hit for word in words if word.alike for hit in word.hits)
    sent: dict[str, Any] = {}
    usable: dict[str, AttributeValue] = {}
    for name, (right, wrong) in ATTRIBUTES.items():
        kind = draw.choice(["right", "right", "right", "missing", "wrong"])
        if kind == "right":
            sent[name] = usable[name] = draw.choice(right)
        elif kind == "wrong":
            sent[name] = draw.choice(wrong)
    beside = draw.choice([timedelta(0), timedelta(microseconds=-1), timedelta(hours=1)])
    world = World(
        text=" ; ".join(word.text for word in words),
        attributes=usable,
        strong=strong,
        weak=alike - strong,
        now=DAY + timedelta(days=draw.randint(-2, 2)) + beside,
        key=draw.choice([None, "ann", "bob", "c\ud800"]),
        off=frozenset(draw.sample(["r-0", "r-1", "r-5", "elsewhere"], k=draw.randrange(3))),
    )
    return Asked(sent, world)


def _said(found: Iterable[Finding]) -> list[Said]:
    return [Said(one.rule, one.status.value, one.effect, one.exemption) for one in found]


def compare(pack: Pack, asked: Iterable[Asked]) -> int:
    """Ask both; the number of requests on which they agreed, which must be all."""
    ruleset = compile_rules([pack], SCHEMA)
    agreed = 0
    for sent, world in asked:
        ruling = evaluate(ruleset, normalize(world.text), sent, world.now, key=world.key, off=world.off)
        expected = law(pack, world, MEANINGS)
        assert _said(ruling.matched) == expected.matched
        assert _said(ruling.unknown) == expected.unknown
        assert _said(ruling.exempted) == expected.exempted
        assert _said(ruling.shadow) == expected.shadow
        assert (ruling.effect, ruling.obligations) == (expected.effect, expected.obligations)
        assert [finding.rule for finding in ruling.findings] == expected.asked
        assert ruling.asked == len(expected.asked)
        agreed += 1
    return agreed


@settings(max_examples=100, deadline=None)
@given(packs(), st.randoms(use_true_random=True))
def test_the_law_says_what_the_language_says(pack: Pack, draw: Random):
    """Sleeping rules, batches, indexes and shortcuts change nothing: the ruling equals the obvious reading."""
    compare(pack, [request(draw) for _ in range(5)])


@pytest.mark.slow
def test_the_law_says_what_the_language_says_twenty_thousand_times(capsys: pytest.CaptureFixture[str]):
    """The same on at least 20,000 random requests before random packs."""
    agreed = packs_seen = 0

    @settings(
        max_examples=1_700,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(packs(), st.randoms(use_true_random=True))
    def run(pack: Pack, draw: Random) -> None:
        nonlocal agreed, packs_seen
        agreed += compare(pack, [request(draw) for _ in range(12)])
        packs_seen += 1

    run()
    with capsys.disabled():
        print(f"{agreed:,} requests before {packs_seen:,} random packs: every ruling agreed")  # noqa: T201
    assert agreed >= 20_000
