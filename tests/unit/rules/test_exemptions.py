from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.compile import compile_rules
from rules.errors import RuleErrors
from rules.model import Effect, FindingStatus
from rules.ruleset import RuleSet
from rules.testing import clock_of, run_tests
from tests.unit.rules.given import PACK, SCHEMA, pack, rule, rule_on

EXEMPTION = """\
exemptions:
  - id: ex-1
    rules: [r-1]
    when: {all: ["'licensed' in tags"]}
    from: 2026-01-01
    until: 2026-09-30
    owner: risk@example.org
    why: Licensed dealers
    tests:
      - {name: licensed, text: x, attributes: {tags: [licensed]}, expect: match}
      - {name: not licensed, text: x, attributes: {tags: []}, expect: no_match}
      - {name: not told, text: x, expect: unknown}
"""
LICENSED = {"tags": ("licensed",)}
WEAPONS = "all: [matched('weapons')]"


def exempting(*rules: str, exemption: str = EXEMPTION) -> RuleSet:
    return compile_rules([pack(*rules, pack=PACK + exemption)], SCHEMA)


def test_an_exempted_finding_has_neither_effect_nor_obligations():
    """It is told apart with the exemption's id, and other rules on the same request hold as ever."""
    more = "obligations: {redact: [card], priority: 90}"
    rules = exempting(rule(WEAPONS, more=more), rule(WEAPONS, "r-2", effect="recheck"))
    ruling = rule_on(rules, "buy rifles", LICENSED)
    assert [(finding.rule, finding.exemption) for finding in ruling.exempted] == [("r-1", "ex-1")]
    assert [finding.rule for finding in ruling.matched] == ["r-2"]
    assert (ruling.effect, ruling.obligations.redact, ruling.obligations.priority) == (
        Effect.RECHECK,
        frozenset(),
        None,
    )
    assert [finding.exemption for finding in ruling.findings] == ["ex-1", None]


def test_an_exemption_sets_an_unknown_aside_too():
    """Whoever is exempt from a rule is not held because the rule cannot say."""
    ruling = rule_on(exempting(rule("all: [amount > 5.0]")), "x", LICENSED)
    assert (ruling.effect, ruling.unknown) == (None, ())
    assert [finding.status for finding in ruling.exempted] == [FindingStatus.UNKNOWN]


@pytest.mark.parametrize("tags", [None, (), ("other",), ("a\0",)])
def test_only_what_is_certain_exempts(tags: tuple[str, ...] | None):
    """Unknown and false do not exempt."""
    ruling = rule_on(exempting(rule(WEAPONS)), "buy rifles", {} if tags is None else {"tags": tags})
    assert (ruling.effect, ruling.exempted) == (Effect.BLOCK, ())


def test_a_failing_exemption_does_not_exempt():
    """An error in the condition leaves the rule in force."""
    failing = EXEMPTION.replace("'licensed' in tags", "100 / age > 1")
    ruling = rule_on(exempting(rule(WEAPONS), exemption=failing), "buy rifles", {"age": 0})
    assert ruling.effect is Effect.BLOCK


@pytest.mark.parametrize("text, exempt", [("buy rifles A12345678", True), ("b\u00fcy rifles", False)])
def test_look_alikes_exempt_nobody(text: str, exempt: bool):
    """What rests on look-alike letters, there or not, cannot be the ground of an exemption."""
    asking = EXEMPTION.replace("'licensed' in tags", "matched('passport') || matched('weapons')")
    ruling = rule_on(exempting(rule(WEAPONS, effect="review"), exemption=asking), text)
    assert bool(ruling.exempted) is exempt


@pytest.mark.parametrize(
    "now, exempt",
    [
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 1, tzinfo=UTC), True),
        (datetime(2026, 9, 29, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 9, 30, tzinfo=UTC), False),
    ],
)
def test_an_exemption_ends_by_itself(now: datetime, exempt: bool):
    """From its first moment to its last, and not one longer."""
    assert bool(rule_on(exempting(rule(WEAPONS)), "buy rifles", LICENSED, now).exempted) is exempt


def test_a_shadow_finding_says_that_it_would_be_exempted():
    """Whoever counts what a rule in shadow would do can leave out those it would not be done to."""
    ruling = rule_on(exempting(rule(WEAPONS, status="shadow")), "buy rifles", LICENSED)
    assert [(finding.rule, finding.exemption) for finding in ruling.shadow] == [("r-1", "ex-1")]
    assert ruling.exempted == ()


def test_the_first_exemption_by_id_is_named():
    """Of two that hold, the record names one, always the same."""
    second = EXEMPTION + EXEMPTION.removeprefix("exemptions:\n").replace("ex-1", "ex-0")
    ruling = rule_on(exempting(rule(WEAPONS), exemption=second), "buy rifles", LICENSED)
    assert ruling.exempted[0].exemption == "ex-0"


def test_inline_tests_of_exemptions_are_run():
    """Each on its condition alone, on a fixed day on which it is in force; `match` means that it exempts."""
    rules = exempting(rule(WEAPONS))
    results = [result for result in run_tests(rules) if result.rule == "ex-1"]
    assert [(result.test, result.got, result.passed) for result in results] == [
        ("licensed", FindingStatus.MATCH, True),
        ("not licensed", FindingStatus.NO_MATCH, True),
        ("not told", FindingStatus.UNKNOWN, True),
    ]
    assert clock_of(rules.exemptions[0].exemption) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "change, expected",
    [
        (("'licensed' in tags", "'licensed' in tgas"), "nothing is called `tgas`"),
        (("{tags: []}", "{tgas: []}"), "`tgas` is not an attribute"),
        (("expect: match", "expect: unknown"), "has no test that expects match"),
        (("[r-1]", "[r-7]"), "no rule `r-7`"),
        (("[r-1]", "[strict]"), "the rule `strict` .* allows no exemption"),
    ],
)
def test_what_is_wrong_with_an_exemption_is_told_with_its_place(change: tuple[str, str], expected: str):
    """Conditions and tests are checked as those of rules are; only rules that allow it can be exempted."""
    with pytest.raises(RuleErrors, match=expected) as errors:
        exempting(rule(WEAPONS), rule(WEAPONS, "strict", "exemptible: false"), exemption=EXEMPTION.replace(*change))
    assert errors.value.problems[0].file == "demo/pack.yaml"
    assert errors.value.problems[0].line > 9


def test_an_id_is_used_once():
    """Two exemptions of one name could not be told apart in the record."""
    other = rule(WEAPONS, "o-1")
    packs = [
        pack(rule(WEAPONS), pack=PACK + EXEMPTION),
        pack(other, pack=(PACK + EXEMPTION).replace("id: demo", "id: other").replace("[r-1]", "[o-1]")),
    ]
    with pytest.raises(RuleErrors, match="the exemption `ex-1` exists already, in pack `demo`"):
        compile_rules(packs, SCHEMA)


def test_exemptions_are_part_of_the_digest():
    """Another exemption is another law."""
    digests = {
        exempting(rule(WEAPONS), exemption=text).digest
        for text in (EXEMPTION, "", EXEMPTION.replace("2026-09-30", "2026-10-01"), EXEMPTION.replace("ex-1", "ex-2"))
    }
    assert len(digests) == 4
