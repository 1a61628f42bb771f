from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.errors import RuleErrors
from rules.model import Exemption, FindingStatus, Leaf
from rules.reading.reader import read_pack
from tests.unit.rules.given import PACK, files, pack, rule

ANY = "all: [authenticated]"
EXEMPTIONS = """\
exemptions:
  - id: ex-17
    rules: [r-1, r-2]
    when: {all: ["'licence-778' in tags"]}
    from: 2026-01-01
    until: 2026-09-30
    owner: risk@corp.example
    why: Licensed humanitarian payments
    ticket: CMP-9
    tests:
      - {name: licensed, text: x, attributes: {tags: [licence-778]}, expect: match}
      - {name: not licensed, text: x, attributes: {tags: []}, expect: no_match}
"""


def read(manifest: str = PACK + EXEMPTIONS) -> tuple[Exemption, ...]:
    return pack(rule(ANY), rule(ANY, "r-2"), pack=manifest).exemptions


def problems(exemptions: str, *rules: str) -> list[str]:
    with pytest.raises(RuleErrors) as caught:
        pack(*(rules or (rule(ANY), rule(ANY, "r-2"))), pack=PACK + exemptions)
    return [str(problem) for problem in caught.value.problems]


def test_an_exemption_is_read_whole():
    """Whom it exempts, from what, until when, and who answers for it; and where its parts stand."""
    (one,) = read()
    assert (one.id, one.pack, one.rules, one.owner) == ("ex-17", "demo", ("r-1", "r-2"), "risk@corp.example")
    assert one.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert one.until == datetime(2026, 9, 30, tzinfo=UTC)
    assert (one.why, one.ticket) == ("Licensed humanitarian payments", "CMP-9")
    assert one.when.all == (Leaf("'licence-778' in tags", 11, 19),)
    assert [test.expect for test in one.tests] == [FindingStatus.MATCH, FindingStatus.NO_MATCH]
    assert one.tests[0].attributes == {"tags": ("licence-778",)}
    assert (one.file, one.line) == ("demo/pack.yaml", 9)
    assert one.places == {
        "rules.r-1": (10, 13),
        "rules.r-2": (10, 18),
        "tests.0": (18, 9),
        "tests.0.tags": (18, 54),
        "tests.1": (19, 9),
        "tests.1.tags": (19, 58),
    }


def test_begin_and_ticket_may_be_left_out():
    """Without `from` it holds at once."""
    (one,) = read(PACK + EXEMPTIONS.replace("    from: 2026-01-01\n", "").replace("    ticket: CMP-9\n", ""))
    assert (one.effective_from, one.ticket) == (None, "")


@pytest.mark.parametrize(
    "before, after, expected",
    [
        (
            "rules: [r-1, r-2]",
            "rules: [r-1, r-3]",
            "demo/pack.yaml:10:18: there is no rule `r-3` in this pack (did you mean",
        ),
        ("rules: [r-1, r-2]", "rules: [r-1, r-1]", "rules has `r-1` twice"),
        ("    rules: [r-1, r-2]\n", "", "demo/pack.yaml:9:5: an exemption lacks `rules`"),
        ("    until: 2026-09-30\n", "", "an exemption lacks `until`"),
        ("until: 2026-09-30", "until: 2025-09-30", "demo/pack.yaml:13:12: ends before it begins"),
        ("until: 2026-09-30", "until: 2026-01-01", "ends before it begins"),
        ("until: 2026-09-30", "until: soon", "`soon` cannot be until"),
        ("until:", "untill:", "an exemption has no key `untill` (did you mean `until`?)"),
        ("    owner: risk@corp.example\n", "", "an exemption lacks `owner`"),
        ("why: Licensed humanitarian payments", "why: ''", "why is blank"),
        ("expect: match", "expect: unknown", "demo/pack.yaml:18:7: the exemption has no test that expects match"),
        ("expect: no_match", "expect: match", "the exemption has no test that expects no_match"),
        ("not licensed", "licensed", "two tests are called `licensed`"),
        ("id: ex-17", "id: Ex_17", "`Ex_17` cannot be an exemption's id"),
        ("{all: [\"'licence-778' in tags\"]}", "{al: [true]}", "a condition has no key `al` (did you mean `all`?)"),
        ("{all: [\"'licence-778' in tags\"]}", "{}", "the condition is empty"),
    ],
)
def test_exemption_problems(before: str, after: str, expected: str):
    """An exemption that nobody answers for, that never ends, or that is not tested, is refused at its place."""
    assert before in EXEMPTIONS
    assert any(expected in problem for problem in problems(EXEMPTIONS.replace(before, after)))


def test_an_exemption_without_tests():
    """Nobody knows whom an untested exemption lets through."""
    assert "demo/pack.yaml:9:5: an exemption lacks `tests` (add `tests:`)" in problems(
        EXEMPTIONS[: EXEMPTIONS.index("    tests")]
    )


@pytest.mark.parametrize(
    "before, after", [("severity: high", "severity: critical"), ("title:", "exemptible: false\n  title:")]
)
def test_rules_that_hold_for_everybody(before: str, after: str):
    """A critical rule, or one that says so, cannot be exempted from by somebody else's line in pack.yaml."""
    found = problems(EXEMPTIONS, rule(ANY), rule(ANY, "r-2").replace(before, after))
    assert len(found) == 1
    assert found[0].startswith("demo/pack.yaml:10:18: the rule `r-2` (")
    assert "allows no exemption" in found[0]


def test_a_critical_rule_that_allows_it():
    """Its own owner may say `exemptible: true`."""
    critical = rule(ANY, "r-2", more="exemptible: true").replace("severity: high", "severity: critical")
    assert len(pack(rule(ANY), critical, pack=PACK + EXEMPTIONS).exemptions) == 1


def test_an_id_used_twice():
    """The second exemption of the same name is an error, with the line of the first."""
    twice = EXEMPTIONS + EXEMPTIONS.removeprefix("exemptions:\n")
    assert any("the exemption `ex-17` exists already, in line 9" in problem for problem in problems(twice))


def test_rules_of_a_broken_file_are_not_called_missing():
    """What cannot be read is mended first; the exemption's rules are looked for once it can."""
    data = files(rule(ANY), pack=PACK + EXEMPTIONS) | {"demo/b.rule.yaml": b'- id: r-2\n  title: "half'}
    with pytest.raises(RuleErrors) as caught:
        read_pack(data)
    assert [problem.file for problem in caught.value.problems] == ["demo/b.rule.yaml"]
