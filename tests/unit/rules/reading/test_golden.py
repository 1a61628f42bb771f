from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rules.errors import RuleErrors
from rules.model import Effect
from rules.reading.golden import NOW, GoldenResult, read_golden, run_golden
from rules.ruleset import RuleSet
from tests.unit.rules.given import rule, ruleset


def lines(*entries: dict[str, Any]) -> bytes:
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


def problems(text: str) -> list[str]:
    with pytest.raises(RuleErrors) as caught:
        read_golden(text.encode(), "golden.jsonl")
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return ruleset(
        rule("all: [matched('weapons')]", "no-weapons"),
        rule("all: [amount > 10000.0]", "large-amount", effect="review", more="effective: {from: 2026-06-01}"),
    )


def ask(asked: RuleSet, /, **entry: Any) -> GoldenResult:
    (result,) = run_golden(asked, read_golden(lines({"name": "one", **entry}), "golden.jsonl"))
    return result


def test_a_request_is_read_whole():
    """Text, attributes, time and expectation come out as written, with the line for whoever has to mend it."""
    entry = {
        "name": "from Iran",
        "text": "wire it",
        "attributes": {"amount": 5, "tags": ["a", "b"]},
        "now": "2026-09-01T02:00:00+02:00",
        "effect": "block",
        "rules": ["r-1", "r-2"],
    }
    one, two = read_golden(b"\n" + lines(entry, {"name": "plain", "text": "", "effect": None}), "golden.jsonl")
    assert (one.name, one.text, one.effect, one.rules) == (
        "from Iran",
        "wire it",
        Effect.BLOCK,
        frozenset({"r-1", "r-2"}),
    )
    assert one.attributes == {"amount": 5, "tags": ("a", "b")}
    assert one.now == datetime(2026, 9, 1, tzinfo=UTC)
    assert (one.file, one.line) == ("golden.jsonl", 2)
    assert (two.effect, two.rules, two.now, two.line) == (None, None, NOW, 3)


@pytest.mark.parametrize(
    "line, expected",
    [
        ('{"name": "a", "text": "x", "effect": "block"', "golden.jsonl:1:45: is not JSON: Expecting ',' delimiter"),
        ("[1]", "golden.jsonl:1:1: is no object"),
        ('{"name": "a", "text": "x"}', "a request lacks `effect`"),
        ('{"name": "a", "text": "x", "effect": "hold"}', "`hold` is no effect (effects: `block`, `flag`, `null`"),
        ('{"name": "a", "text": "x", "effect": "blok"}', "`blok` is no effect (did you mean `block`?)"),
        ('{"name": "a", "text": "x", "efect": null}', "a request has no key `efect` (did you mean `effect`?)"),
        ('{"name": "a", "text": "x", "effect": null, "effect": "block"}', 'has the key "effect" twice (keep one)'),
        ('{"name": " ", "text": "x", "effect": null}', "name must be text of at most 200 characters"),
        ('{"name": "a", "text": 5, "effect": null}', "text must be text"),
        ('{"name": "a", "text": "x\\u0000y", "effect": null}', "has a NUL character at position 1, so the door"),
        ('{"name": "a", "text": "x\\ud800", "effect": null}', "has half a character (a lone surrogate)"),
        ('{"name": "a", "text": "x", "effect": null, "attributes": [1]}', "attributes must be an object"),
        ('{"name": "a", "text": "x", "effect": null, "attributes": {"amount": NaN}}', "`NaN` is no number of JSON"),
        ('{"name": "a", "text": "x", "effect": null, "rules": "r-1"}', "rules must be a list of rules' ids"),
        ('{"name": "a", "text": "x", "effect": null, "rules": ["R 1"]}', "rules must be a list of rules' ids"),
        ('{"name": "a", "text": "x", "effect": null, "now": "noon"}', "`noon` cannot be now"),
        ('{"name": "a", "text": "x", "effect": null, "now": "0001-01-01T00:00:00+14:00"}', "cannot be now"),
        ('{"name": "a", "text": "x", "effect": null, "now": 5}', "`5` cannot be now"),
        ("[" * 100_000, "is not usable JSON"),
        (
            '{"name": "a", "text": "x", "effect": null, "attributes": {"amount": ' + "9" * 5_000 + "}}",
            "is not usable JSON",
        ),
        ("", "golden.jsonl:1:1: has no requests (write one a line, or remove the file)"),
    ],
    ids=lambda value: value[-60:],
)
def test_what_is_wrong_is_told_at_its_line(line: str, expected: str):
    """A file that would test less than it seems to is refused, with place, reason and remedy."""
    assert any(expected in problem for problem in problems(line))


def test_all_problems_are_told_at_once():
    """Each bad line is named; the same name twice is one."""
    good = '{"name": "a", "text": "x", "effect": null}'
    found = problems(f"{good}\n{{}}\n{good}\nnothing\n")
    assert {problem.split(":")[1] for problem in found} == {"2", "3", "4"}
    assert "golden.jsonl:3:1: the request `a` exists already, in line 1 (rename it)" in found


def test_what_comes_out_as_expected_passes(rules: RuleSet):
    """Effect and matching rules are compared with what the rule set says of the whole request."""
    assert ask(rules, text="I want to buy rifles", effect="block", rules=["no-weapons"]).passed
    assert ask(rules, text="hello", effect=None, rules=[]).passed
    assert ask(rules, text="buy rifles", effect="block").passed


@pytest.mark.parametrize(
    "entry, wrong",
    [
        ({"text": "hello", "effect": "block"}, "the effect is none, not block"),
        ({"text": "buy rifles", "effect": None}, "the effect is block, not none"),
        ({"text": "hello", "effect": None, "rules": ["no-weapons"]}, "the rule `no-weapons` does not match"),
        (
            {"text": "buy rifles", "effect": "block", "rules": []},
            "the rule `no-weapons` matches and is not expected to",
        ),
        ({"text": "hello", "effect": None, "attributes": {"amonut": 5}}, "the attribute `amonut` is not an attribute"),
        ({"text": "hello", "effect": None, "attributes": {"amount": "5"}}, "the attribute `amount` must be a number"),
    ],
)
def test_what_comes_out_otherwise_fails_in_words(rules: RuleSet, entry: dict[str, Any], wrong: str):
    """Another effect, a rule too many or too few, and attributes that the workflow does not take."""
    result = ask(rules, **entry)
    assert not result.passed
    assert any(wrong in sentence for sentence in result.wrong)


def test_time_is_the_requests_own(rules: RuleSet):
    """A rule that comes into force in June does not hold for a request of January; the wall clock has no say."""
    entry = {"text": "x", "attributes": {"amount": 20_000}}
    assert ask(rules, **entry, effect=None, rules=[]).passed
    assert ask(rules, **entry, effect="review", rules=["large-amount"], now="2026-06-01").passed


def test_a_result_is_plain_data(rules: RuleSet):
    """What the API and the command line show can be written as JSON."""
    told = ask(rules, text="buy rifles", effect="review", rules=["large-amount"]).as_dict()
    assert json.loads(json.dumps(told)) == {
        "name": "one",
        "file": "golden.jsonl",
        "line": 1,
        "passed": False,
        "expected": {"effect": "review", "rules": ["large-amount"]},
        "got": {"effect": "block", "rules": ["no-weapons"]},
        "wrong": [
            "the effect is block, not review",
            "the rule `large-amount` does not match",
            "the rule `no-weapons` matches and is not expected to",
        ],
    }
