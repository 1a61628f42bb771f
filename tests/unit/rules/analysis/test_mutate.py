"""Mutation testing: changes that tests notice, changes they do not, and changes that change nothing."""

from __future__ import annotations

import json
import time

import pytest

from rules.analysis.edits import edits, rebuilt
from rules.analysis.mutate import MutationReport, mutate
from rules.compile import compile_rules
from rules.model import Condition, Leaf
from rules.reading.reader import pack_files, read_pack
from rules.schema import AttributeSchema
from tests.unit.rules.given import PACK, rule, ruleset
from tests.unit.rules.test_starter_pack import FOLDER


def changed(source: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edit in edits(Leaf(source, 1, 1)):
        found.setdefault(edit.what, []).append(edit.source.replace("\n", ""))
    return found


@pytest.mark.parametrize(
    "source, what, became",
    [
        ("amount >= 10.0", "boundary", ["amount > 10.0"]),
        ("a < 3 && b > 4", "boundary", ["a <= 3 && b > 4", "a < 3 && b >= 4"]),
        ("a < 3 && b > 4", "comparison", ["a >= 3 && b > 4", "a < 3 && b <= 4"]),
        ("a < 3 && b > 4", "connective", ["a < 3 || b > 4"]),
        ("age > 18", "constant", ["age > 17", "age > 19"]),
        ("amount > 10000.0", "constant", ["amount > 9999.0", "amount > 10001.0"]),
        ("share > 0.75", "constant", ["share > 0.74", "share > 0.76"]),
        ("share > 1e3", "constant", ["share > 999.0", "share > 1001.0"]),
        ("matched('m')", "emptied", ["false"]),
        ("!pii('card')", "emptied", ["!false"]),
        ("country in lists.home", "emptied", ["country in []"]),
        ("in_list(a.b(c), 'home')", "emptied", ["((a . b ( c )) in [])"]),
        ("authenticated", "negated", ["!(authenticated)"]),
    ],
)
def test_one_thing_is_changed_at_a_time(source: str, what: str, became: list[str]):
    """Every change of a leaf is the leaf with one token, or one call, changed."""
    assert changed(source)[what] == became


def test_words_in_quotes_are_no_operators():
    """What stands in a text is left alone."""
    assert set(changed("'a < 3 && 4' in tags")) == {"negated"}


def test_clauses_are_dropped_and_turned():
    """Each clause is left out once, and `all`, `any` and `none` are turned where they hold more than one."""
    a, b, c = (Leaf(name, 1, place) for place, name in enumerate("abc"))
    found = [(one.what, one.condition) for one in rebuilt(Condition(all=(a, Condition(any=(b, c)))))]
    assert found == [
        ("swapped", Condition(all=(Condition(any=(a, Condition(any=(b, c)))),))),
        ("dropped", Condition(all=(Condition(any=(b, c)),))),
        ("dropped", Condition(all=(a,))),
        ("swapped", Condition(all=(a, Condition(all=(b, c))))),
        ("dropped", Condition(all=(a, Condition(any=(c,))))),
        ("dropped", Condition(all=(a, Condition(any=(b,))))),
    ]


def report(when: str, *tests: str, more: str = "") -> MutationReport:
    lines = "\n".join(f"  - {{{test}}}" for test in tests)
    return mutate(ruleset(rule(when, more=f"{more}\ntests:\n{lines}")))


AT = "name: at, text: x, attributes: {age: 18}, expect: match"
BELOW = "name: below, text: x, attributes: {age: 17}, expect: no_match"
FAR = "name: far, text: x, attributes: {age: 5}, expect: no_match"


def test_tests_at_the_boundary_kill_every_mutant():
    """A test on each side of a limit notices every change of it."""
    found = report("all: [age >= 18]", AT, BELOW)
    assert (found.killed, found.survivors, found.score) == (4, (), 1.0)


def test_survivors_are_listed_with_place_and_change():
    """What no test notices is told as written and as changed, at the very token."""
    (one,) = report("all: [age >= 18]", AT, FAR).survivors
    written = rule("all: [age >= 18]", more=f"tests:\n  - {{{AT}}}\n  - {{{FAR}}}").splitlines()
    assert (one.what, one.was, one.became) == ("constant", "18", "17")
    assert written[one.line - 1][one.column - 1 :].startswith("18")
    assert "`18` became `17`" in one.says


def test_a_clause_nobody_tests_survives():
    """Leaving out a clause that is true in every test goes unnoticed, and so does emptying an untried list."""
    hit = "name: hit, text: buy rifles, attributes: {country: IR}, expect: match"
    miss = "name: miss, text: x, attributes: {country: IR}, expect: no_match"
    found = report("all:\n  - matched('weapons')\n  - country in lists.embargoed", hit, miss)
    assert [(one.what, one.was) for one in found.survivors] == [("dropped", "country in lists.embargoed")]


def test_changes_that_change_nothing_are_left_out():
    """A mutant that says the same of every request is counted apart: no test could tell it."""
    found = report("any: [age >= 18, age > 20]", AT, BELOW)
    assert found.survivors == ()
    assert found.equivalent >= 3  # `age > 20` moved, flipped or dropped covers nothing new


def test_changes_the_engine_refuses_are_left_out():
    """A mutant that does not compile is counted apart."""
    hit = "name: hit, text: x, attributes: {tags: [a, b]}, expect: match"
    found = report("all:\n  - tags[0] == 'a'", hit, "name: miss, text: x, attributes: {tags: [b]}, expect: no_match")
    assert found.killed > 0
    found = report("all: [age > 9223372036854775807]", "name: a, text: x, expect: match", BELOW)
    assert found.uncompiled == 1


FIRST = "name: first, text: x, attributes: {authenticated: true}, now: 2026-02-01, expect: match"
BEFORE = "name: before, text: x, attributes: {authenticated: true}, now: 2026-01-31, expect: no_match"
NOBODY = "name: nobody, text: x, attributes: {authenticated: false}, now: 2026-02-01, expect: no_match"


@pytest.mark.parametrize(
    "tests, became",
    [
        ((FIRST, NOBODY), ["from: 2026-01-31T00:00:00+00:00"]),
        ((FIRST, BEFORE, NOBODY), []),
    ],
)
def test_first_and_last_days_are_moved(tests: tuple[str, ...], became: list[str]):
    """A rule's dates are moved by a day each way; only tests on both sides notice."""
    found = report("all: [authenticated]", *tests, more="effective: {from: 2026-02-01}")
    assert [one.became for one in found.survivors] == became


def test_a_report_is_plain_data():
    """A report can be written as JSON."""
    data = json.loads(json.dumps(report("all: [age >= 18]", AT, FAR).as_dict()))
    assert (data["killed"], data["survivors"][0]["rule"]) == (3, "r-1")


def test_exemptions_are_changed_too():
    """An exemption's tests are held to the same as a rule's."""
    more = """\
exemptions:
  - id: ex-1
    rules: [r-1]
    until: 2027-01-01
    owner: risk@example.org
    why: licensed
    when: {all: [age >= 18, authenticated]}
    tests:
      - {name: a, text: x, attributes: {age: 18, authenticated: true}, expect: match}
      - {name: b, text: x, attributes: {age: 17, authenticated: true}, expect: no_match}
"""
    found = mutate(ruleset(rule("all: [age >= 18]", more=f"tests: [{{{AT}}}, {{{BELOW}}}]"), pack=PACK + more))
    assert [(one.kind, one.rule, one.what, one.was) for one in found.survivors] == [
        ("exemption", "ex-1", "dropped", "authenticated")
    ]


def test_the_starter_pack_notices_most_changes():
    """The starter pack's tests kill most mutants, and what survives can be looked up."""
    pack = read_pack(pack_files(FOLDER))
    found = mutate(compile_rules([pack], AttributeSchema(pack.attributes)))
    assert found.killed > 100
    assert found.score > 0.6
    assert all(one.line and one.column for one in found.survivors)


def test_many_rules_take_seconds():
    """A change is tried in less than two milliseconds of one processor, so 1,000 rules take seconds."""
    when = "all:\n  - matched('weapons')\n  - amount > {0}.0\n  - country in lists.embargoed"
    tests = (
        "tests:\n  - {{name: hit, text: buy rifles, attributes: {{amount: {1}, country: IR}}, expect: match}}\n"
        "  - {{name: miss, text: buy rifles, attributes: {{amount: {0}, country: IR}}, expect: no_match}}"
    )
    rules = [rule(when.format(place), f"r-{place}", tests.format(place, place + 1)) for place in range(200)]
    compiled = ruleset(*rules)
    start = time.process_time()
    found = mutate(compiled)
    assert found.killed + len(found.survivors) == 200 * 12
    assert time.process_time() - start < 4.8
