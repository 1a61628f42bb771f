"""Differences between two versions of the rules: what they mean, whom they touch and which way they lean."""

from __future__ import annotations

import json

import pytest

from rules.analysis.change import Change, Direction
from rules.analysis.diff import diff
from rules.model import Pack
from tests.unit.rules.given import PACK, pack, rule

ATTRIBUTES = """\
attributes:
  amount: {type: number}
  age: {type: integer}
  country: {type: string}
  authenticated: {type: boolean}
  channel: {type: string, values: [app, web]}
"""
WHOLE = PACK + ATTRIBUTES
WHEN = "all:\n  - matched('weapons')\n  - amount > 5.0"


def written(when: str = WHEN, more: str = "", manifest: str = WHOLE, **fields: str) -> Pack:
    return pack(rule(when, more=more, **fields), pack=manifest)


def only(old: Pack, new: Pack) -> Change:
    (change,) = diff([old], [new])
    return change


def test_the_same_rules_have_no_difference():
    """Blanks, comments, the order of clauses and rules, and places do not count."""
    old = pack(rule(WHEN, "r-1"), rule("any: [age > 3, authenticated]", "r-2"), pack=WHOLE)
    new = pack(
        rule("any:\n  - authenticated\n  - age  >  3 // years", "r-2"),
        "# moved\n" + rule("all:\n  - amount>5.0\n  - all: [matched('weapons')]", "r-1"),
        pack="# hello\n" + WHOLE.replace("buy rifles, don't shoot", "don't shoot, buy rifles"),
    )
    assert diff([old], [new]) == ()


@pytest.mark.parametrize(
    "old, new, kind, direction",
    [
        ("draft", "shadow", "promoted", "words"),
        ("shadow", "enforce", "promoted", "tightens"),
        ("enforce", "shadow", "demoted", "loosens"),
        ("enforce", "retired", "retired", "loosens"),
        ("draft", "retired", "retired", "words"),
        ("retired", "enforce", "promoted", "tightens"),
    ],
)
def test_a_new_status_is_a_promotion_or_a_demotion(old: str, new: str, kind: str, direction: str):
    """A step up or down is named, and leans only where the rule has an effect."""
    change = only(written(status=old), written(status=new))
    assert (change.kind, change.before, change.after, change.direction) == (kind, old, new, direction)
    assert "r-1" in change.says


def test_added_and_removed_rules_are_told():
    """A rule that comes tightens and one that goes loosens, where they have an effect."""
    one, two = pack(rule(WHEN), pack=WHOLE), pack(rule(WHEN), rule("all: [authenticated]", "r-2"), pack=WHOLE)
    added, removed = only(one, two), only(two, one)
    assert (added.kind, added.rule, added.direction) == ("added", "r-2", "tightens")
    assert (removed.kind, removed.rule, removed.direction) == ("removed", "r-2", "loosens")


@pytest.mark.parametrize(
    "old, new, direction",
    [
        ("all: [amount > 5.0]", "all: [amount >= 5.0]", "tightens"),
        ("all: [amount > 5.0]", "all: [amount > 9.0]", "loosens"),
        ("all: [amount > 5.0]", "all: [amount > 9.0 || amount < 0.0]", "either"),
        ("all: [amount > 5.0]", "all: ['!(amount <= 5.0)']", "words"),
        ("all: [amount > 5.0]", "any: [amount > 5.0, matched('weapons')]", "tightens"),
        ("all: [country in lists.embargoed]", "all: [\"country == 'IR'\"]", "loosens"),
        ("all: [amount > 5.0]", "all: [amount > 5.0 && country.startsWith('I')]", "loosens"),
        ("all: [country.startsWith('A')]", "all: [country.startsWith('B')]", "either"),
        ("all: [age > 3]", "all: [age >= 4]", "words"),
        ("all: [\"channel != 'app'\"]", "all: [\"channel == 'web'\"]", "loosens"),  # a workflow may allow more values
    ],
)
def test_a_condition_leans_as_far_as_it_can_be_read(old: str, new: str, direction: str):
    """Whether any request could get a weaker or a stronger effect is decided, not guessed."""
    change = only(written(old), written(new))
    assert (change.kind, change.direction) == ("condition", direction)


@pytest.mark.parametrize(
    "old, new, kind, direction",
    [
        ("on_error: review", "on_error: block", "on_error", "tightens"),
        ("", "requires: [country]", "requires", "either"),
        ("effective: {from: 2026-01-01}", "effective: {from: 2026-02-01}", "effective", "loosens"),
        ("effective: {until: 2027-01-01}", "", "effective", "tightens"),
        ("obligations: {redact: [card]}", "", "obligations", "loosens"),
        ("", "obligations: {narrow: {jurisdiction: [IE]}}", "obligations", "tightens"),
        ("", "obligations: {queue: fraud}", "obligations", "either"),
        ("", "owner: somebody@example.org", "words", "words"),
        ("", "citation: [Some Act]", "words", "words"),
        ("", "exemptible: false", "exemptible", "words"),
    ],
)
def test_every_part_of_a_rule_is_compared(old: str, new: str, kind: str, direction: str):
    """What is owed, required, dated or said is told with what it was and is."""
    change = only(written(more=old), written(more=new))
    assert (change.kind, change.rule, change.touches, change.direction) == (kind, "r-1", ("r-1",), direction)
    assert change.before != change.after


def test_effects_lean():
    """A stronger effect tightens."""
    assert only(written(effect="flag"), written(effect="block")).direction is Direction.TIGHTENS
    assert only(written(effect="block"), written(effect="review")).direction is Direction.LOOSENS


def test_a_larger_share_tightens():
    """Raising a canary's share is a change of its rollout; another way to choose may lean either way."""

    def canary(rollout: str) -> Pack:
        return written(status="canary", more=f"rollout: {rollout}")

    change = only(canary("{percent: 10}"), canary("{percent: 20}"))
    assert (change.kind, change.before, change.after, change.direction) == ("rollout", "10 %", "20 %", "tightens")
    assert only(canary("{percent: 10}"), canary("{percent: 10, by: country}")).direction is Direction.EITHER


def test_changes_of_rules_without_effect_are_words():
    """A draft may change as it likes."""
    old, new = (written(f"all: [amount > {limit}.0]", status="draft") for limit in (5, 9))
    assert only(old, new).direction is Direction.WORDS


@pytest.mark.parametrize(
    "when, direction",
    [
        ("all: [matched('weapons')]", "tightens"),
        ("all: [matched('weapons'), amount > 5.0]", "tightens"),
        ("all: [authenticated]\nnone: [matched('weapons')]", "loosens"),
        ("all: [\"matched('weapons') == authenticated\"]", "either"),
        ("all: [authenticated]", "words"),
    ],
)
def test_more_phrases_lean_by_how_the_matcher_is_asked(when: str, direction: str):
    """A wider matcher tightens rules that ask for it, loosens those that ask for its absence, and touches no others."""
    wider = WHOLE.replace("[buy rifles,", "[buy rifles, sell rifles, a gun,")
    change = only(written(when), written(when, manifest=wider))
    assert (change.kind, change.what, change.direction) == ("matcher", "weapons", direction)
    assert change.touches == (("r-1",) if "weapons" in when else ())
    assert "2 phrases added (`a gun`, `sell rifles`)" in change.says
    assert only(written(when, manifest=wider), written(when)).direction is Direction(direction).opposite


def test_at_most_five_examples_are_shown():
    """A long list of new phrases is counted, and five of them are shown."""
    wider = WHOLE.replace("[buy rifles,", f"[buy rifles, {', '.join(f'gun {n}' for n in range(9))},")
    change = only(written(), written(manifest=wider))
    assert "9 phrases added" in change.says
    assert change.says.count("`gun") == 5


def test_lists_lean_by_the_conditions_that_ask_them():
    """A longer list tightens a rule that blocks its members and loosens one that lets them pass."""
    longer = WHOLE.replace("[IR, KP, NO]", "[IR, KP, NO, SY]")
    for when, direction in (
        ("all: [country in lists.embargoed]", Direction.TIGHTENS),
        ("none: [country in lists.embargoed]", Direction.LOOSENS),
    ):
        change = only(written(when), written(when, manifest=longer))
        assert (change.kind, change.direction, change.touches) == ("list", direction, ("r-1",))
        assert "1 member added (`SY`)" in change.says


EXEMPTION = """\
exemptions:
  - id: ex-1
    rules: [r-1]
    until: 2027-01-01
    owner: risk@example.org
    why: licensed
    when: {all: [age > 18]}
    tests:
      - {name: a, text: x, attributes: {age: 19}, expect: match}
      - {name: b, text: x, attributes: {age: 1}, expect: no_match}
"""


@pytest.mark.parametrize(
    "old, new, what, direction",
    [
        ("", EXEMPTION, "ex-1", "loosens"),
        (EXEMPTION, "", "ex-1", "tightens"),
        (EXEMPTION, EXEMPTION.replace("2027-01-01", "2028-01-01"), "ex-1 effective", "loosens"),
        (EXEMPTION, EXEMPTION.replace("age > 18", "age > 21"), "ex-1 condition", "tightens"),
        (EXEMPTION, EXEMPTION.replace("age > 18", "age > 18 && authenticated"), "ex-1 condition", "tightens"),
        (EXEMPTION, EXEMPTION.replace("licensed", "a licence"), "ex-1 why", "words"),
    ],
)
def test_exemptions_lean_the_other_way(old: str, new: str, what: str, direction: str):
    """What exempts more loosens the law, and the rules it sets aside are named."""
    change = only(written(manifest=WHOLE + old), written(manifest=WHOLE + new))
    assert (change.kind, change.what, change.direction, change.touches) == ("exemption", what, direction, ("r-1",))


def test_tests_are_compared_by_name():
    """Which came, went or test something else; their order does not count."""
    tests = "tests:\n  - {name: a, text: x, expect: match}\n  - {name: b, text: x, expect: no_match}\n"
    swapped = "tests:\n  - {name: b, text: x, expect: no_match}\n  - {name: a, text: x, expect: match}\n"
    assert diff([written(more=tests)], [written(more=swapped)]) == ()
    edited = tests.replace("name: b", "name: c").replace("name: a, text: x", "name: a, text: xy")
    change = only(written(more=tests), written(more=edited))
    assert (change.kind, change.before, change.after, change.direction) == ("tests", "2 tests", "2 tests", "words")
    assert change.says == "`r-1`: 1 test added (`c`); 1 test removed (`b`); 1 test changed (`a`)"
    of_exemption = only(
        written(manifest=WHOLE + EXEMPTION), written(manifest=WHOLE + EXEMPTION.replace("{age: 1}", "{age: 2}"))
    )
    assert of_exemption.says == "exemption `ex-1`: 1 test changed (`b`)"


def test_attributes_are_compared():
    """What a pack expects of requests is part of it."""
    change = only(written(), written(manifest=WHOLE + "  segment: {type: string}\n"))
    assert (change.kind, change.what, change.before, change.after) == ("attributes", "segment", None, "string")


def test_a_change_is_plain_data():
    """A change can be written as JSON."""
    change = only(written(effect="flag"), written(effect="block"))
    data = json.loads(json.dumps(change.as_dict()))
    assert (data["kind"], data["before"], data["after"], data["direction"]) == ("effect", "flag", "block", "tightens")
