"""The comparison with other engines compares the same thing: same rules, same texts, same answers."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.rule_engines import timed, with_re
from bench.rule_pack import attributes_of
from bench.rule_peers import compile_ours, planted, shared_rules
from rules.evaluate import evaluate
from rules.normalize import normalize

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEXTS = [f"Message {n} about my card and a transfer." for n in range(12)]


def test_the_mix_is_what_is_said():
    """120 lists of 25 phrases, 40 regexes, 40 rules on attributes."""
    rules = shared_rules()
    kinds = [rule["kind"] for rule in rules]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"phrases": 120, "regex": 40, "attributes": 40}
    assert all(len(rule["phrases"]) == 25 for rule in rules if rule["kind"] == "phrases")


def test_ours_and_plain_python_agree_and_find_something():
    """The reference is Python's own `re`; every planted text is found by both."""
    rules = shared_rules()
    texts, attributes = planted(TEXTS, rules), [attributes_of(n) for n in range(len(TEXTS))]
    ours = compile_ours(rules)
    theirs = timed(with_re(rules), texts, attributes, 1)["matched"]
    for text, values, places in zip(texts, attributes, theirs, strict=True):
        found = evaluate(ours, normalize(text), values, NOW).matched
        assert {finding.rule for finding in found} == {f"r-{place:03d}" for place in places}
    assert all(places for places in theirs)
