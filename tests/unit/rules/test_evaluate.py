from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
import re2

from rules.errors import RuleErrors
from rules.evaluate import evaluate
from rules.model import AttributeValue, Effect, FindingStatus, Obligations, Span
from rules.normalize import normalize
from tests.unit.rules.given import NOW, finding_on, rule, rule_on, ruleset
from tests.unit.rules.test_patterns import _SilentSet

MATCH, NO_MATCH, UNKNOWN = FindingStatus.MATCH, FindingStatus.NO_MATCH, FindingStatus.UNKNOWN
WEAPONS = "all: [matched('weapons')]"


@pytest.mark.parametrize(
    "text, attributes, expected",
    [
        ("buy rifles", {"country": "IR", "amount": 20.0, "tags": []}, MATCH),
        ("buy rifles", {"country": "FR", "amount": 20.0, "tags": []}, NO_MATCH),
        ("buy rifles", {"country": "IR", "amount": 1.0, "tags": []}, NO_MATCH),
        ("hello", {"country": "IR", "amount": 20.0, "tags": []}, NO_MATCH),
        ("buy rifles", {"country": "IR", "amount": 20.0, "tags": ["licensed"]}, NO_MATCH),
        ("pass A12345678", {"country": "NO", "amount": 20.0, "tags": []}, MATCH),
        ("buy rifles", {"country": "IR", "tags": []}, UNKNOWN),
        ("buy rifles", {"country": "FR"}, NO_MATCH),
        ("hello", {}, NO_MATCH),
        ("buy rifles", {"country": "IR", "amount": "20", "tags": []}, UNKNOWN),
        ("buy rifles", {"country": "I\0R", "amount": 20.0, "tags": []}, UNKNOWN),
    ],
)
def test_all_any_none_three_valued(text: str, attributes: Mapping[str, Any], expected: FindingStatus):
    """Siblings are AND-ed; what is settled needs no attribute, what is not settled and missing is unknown."""
    when = """
    all:
      - country in lists.embargoed
      - amount > 10.0
      - any: ["matched('weapons')", "matched('passport')"]
    none: ["'licensed' in tags"]
    """
    assert finding_on(ruleset(rule(when)), text, attributes).status is expected


def test_unknown_has_its_effect_and_says_why():
    """A rule that cannot say has its `on_error` effect, never silence, and names what was missing."""
    rules = ruleset(rule("all: [matched('weapons'), amount > 5.0, age > 3]", more="on_error: block", effect="flag"))
    ruling = rule_on(rules, "buy rifles", {"age": 5})
    assert ruling.effect is Effect.BLOCK
    assert ruling.unknown[0].unknown == ("amount",)
    assert ruling.unknown[0].reason == "could not be decided: amount"
    assert ruling.matched == ()


def test_requires_is_unknown_whatever_else_holds():
    """A missing attribute under `requires` is unknown even where the text settles the condition."""
    rules = ruleset(rule(WEAPONS, more="requires: [channel, age]"))
    finding = finding_on(rules, "hello", {"age": 3})
    assert (finding.status, finding.effect, finding.unknown) == (UNKNOWN, Effect.REVIEW, ("channel",))
    assert finding_on(rules, "hello", {"age": 3, "channel": "app"}).status is NO_MATCH
    assert finding_on(rules, "hello", {"age": 3, "channel": "carrier pigeon"}).status is UNKNOWN


def test_a_failing_rule_fails_alone():
    """An error in one rule makes that rule unknown; its neighbours in the same batch are answered."""
    rules = ruleset(
        rule("all: [100 / age > 1]", "fails"), rule("all: [age < 18]", "young"), rule("all: [age > 17]", "old")
    )
    ruling = rule_on(rules, "", {"age": 0})
    assert {finding.rule: finding.status for finding in ruling.findings} == {
        "fails": UNKNOWN,
        "young": MATCH,
        "old": NO_MATCH,
    }
    assert ruling.unknown[0].unknown == ("error: INVALID_ARGUMENT",)


def test_every_enforced_rule_has_a_finding_in_any_order():
    """All rules are heard, and the order they were written in changes nothing."""
    written = [
        rule(WEAPONS, "a", effect="flag"),
        rule("all: [authenticated]", "b", effect="review"),
        rule("all: ['amount > 5.0']", "c", effect="recheck"),
    ]
    rulings = [rule_on(ruleset(*order), "buy rifles", {"authenticated": True}) for order in permutations(written)]
    assert {finding.rule for finding in rulings[0].findings} == {"a", "b", "c"}
    assert all(ruling == rulings[0] for ruling in rulings)
    assert rulings[0].effect is Effect.REVIEW


def test_match_carries_spans_reason_and_public_reason():
    """A finding shows where in the raw text it hit and why, with the values of this request."""
    rules = ruleset(
        rule("all: [matched('weapons'), \"pii('card')\"]", more="public_reason: No.\nreason: to {country}").replace(
            "reason: because\n  ", ""
        )
    )
    raw = "b\u200buy rifles with 4242 4242 4242 4242"
    finding = finding_on(rules, raw, {"country": "FR"})
    assert finding.spans == (Span(0, 11, "weapons"), Span(17, 36, "pii:card"))
    assert raw[0:11] == "b\u200buy rifles"
    assert (finding.reason, finding.public_reason) == ("to FR", "No.")


@pytest.mark.parametrize(
    "raw, effect",
    [
        ("buy rifles", Effect.BLOCK),
        ("b\u200buy\nRIFLES", Effect.BLOCK),
        ("buy\0 rifles", Effect.BLOCK),
        ("buy \ud800rifles", Effect.BLOCK),
        ("bυy riflеs", Effect.REVIEW),
        ("buý rifles", Effect.REVIEW),
        ("bυy rifles and buy rifles", Effect.BLOCK),
    ],
)
def test_look_alikes_alone_do_not_block(raw: str, effect: Effect):
    """Hidden characters do not help; letters of another script do hit, and are held for a person instead of blocked."""
    finding = finding_on(ruleset(rule(WEAPONS)), raw)
    assert (finding.status, finding.effect) == (MATCH, effect)
    assert ("look-alike" in finding.reason) is (effect is Effect.REVIEW)


def test_look_alikes_do_not_weaken_what_holds_without_them():
    """A block that rests on an attribute stays a block when a look-alike hits beside it."""
    rules = ruleset(rule("any: [matched('weapons'), authenticated]"))
    assert finding_on(rules, "bυy rifles", {"authenticated": True}).effect is Effect.BLOCK
    assert finding_on(rules, "bυy rifles", {"authenticated": False}).effect is Effect.REVIEW


def test_look_alikes_with_the_rest_unknown_take_the_stronger():
    """When only the look-alike is sure and the rest cannot say, `on_error` still counts."""
    rules = ruleset(rule("any: [matched('weapons'), authenticated]", more="on_error: block"))
    assert finding_on(rules, "bυy rifles").effect is Effect.BLOCK


def test_look_alikes_cannot_excuse():
    """A look-alike in an exception does not switch a block off."""
    rules = ruleset(rule("all: [authenticated]\nnone: [matched('weapons')]"))
    assert finding_on(rules, "bυy rifles", {"authenticated": True}).effect is Effect.BLOCK
    assert finding_on(rules, "buy rifles", {"authenticated": True}).status is NO_MATCH


@pytest.mark.parametrize(
    "now, counted",
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 1, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 1, tzinfo=UTC), False),
    ],
)
def test_rules_count_while_in_force(now: datetime, counted: bool):
    """`from` is inclusive, `until` exclusive; outside them a rule has no finding."""
    rules = ruleset(rule(WEAPONS, more="effective: {from: 2026-01-01, until: 2027-01-01}"))
    ruling = rule_on(rules, "buy rifles", now=now)
    assert len(ruling.findings) == counted
    assert ruling.effect is (Effect.BLOCK if counted else None)


def test_naive_clock_is_a_mistake():
    """A time without zone could be any of many moments, so it is refused."""
    with pytest.raises(ValueError, match="time zone"):
        rule_on(ruleset(rule(WEAPONS)), "x", now=datetime(2026, 1, 1))  # noqa: DTZ001


def test_shadow_is_heard_apart_and_draft_not_at_all():
    """A shadow rule's findings are returned without effect or obligations; drafts and retired rules are silent."""
    more = "obligations: {priority: 90}"
    rules = ruleset(
        rule(WEAPONS, "shadow", more, status="shadow"),
        rule(WEAPONS, "draft", status="draft"),
        rule(WEAPONS, "retired", status="retired"),
        rule("all: [authenticated]", "enforced"),
    )
    ruling = rule_on(rules, "buy rifles", {"authenticated": False})
    assert ruling.effect is None
    assert ruling.obligations.priority is None
    assert [finding.rule for finding in ruling.findings] == ["enforced"]
    assert [(finding.rule, finding.status) for finding in ruling.shadow] == [("shadow", MATCH)]


def test_obligations_of_matching_rules_join_and_unknown_ones_still_restrict():
    """What matches obliges; what cannot say still hides and narrows, but sets neither queue nor priority."""
    more = "obligations: {{redact: [{0}], priority: {1}, queue: {2}}}"
    rules = ruleset(
        rule(WEAPONS, "a", more.format("card", 10, "first"), effect="flag"),
        rule("all: [matched('weapons'), age > 1]", "b", more.format("email", 90, "second"), effect="flag"),
        rule("all: [authenticated]", "c", more.format("ip", 99, "third"), effect="flag"),
    )
    obligations = rule_on(rules, "buy rifles", {"authenticated": False}).obligations
    assert obligations == Obligations(frozenset({"card", "email"}), priority=10, queue="first")


def test_pii_is_found_whether_a_rule_asks_or_not():
    """Every span of personal data is in the ruling."""
    ruling = rule_on(ruleset(rule(WEAPONS)), "mail jane@example.org")
    assert ruling.pii == (Span(5, 21, "pii:email"),)
    assert ruling.effect is None


def test_re2_out_of_memory_misses_nothing(monkeypatch: pytest.MonkeyPatch):
    """When RE2's Set gives up, the rule that should stop a request still stops it."""
    monkeypatch.setattr(re2, "Set", _SilentSet)
    rules = ruleset(rule("all: [matched('passport')]"))
    assert finding_on(rules, "passport A12345678").effect is Effect.BLOCK


def test_undeclared_attributes_are_not_seen():
    """What the schema does not know no rule can see, and it harms none."""
    attributes: dict[str, AttributeValue] = {"matched": True, "colour": "red"}
    assert rule_on(ruleset(rule(WEAPONS)), "hello", attributes).effect is None


def test_constant_conditions():
    """`true` matches every request, also one without attributes."""
    assert finding_on(ruleset(rule("all: [true]", effect="recheck")), "").effect is Effect.RECHECK


def test_many_threads_rule_alike():
    """One rule set shared by threads gives each the same ruling as alone."""
    rules = ruleset(rule(WEAPONS, "a"), rule("all: [amount > 5.0]", "b"))
    cases = [(f"buy rifles {place}", {"amount": float(place)}) for place in range(10)]
    alone = [rule_on(rules, text, attributes) for text, attributes in cases]
    fresh = ruleset(rule(WEAPONS, "a"), rule("all: [amount > 5.0]", "b"))
    differ: list[str] = []

    def work() -> None:
        for _ in range(20):
            for (text, attributes), expected in zip(cases, alone, strict=True):
                if evaluate(fresh, normalize(text), attributes, NOW) != expected:
                    differ.append(text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert differ == []


def test_a_disabled_rule_is_heard_apart():
    """A rule switched off keeps its finding to itself, and is not among those asked; unknown ids change nothing."""
    rules = ruleset(rule(WEAPONS, more="obligations: {priority: 9}"), rule(WEAPONS, "r-2", effect="recheck"))
    ruling = rule_on(rules, "buy rifles", off=["r-1", "elsewhere"])
    assert (ruling.effect, ruling.obligations.priority) == (Effect.RECHECK, None)
    assert [finding.rule for finding in ruling.shadow] == ["r-1"]
    assert [finding.rule for finding in ruling.findings] == ["r-2"]
    assert (ruling.apart, ruling.asked) == (frozenset({"r-1"}), 1)


def test_a_shadow_tells_only_what_it_would_say():
    """A rule in shadow that does not match leaves no trace."""
    assert rule_on(ruleset(rule(WEAPONS, status="shadow")), "hello").shadow == ()


def test_proved_data_is_told_from_what_only_looks_like_it():
    """`pii` is true of every finding of a kind, `valid_pii` of those that were proved; spans are those asked for."""
    rules = ruleset(rule("all: [\"pii('phone')\"]", "any"), rule("all: [\"valid_pii('phone')\"]", "proved"))
    doubtful, proved = "+1 200 000 0000", "+44 20 7946 0958"
    assert [finding.rule for finding in rule_on(rules, doubtful).matched] == ["any"]
    ruling = rule_on(rules, f"{doubtful} or {proved}")
    assert [(finding.rule, len(finding.spans)) for finding in ruling.matched] == [("any", 2), ("proved", 1)]


def test_a_look_alike_in_an_exception_of_a_rule_on_attributes():
    """A rule that is always asked is asked again without look-alikes, though with them it does not match."""
    rules = ruleset(rule("all: [authenticated]\nnone: [matched('weapons')]"))
    finding = finding_on(rules, "bυy rifles", {"authenticated": True})
    assert (finding.status, finding.effect) == (MATCH, Effect.BLOCK)


def test_missing_attributes_of_some_rules_leave_the_others_answered():
    """Among many rules over the same attributes, those settled without the missing one are answered, the others not."""
    rules = ruleset(
        *(rule(f"all: ['amount > {place}.0', 'age > 18']", f"r-{place:02}") for place in range(40)),
        rule("any: ['amount > 1.0', 'age > 18']", "sure"),
    )
    ruling = rule_on(rules, "", {"amount": 19.5})
    assert [finding.rule for finding in ruling.matched] == ["sure"]
    assert [finding.rule for finding in ruling.unknown] == [f"r-{place:02}" for place in range(20)]
    assert {finding.unknown for finding in ruling.unknown} == {("age",)}


def test_conditions_at_the_limit_of_depth_are_answered():
    """A condition just shallow enough alone is too deep beside others in one list; it is then asked alone."""
    for depth in range(40, 0, -1):
        deep = "(" * depth + "amount > 5.0" + ")" * depth
        with contextlib.suppress(RuleErrors):
            rules = ruleset(rule(f"all: ['{deep}']", "deep"), rule("all: ['amount > 1.0']", "flat"))
            break
    (group,) = rules.in_force(NOW).groups
    assert group.batches[0].together is None
    assert [finding.rule for finding in rule_on(rules, "", {"amount": 9.0}).matched] == ["deep", "flat"]
    assert [finding.rule for finding in rule_on(rules, "", {}).unknown] == ["deep", "flat"]
