from __future__ import annotations

from dataclasses import replace
from textwrap import indent

import pytest

from rules import normalize
from rules.compile import compile_rules, digest
from rules.errors import RuleErrors
from rules.model import Attribute, AttributeType
from rules.schema import AttributeSchema
from tests.unit.rules.given import PACK, SCHEMA, pack, rule, ruleset

ANY = "all: [authenticated]"


def problems(*rules: str) -> list[str]:
    with pytest.raises(RuleErrors) as caught:
        ruleset(*rules)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "line, at, message",
    [
        ("- contry == 'IR'", "contry", "nothing is called `contry` (did you mean `country`?)"),
        ("- authenticated && amount > 10", "> 10", "`>` cannot take (number, integer)"),
        ("- amount", "amount", "is a value (number), not true or false"),
        ("- matched('weapon')", "'weapon'", "there is no `weapon` (did you mean `weapons`?)"),
        ("- country in lists.embargo", "embargo", "there is no list `embargo` (did you mean `embargoed`?)"),
        ("- pii('crad')", "'crad'", "there is no `crad` (did you mean `card`?)"),
        ("- country == )", ")", "closes `)` that was not opened"),
        ("- country == == 'IR'", "== 'IR'", "is not CEL"),
        ("- \"contry == 'IR'\"", "contry", "nothing is called `contry`"),
        ("- \"country == 'é\\u00e9' || contry == 'IR'\"", "contry", "nothing is called `contry`"),
        ("- 'channel == ''web'' || contry == ''IR'''", "contry", "nothing is called `contry`"),
        ("- |\n    authenticated &&\n      contry == 'IR'", "contry", "nothing is called `contry`"),
        ("- any:\n    - authenticated\n    - none: [contry == 'IR']", "contry", "nothing is called `contry`"),
        ("- {any: [authenticated, '(age > 1']}", "']}", "lacks `)`"),
        ("- 'true) || (true'", ") || (true", "closes `)` that was not opened"),
    ],
)
def test_broken_conditions_are_named_where_they_stand(line: str, at: str, message: str):
    """Whatever CEL or the names object to is told as file:line:column of the very character."""
    text = rule("all:\n" + indent(line, "  "))
    before = text[: text.index(at, text.index("when:"))]
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    found = problems(text)
    assert any(problem.startswith(f"demo/all.rule.yaml:{place}: {message}") for problem in found), found


def test_everything_wrong_is_told_at_once():
    """Several rules with several faults give all of them in one refusal."""
    found = problems(
        rule("all: [contry == 'IR', ammount > 1.0]"),
        rule(ANY, "r-2", "requires: [amout]\nreason: for {contry}").replace("reason: because\n  ", ""),
        rule(ANY, "r-3", "tests: [{name: a, text: x, attributes: {age: old, colour: red}, expect: match}]"),
    )
    messages = "\n".join(found)
    for words in (
        "`contry`",
        "`ammount`",
        "requires names `amout`",
        "the reason names `contry`",
        "`age` must be a whole",
    ):
        assert words in messages
    assert "`colour` is not an attribute of this workflow" in messages
    assert "the enforced rule `r-3` has no test that expects no_match" in messages
    assert len(found) == 7


def test_late_problems_have_their_own_places():
    """A `requires`, a reason and a test attribute that are wrong are shown where they stand, not at the rule."""
    (problem,) = problems(rule(ANY, more="requires: [amout]"))
    assert problem.startswith("demo/all.rule.yaml:8:14: requires names `amout`")
    assert problem.endswith("(did you mean `amount`?)")


@pytest.mark.parametrize("status", ["shadow", "draft", "retired"])
def test_only_enforced_rules_need_tests(status: str):
    """A rule that has no effect yet may do without tests."""
    text = rule(ANY, status=status).split("  tests:")[0] + "  when: {all: [authenticated]}\n"
    assert ruleset(text).rules[0].tests == ()


def test_same_id_in_two_packs():
    """Ids are unique across all packs of a workflow."""
    other = pack(rule(ANY), pack=PACK.replace("id: demo", "id: other"))
    with pytest.raises(RuleErrors, match="the rule `r-1` exists already, in pack `demo`"):
        compile_rules([pack(rule(ANY)), other], SCHEMA)


def test_same_pack_twice():
    """A pack named twice is a mistake of the workflow."""
    with pytest.raises(RuleErrors, match="the pack `demo` is given twice"):
        compile_rules([pack(rule(ANY)), pack(rule(ANY, "r-2"))], SCHEMA)


def test_names_belong_to_their_pack():
    """Two packs may both have a matcher `weapons`; one may not use the other's lists."""
    other = PACK.replace("id: demo", "id: other").replace("embargoed", "elsewhere")
    with pytest.raises(RuleErrors, match="there is no list `embargoed`"):
        compile_rules([pack(rule(ANY)), pack(rule("all: [country in lists.embargoed]", "r-2"), pack=other)], SCHEMA)


def test_digest_is_of_content_alone():
    """Comments, order and layout do not change the digest; a word, the schema and the normaliser do."""
    first, second = rule(ANY), rule("all: [age > 17]", "r-2")
    same = [pack(first, second), pack("# a comment\n", second, "\n", first)]
    assert digest([same[0]], SCHEMA) == digest([same[1]], SCHEMA)
    assert digest([pack(first)], SCHEMA) != digest([pack(first.replace("because", "why"))], SCHEMA)
    assert digest([pack(first)], SCHEMA) != digest(
        [pack(first)], AttributeSchema((Attribute("a", AttributeType.STRING),))
    )
    assert digest([pack(first)], SCHEMA) != digest([pack(first, pack=PACK.replace("KP", "SY"))], SCHEMA)


def test_digest_has_the_normaliser_in_it(monkeypatch: pytest.MonkeyPatch):
    """Another version of the normaliser makes another rule set of the same words."""
    before = digest([pack(rule(ANY))], SCHEMA)
    monkeypatch.setattr(normalize, "VERSION", normalize.VERSION + 1)
    assert digest([pack(rule(ANY))], SCHEMA) != before


def test_rules_that_wait_for_a_hit_sleep():
    """A rule that only a matcher can wake is known at load; one that attributes can settle is not."""
    rules = ruleset(
        rule("all: [matched('weapons'), amount > 5.0]", "asleep"),
        rule("any: [matched('weapons'), amount > 5.0]", "awake"),
        rule("none: [matched('weapons')]", "always"),
        rule("all: [\"pii('card') ? age > 1 : false\"]", "ternary"),
    )
    assert {one.rule.id: one.asleep for one in rules.compiled} == {
        "asleep": True,
        "awake": False,
        "always": False,
        "ternary": True,
    }


def test_comment_at_the_end_of_a_condition_swallows_nothing():
    """A trailing comment ends with its own condition."""
    rules = ruleset(rule('all:\n  - "amount > 5.0 // large"\n  - authenticated'))
    assert "authenticated" in rules.compiled[0].reads


def test_a_pack_says_which_attributes_it_expects():
    """A pack that expects an attribute is refused where the workflow declares it otherwise, or not at all."""
    expecting = replace(
        pack(rule(ANY)),
        attributes=(Attribute("amount", AttributeType.STRING), Attribute("colour", AttributeType.STRING)),
    )
    with pytest.raises(RuleErrors) as caught:
        compile_rules([expecting], SCHEMA)
    said = str(caught.value)
    assert "`amount` as string; the workflow declares it as number" in said
    assert "`colour` as string; the workflow does not declare it" in said


@pytest.mark.parametrize(
    "by, problem", [("contry", "`by` of the rollout names `contry`"), ("amount", "which is declared as number")]
)
def test_a_rollout_is_by_a_declared_text(by: str, problem: str):
    """What chooses the side of a canary must be an attribute the workflow declares as text."""
    with pytest.raises(RuleErrors, match=problem):
        ruleset(rule("all: [authenticated]", more=f"rollout: {{percent: 5, by: {by}}}", status="canary"))


def test_a_canary_needs_its_two_tests():
    """A rule that counts for some has been seen to match and seen not to, like one that counts for all."""
    tests = "rollout: {percent: 5}\ntests: [{name: hit, text: x, expect: match}]"
    with pytest.raises(RuleErrors, match="the canary rule `r-1` has no test that expects no_match"):
        ruleset(rule("all: [authenticated]", more=tests, status="canary"))
