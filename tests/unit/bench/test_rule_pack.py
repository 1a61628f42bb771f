"""The generated pack is made of rules that load, hold their own tests, and hit about as often as they are said to."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from bench.rule_pack import ATTRIBUTES, RULES, attributes_of, generate, write_pack, write_packs
from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import Attribute, AttributeType, Effect
from rules.normalize import normalize
from rules.reading.reader import pack_files, read_pack
from rules.schema import AttributeSchema
from rules.testing import run_tests

SCHEMA = AttributeSchema(
    tuple(
        Attribute(name, AttributeType(declared["type"]), tuple(declared.get("values", ())))
        for name, declared in ATTRIBUTES.items()
    )
)


def test_pack_loads_and_its_own_tests_pass(tmp_path: Path):
    """Every generated rule compiles, and its hit hits and its miss misses."""
    write_pack(tmp_path / "generated", 120)
    ruleset = compile_rules([read_pack(pack_files(tmp_path / "generated"))], SCHEMA)
    results = run_tests(ruleset)
    assert len(results) == 240
    assert [result for result in results if not result.passed] == []


def test_everyday_message_is_not_blocked_and_hits_a_few(tmp_path: Path):
    """An ordinary request meets about one rule in a hundred, none of which blocks it or sends it to a person."""
    write_pack(tmp_path / "generated", 300)
    ruleset = compile_rules([read_pack(pack_files(tmp_path / "generated"))], SCHEMA)
    text = normalize("I was charged a fee for a cash withdrawal with my card")
    ruling = evaluate(ruleset, text, attributes_of(0), datetime(2026, 1, 1, tzinfo=UTC))
    assert ruling.effect is Effect.FLAG
    assert 3 <= len(ruling.matched) <= 15
    assert ruling.unknown == ()


def test_same_pack_every_time():
    """Figures can be compared because the pack never changes by itself."""
    assert list(generate(200)) == list(generate(200))


def test_kinds_and_effects_are_all_there():
    """A thousand rules hold every kind and every effect, one in ten on attributes alone."""
    written = list(generate(1_000))
    kinds = Counter(rule["id"].split("-")[0] for rule, _, _ in written)
    assert set(kinds) == {"phrase", "regex", "personal", "mixed", "attribute", "everyday", "usual"}
    assert {rule["effect"] for rule, _, _ in written} == set(Effect)
    assert 90 <= sum(not matchers and asks for _, matchers, asks in written) <= 115


def test_every_request_carries_attributes_that_fit_the_schema():
    """No request is refused for its attributes, and none leaves a rule unknown."""
    for place in range(200):
        attributes = attributes_of(place)
        assert SCHEMA.check(attributes) == []
        assert set(attributes) == set(ATTRIBUTES)


def test_the_pack_of_the_rules_bench_holds_what_it_is_said_to():
    """About 10,000 phrases and 500 regexes in a thousand rules, a tenth of them on attributes alone."""
    written = list(generate(1_000, RULES))
    matchers = [matcher for rule in written for matcher in rule.matchers.values()]
    assert 9_500 <= sum(len(matcher.get("phrases", ())) for matcher in matchers) <= 10_500
    assert 480 <= sum(len(matcher.get("regex", ())) for matcher in matchers) <= 520
    assert 90 <= sum(not rule.matchers and rule.asks_attributes for rule in written) <= 115


def test_large_packs_are_split_where_files_end(tmp_path: Path):
    """2,500 rules come as three packs, each of which may be read."""
    folders = write_packs(tmp_path, 2_500)
    assert [len(read_pack(pack_files(folder)).rules) for folder in folders] == [1_000, 1_000, 500]
