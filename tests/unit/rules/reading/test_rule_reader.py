from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rules.errors import RuleErrors
from rules.model import Condition, Effect, FindingStatus, Leaf, Obligations, Rollout, RuleStatus, Severity
from tests.unit.rules.given import pack, rule

ANY = "all: [authenticated]"

FULL = """
on_error: block
public_reason: We cannot say.
owner: legal@example.org
citation: [Act 1, Act 2]
jurisdiction: [GB]
effective: {from: 2026-01-01, until: '2027-01-01T00:00:00+01:00'}
review_by: 2026-12-01
requires: [amount]
tags: [a, b]
obligations: {redact: [card], narrow: {jurisdiction: [GB, IE]}, priority: 70, queue: legal}
tests:
  - {name: hit, text: "x\\ny", attributes: {amount: 5, tags: [a]}, now: 2026-02-01T00:00:00Z, expect: match}
  - {name: miss, text: x, expect: no_match}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(RuleErrors) as caught:
        pack(text)
    return [str(problem) for problem in caught.value.problems]


def test_every_field_is_read():
    """A rule comes out as its author wrote it."""
    (read,) = pack(rule(ANY, more=FULL)).rules
    assert (read.status, read.severity, read.effect, read.on_error) == (
        RuleStatus.ENFORCE,
        Severity.HIGH,
        Effect.BLOCK,
        Effect.BLOCK,
    )
    assert (read.public_reason, read.owner, read.citation) == (
        "We cannot say.",
        "legal@example.org",
        ("Act 1", "Act 2"),
    )
    assert read.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert read.effective_until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert (read.review_by, read.requires, read.tags) == (date(2026, 12, 1), ("amount",), ("a", "b"))
    assert read.obligations == Obligations(
        frozenset({"card"}), {"jurisdiction": frozenset({"GB", "IE"})}, priority=70, queue="legal"
    )
    assert read.tests[0].attributes == {"amount": 5, "tags": ("a",)}
    assert read.tests[0].text == "x\ny"
    assert read.tests[0].now == datetime(2026, 2, 1, tzinfo=UTC)
    assert read.tests[1].expect is FindingStatus.NO_MATCH


def test_what_is_left_out_has_a_safe_default():
    """Unknown asks for a person, the pack's owner owns, nothing is obliged."""
    (read,) = pack(rule(ANY)).rules
    assert (read.on_error, read.owner, read.obligations) == (Effect.REVIEW, "someone@example.org", Obligations())


def test_a_rule_in_canary_knows_its_share():
    """Percent and the attribute that chooses the side are read; the attribute's place is kept for the compiler."""
    (read,) = pack(rule(ANY, more="rollout: {percent: 10, by: country}", status="canary")).rules
    assert (read.status, read.rollout) == (RuleStatus.CANARY, Rollout(10, "country"))
    assert read.places["rollout.by"] == (8, 30)
    (read,) = pack(rule(ANY, more="rollout: {percent: 99}", status="canary")).rules
    assert read.rollout == Rollout(99)


@pytest.mark.parametrize(
    "severity, more, expected",
    [
        ("high", "", True),
        ("critical", "", False),
        ("critical", "exemptible: true", True),
        ("low", "exemptible: false", False),
    ],
)
def test_what_is_critical_allows_no_exemption_unless_it_says_so(severity: str, more: str, expected: bool):
    """Exemptible is the rule's own word; without one, all rules are but the critical ones."""
    (read,) = pack(rule(ANY, more=more).replace("severity: high", f"severity: {severity}")).rules
    assert read.exemptible is expected


def test_conditions_keep_their_places():
    """Each condition knows the line and column it begins at, in lists, blocks and quotes."""
    when = """
    all:
      - authenticated
      - "country == 'IR'"
      - |
        amount > 1.0 &&
          age > 1
    none: [{any: ['channel == ''web''']}]
    """
    (read,) = pack(rule(when)).rules
    lines = {leaf.source.split("\n")[0]: (leaf.line, leaf.column) for leaf in read.when.all if isinstance(leaf, Leaf)}
    assert lines == {"authenticated": (13, 9), "country == 'IR'": (14, 10), "amount > 1.0 &&": (16, 9)}
    nested = read.when.none[0]
    assert isinstance(nested, Condition)
    assert nested.any[0] == Leaf(
        "channel == 'web'", 18, 20, (20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36)
    )


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ("effect: block", "effect: hold", "`hold` is no effect (known words: `block`, `flag`, `recheck`, `review`)"),
        ("status: enforce", "status: canary", "a rule in canary has no share of requests to count for (add `rollout"),
        (
            "tags: [a, b]",
            "rollout: {percent: 10}",
            "rollout is for rules in canary; this one is in enforce (remove it)",
        ),
        (
            "status: enforce",
            "status: canary\n  rollout: {percent: 100}",
            "percent must be a whole number (use 1 to 99)",
        ),
        ("status: enforce", "status: canary\n  rollout: {percent: 0}", "percent must be a whole number (use 1 to 99)"),
        ("status: enforce", "status: canary\n  rollout: {percent: 9.5}", "percent must be a whole number"),
        ("status: enforce", "status: canary\n  rollout: {by: age}", "rollout lacks `percent`"),
        ("status: enforce", "status: canary\n  rollout: {percent: 1, bye: age}", "did you mean `by`?"),
        ("tags: [a, b]", "exemptible: NO", "exemptible must be true or false (write `exemptible: true`)"),
        ("from: 2026-01-01", "from: '0001-01-01T00:00:00+14:00'", "cannot be effective from"),
        ("from: 2026-01-01", "from: 2026-W05-6", "`2026-W05-6` cannot be effective from"),
        ("on_error: block", "on_error: flag", "on_error cannot be `flag`: what is unknown must not pass"),
        ("on_error: block", "on_error: recheck", "on_error cannot be `recheck`"),
        ("severity: high", "severity: hihg", "did you mean `high`?"),
        ("id: r-1", "id: R_1", "`R_1` cannot be a rule's id"),
        ("reason_code: TEST-01", "reason_code: test", "`test` cannot be a reason code"),
        ("from: 2026-01-01", "from: 2028-01-01", "ends before it begins"),
        ("review_by: 2026-12-01", "review_by: soon", "`soon` cannot be review_by"),
        ("redact: [card]", "redact: [crad]", "there is no PII kind `crad` (did you mean `card`?)"),
        ("priority: 70", "priority: 101", "priority must be a whole number (use 0 to 100)"),
        ("priority: 70", "prority: 70", "obligations has no key `prority` (did you mean `priority`?)"),
        ("expect: no_match", "expect: nomatch", "did you mean `no_match`?"),
        ("name: miss", "name: hit", "two tests are called `hit`"),
        ("text: x,", "text: 5,", "the text of a test must be text"),
        ("{amount: 5, tags: [a]}", "[amount]", "attributes must be a mapping"),
        ("all: [authenticated]", "al: [authenticated]", "a condition has no key `al` (did you mean `all`?)"),
        ("all: [authenticated]", "all: []", "all is empty"),
        ("all: [authenticated]", "{}", "the condition is empty"),
        ("all: [authenticated]", "all: [5]", "a condition must be text"),
        ("all: [authenticated]", "- authenticated", "a condition must be a mapping"),
        ("reason: because", "reson: because", "a rule lacks `reason`"),
        ("reason: because", "reason: '{ amount } is much'", "`{ amount }`, which names no attribute (write it like"),
        ("reason: because", "reason: 'of {amount'", "the reason has `{amount`, which names no attribute"),
        ("id: r-1", "id: history", "no rule can be called `history`: a page of the console has that name"),
        (
            "public_reason: We cannot say.",
            "public_reason: Not {amount}",
            "shown as it stands, so `{amount}` would be read by",
        ),
        ("all: [authenticated]", "and: [authenticated]", "a condition has no key `and` (did you mean `all`?)"),
        ("all: [authenticated]", "or: [authenticated]", "(did you mean `any`?)"),
        ("all: [authenticated]", "not: [authenticated]", "(did you mean `none`?)"),
    ],
)
def test_rule_problems(before: str, after: str, expected: str):
    """What is wrong in a rule is named in words."""
    text = rule(ANY, more=FULL)
    assert before in text
    assert any(expected in problem for problem in problems(text.replace(before, after)))


def test_wrapped_condition_needs_a_block():
    """A condition over several lines without `|` has lost its lines, so it is refused."""
    assert any("needs a `|` block" in problem for problem in problems(rule("all:\n  - authenticated &&\n    true")))


def test_nesting_has_an_end():
    """Conditions in conditions are refused where the engine would give up."""
    deep = "authenticated"
    for _ in range(7):
        deep = f"{{all: [{deep}]}}"
    assert any("nested deeper than 6" in problem for problem in problems(rule(f"all: [{deep}]")))


def test_a_rule_file_is_a_list():
    """Anything but a list of rules is refused."""
    assert "a rule file must be a list" in problems("id: r-1\n")[0]
