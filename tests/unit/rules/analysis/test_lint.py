"""Advice on rules that compile: each thing worth a look is told, and nothing is told that is not so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from rules.analysis.advice import Advice
from rules.analysis.lint import lint
from rules.analysis.lint_matchers import covered_phrases
from rules.compile import compile_rules
from rules.matchers import Matchers
from rules.model import Matcher
from rules.normalize import normalize
from rules.reading.reader import pack_files, read_pack
from rules.schema import AttributeSchema
from tests.unit.rules.given import NOW, PACK, rule, ruleset
from tests.unit.rules.test_starter_pack import FOLDER

SIGNED = "citation: [Some Act]\nreview_by: 2030-01-01"
PLAIN = PACK.replace("lists:\n  embargoed: [IR, KP, NO]\n", "").partition("matchers:")[0]


def advice(*rules: str, pack: str = PACK, now: datetime = NOW) -> list[Advice]:
    """Without what `PACK` has but these rules do not ask."""
    return [one for one in lint(ruleset(*rules, pack=pack), now) if one.kind != "unused"]


def signed(when: str, rule_id: str = "r-1", more: str = "", **fields: str) -> str:
    return rule(when, rule_id, f"{SIGNED}\n{more}", **fields)


def kinds(*rules: str) -> list[tuple[str, str | None, str | None]]:
    return [(one.kind, one.rule, one.other) for one in advice(*rules)]


@pytest.mark.parametrize(
    "when",
    [
        "all: [amount > 5.0, amount < 5.0]",
        "all: [age > 3 && age < 4]",
        "all: [country in lists.embargoed, \"country == 'GB'\"]",
        "all: [authenticated]\nnone: [authenticated]",
        "all: [\"matched('weapons')\"]\nnone: [\"matched('weapons') || amount > 1.0\"]",
    ],
)
def test_contradictions_are_told(when: str):
    """A condition that no request can meet is told; it needs no witness."""
    (one,) = advice(signed(when))
    assert (one.kind, one.rule, one.witness) == ("contradictory", "r-1", None)


@pytest.mark.parametrize("when", ["all: [amount > 5.0 || amount <= 5.0]", "any: [authenticated, '!authenticated']"])
def test_conditions_that_always_hold_are_told(when: str):
    """A rule that never says no_match is told, with a request that it matches."""
    (one, *_) = [one for one in advice(signed(when)) if one.kind == "always"]
    assert one.witness is not None
    assert one.witness.attributes


def test_conditions_written_twice_are_told():
    """Two rules with one condition are told once, however it is written."""
    one = signed("all: [matched('weapons'), amount > 5.0]")
    two = signed('all:\n  - amount  > 5.0\n  - matched("weapons")', "r-2", effect="review")
    assert kinds(one, two) == [("duplicate", "r-2", "r-1")]


@pytest.mark.parametrize(
    "narrow, wide",
    [
        ("all: [amount > 9.0]", "all: [amount > 5.0]"),
        ("all: [matched('weapons'), amount > 9.0]", "all: [matched('weapons')]"),
        ("all: [\"country == 'IR'\"]", "all: [country in lists.embargoed]"),
        ("all: [matched('weapons')]", "any: [matched('weapons'), matched('passport')]"),
        ("all: [valid_pii('iban')]", "all: [pii('iban')]"),
    ],
)
def test_a_rule_that_another_covers_is_told_with_a_request(narrow: str, wide: str):
    """Where another rule asks for at least as much on every request, one such request is shown."""
    (one,) = [one for one in advice(signed(narrow), signed(wide, "r-2")) if one.kind == "covered"]
    assert (one.rule, one.other) == ("r-1", "r-2")
    assert one.witness is not None
    rules = ruleset(signed(narrow), signed(wide, "r-2"))
    facts = rules.engine.facts(one.witness.attributes, one.witness.hits)
    assert all(each.program.ask(facts) is True for each in rules.compiled)


@pytest.mark.parametrize(
    "narrow, wide",
    [
        (signed("all: [amount > 9.0]"), signed("all: [amount > 5.0]", "r-2", effect="review")),
        (signed("all: [amount > 9.0]"), signed("all: [amount > 5.0]", "r-2", status="shadow")),
        (signed("all: [amount > 9.0]"), signed("all: [amount > 5.0]", "r-2", "effective: {until: 2027-01-01}")),
        (signed("all: [amount > 9.0]", more="obligations: {redact: [card]}"), signed("all: [amount > 5.0]", "r-2")),
        (signed("all: [amount > 9.0]", more="on_error: block"), signed("all: [amount > 5.0]", "r-2", effect="block")),
        (signed("all: [amount > 9.0]", more="requires: [age]"), signed("all: [amount > 5.0]", "r-2")),
        (signed("all: [amount > 9.0]"), signed("all: [amount > 5.0, age > 1]", "r-2")),
        (signed("all: [amount > 9.0]"), signed("all: [\"amount > 5.0 && country.startsWith('I')\"]", "r-2")),
    ],
)
def test_a_rule_that_adds_something_is_left_alone(narrow: str, wide: str):
    """A weaker, shorter, quieter or less certain rule covers nothing."""
    assert [one for one in advice(narrow, wide) if one.kind == "covered"] == []


def test_clauses_that_do_nothing_are_told():
    """An alternative that a shorter one covers, or a repeated requirement, is told at its place."""
    text = signed("any:\n  - matched('weapons')\n  - matched('weapons') && amount > 5.0")
    (one,) = [one for one in advice(text) if one.kind == "idle_clause"]
    assert text.splitlines()[one.line - 1][one.column - 1 :] == "matched('weapons') && amount > 5.0"
    assert [one.kind for one in advice(signed("all: [amount > 9.0, amount > 5.0]"))] == ["idle_clause"]


@pytest.mark.parametrize(
    "more, kind",
    [
        ("citation: [A]\nreview_by: 2026-05-31", "review_overdue"),
        (f"{SIGNED}\neffective: {{until: 2026-05-01}}", "expired"),
        ("citation: [A]", "unsigned"),
        ("review_by: 2030-01-01", "unsigned"),
    ],
)
def test_what_is_due_is_told(more: str, kind: str):
    """Rules that have ended, are overdue for review, or lack citation or review date are told."""
    assert [one.kind for one in advice(rule("all: [authenticated]", more=more))] == [kind]


def test_drafts_need_no_signature():
    """A draft without citation is left alone, and so is a retired rule that has ended."""
    retired = rule("all: [authenticated]", "r-2", "effective: {until: 2026-05-01}", status="retired")
    assert advice(rule("all: [age > 3]", status="draft"), retired) == []


@pytest.mark.parametrize(
    "until, kind", [("2026-05-31", "exemption_expired"), ("2026-06-20", "exemption_ending"), ("2027-01-01", None)]
)
def test_exemptions_that_end_are_told(until: str, kind: str | None):
    """An exemption that has ended, or will within thirty days, is told."""
    pack = f"""{PACK}
exemptions:
  - id: ex-1
    rules: [r-1]
    until: {until}
    owner: risk@example.org
    why: licensed
    when: {{all: [age > 18]}}
    tests:
      - {{name: a, text: x, attributes: {{age: 19}}, expect: match}}
      - {{name: b, text: x, attributes: {{age: 1}}, expect: no_match}}
"""
    found = advice(signed("all: [authenticated]"), pack=pack)
    assert [one.kind for one in found] == ([kind] if kind else [])


def test_silent_rules_are_told_only_when_hits_are_known():
    """A rule that has not matched for N days is told; one that took effect since is not."""
    rules = ruleset(
        signed("all: [matched('weapons')]"),
        signed("all: [matched('passport')]", "r-2"),
        signed("all: [country in lists.embargoed]", "r-3", "effective: {from: 2026-05-20}"),
        signed("all: [amount > 1.0]", "r-4"),
    )
    hits = {"r-1": NOW - timedelta(days=3), "r-2": NOW - timedelta(days=31)}
    assert lint(rules, NOW) == ()
    assert [(one.kind, one.rule) for one in lint(rules, NOW, last_hits=hits)] == [("silent", "r-2"), ("silent", "r-4")]
    assert [one.rule for one in lint(rules, NOW, last_hits=hits, silent_days=60)] == ["r-4"]


def test_names_that_nobody_asks_are_told():
    """A matcher or list in no rule and no exemption is told at pack.yaml."""
    found = lint(ruleset(signed("all: [matched('weapons')]")), NOW)
    assert [(one.kind, one.file) for one in found] == [("unused", "demo/pack.yaml")] * 2
    assert "`embargoed`" in found[0].says + found[1].says
    assert "`passport`" in found[0].says + found[1].says


def test_phrases_that_others_cover_are_told():
    """A phrase with a shorter one of the same matcher in it adds nothing; half a word is no part."""
    matcher = Matcher("m", ("wire transfer", "a wire  Transfer now", "wires", "wire", "Wire"), (), ("plain",), True)
    assert covered_phrases(matcher) == {"wire transfer": "wire", "a wire  Transfer now": "wire", "Wire": "wire"}


@pytest.mark.parametrize("whole_words", [True, False])
def test_without_covered_phrases_a_matcher_hits_the_same(whole_words: bool):
    """Texts made of the phrases hit the same with and without those that others cover."""
    phrases = ("pay", "pay it", "don't pay", "paying", "naïve pay", "it's", "it", "a-b", "b")
    whole = Matcher("m", phrases, (), ("plain", "folded"), whole_words)
    left = tuple(one for one in phrases if one not in covered_phrases(whole))
    assert left != phrases
    both = Matchers({"p/whole": whole, "p/left": Matcher("m", left, (), whole.views, whole_words)})
    for one in phrases:
        for other in phrases:
            for text in (f"{one} {other}", f"{one}{other}", f"x{one}", f"{one}-{other}x"):
                keys = both.scan(normalize(text)).keys
                assert ("p/whole" in keys) is ("p/left" in keys), text


@pytest.mark.parametrize(
    "regex, says",
    [
        (r".*invoice", "begins with `.*`"),
        (r"(?i)(?:.*)invoice", "begins with `.*`"),
        (r"pay.{0,60}iran", "60 characters"),
        (r"pay(?:\W+\w+){1,25}iran", "25 characters"),
        (r"\d{2,30} iran", ""),
        (r"pay.{0,20}iran", ""),
        (r"pay\{0,60}", ""),
    ],
)
def test_regexes_that_cost_are_told(regex: str, says: str):
    """A leading `.*` and a wide gap are told; digits and narrow gaps are not."""
    pack = f"{PACK}  m: {{regex: '{regex}'}}\n"
    found = [one.says for one in advice(signed("all: [matched('m')]"), pack=pack)]
    assert [says in one for one in found] == ([True] if says else [])


def test_advice_is_plain_data_in_order_of_places():
    """Advice can be written as JSON and read as a line."""
    found = lint(ruleset(rule("all: [amount > 9.0]"), signed("all: [amount > 5.0]", "r-2")), NOW)
    assert [(one.file, one.line) for one in found] == sorted((one.file, one.line) for one in found)
    json.dumps([one.as_dict() for one in found])
    assert str(found[0]).startswith("demo/all.rule.yaml:1:1: ")


def test_time_zones_are_asked_for():
    """Without a time zone nobody knows what has ended."""
    with pytest.raises(ValueError, match="time zone"):
        lint(ruleset(rule("all: [authenticated]")), datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_starter_pack_gets_little_advice():
    """No rule of the starter pack contradicts itself, is covered, or holds a clause that does nothing."""
    pack = read_pack(pack_files(FOLDER))
    found = lint(compile_rules([pack], AttributeSchema(pack.attributes)), datetime(2026, 11, 21, tzinfo=UTC))
    assert {one.kind for one in found} <= {"covered_phrases", "slow_regex"}
