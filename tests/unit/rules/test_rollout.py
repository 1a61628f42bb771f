from __future__ import annotations

import hashlib

from rules.model import Effect, Rollout
from rules.rollout import counts_for, holds
from tests.unit.rules.given import rule, rule_on, ruleset

KEYS = [f"customer-{number}" for number in range(2_000)]
CANARY = "rollout: {percent: 30}"


def test_the_side_is_a_fixed_hash_of_rule_and_key():
    """Anybody can work out the side: the first 8 bytes of SHA-256 over id, NUL and key, as a share of 100."""
    for key in KEYS[:50]:
        share = int.from_bytes(hashlib.sha256(f"r-1\0{key}".encode()).digest()[:8], "big") / 2**64 * 100
        assert holds("r-1", Rollout(30), key) is (share < 30)


def test_a_share_only_grows():
    """Whoever a rule counts for at one percentage, it counts for at every higher one; the share is about right."""
    sides = [{key for key in KEYS if holds("r-1", Rollout(percent), key)} for percent in (1, 10, 50, 99)]
    assert sides[0] < sides[1] < sides[2] < sides[3]
    assert 900 < len(sides[2]) < 1_100


def test_two_rules_choose_independently():
    """The same customers are not everybody's canaries."""
    first, second = ({key for key in KEYS if holds(name, Rollout(50), key)} for name in ("r-1", "r-2"))
    assert 400 < len(first & second) < 600


def test_the_attribute_goes_before_the_key_and_the_key_before_the_text():
    """`by` chooses when its attribute came; else the key given, else the text."""
    written = ruleset(
        rule("all: [true]", more="rollout: {percent: 50, by: country}", status="canary"),
    ).rules[0]
    yes = next(key for key in KEYS if holds("r-1", Rollout(50), key))
    no = next(key for key in KEYS if not holds("r-1", Rollout(50), key))
    assert counts_for(written, {"country": yes}, no)
    assert not counts_for(written, {"country": no}, yes)
    assert counts_for(written, {}, yes)


def test_a_canary_counts_on_its_side_and_is_a_shadow_on_the_other():
    """On one side a rule in canary blocks; on the other its finding is kept apart, and it is not among those asked."""
    rules = ruleset(rule("all: [matched('weapons')]", more=CANARY, status="canary"))
    yes = next(key for key in KEYS if holds("r-1", Rollout(30), key))
    no = next(key for key in KEYS if not holds("r-1", Rollout(30), key))
    on, off = (rule_on(rules, "buy rifles", key=key) for key in (yes, no))
    assert (on.effect, on.shadow, on.apart, on.asked) == (Effect.BLOCK, (), frozenset(), 1)
    assert (off.effect, off.findings, off.apart, off.asked) == (None, (), frozenset({"r-1"}), 0)
    assert [finding.rule for finding in off.shadow] == ["r-1"]


def test_without_a_key_the_text_chooses():
    """The same text is always on the same side, half a character in it or not."""
    rules = ruleset(rule("all: [true]", more="rollout: {percent: 50}", status="canary"))
    for text in ("a", "b", "c", "\ud800"):
        share = int.from_bytes(hashlib.sha256(f"r-1\0{text}".encode("utf-8", "surrogatepass")).digest()[:8], "big")
        assert bool(rule_on(rules, text).matched) is (share < 2**63)
