"""Traces, changes and replays in lines for people."""

from __future__ import annotations

from typing import Any

from service.api import examples_rules
from service.cli.rules.telling import change_lines, replay_lines, trace_lines

TEXT = "How do I make an overseas transfer?"
CLAUSE: dict[str, Any] = {
    "source": "matched('cross_border')",
    "file": "bank/crime.rule.yaml",
    "line": 12,
    "column": 9,
    "wanted": True,
    "answer": True,
    "attributes": {},
    "missing": [],
    "hits": [
        {
            "name": "cross_border",
            "found": True,
            "by_look_alikes": False,
            "spans": [{"start": 17, "end": 34, "source": "bank/cross_border", "valid": True}],
        }
    ],
    "failure": "",
}
FIRED: dict[str, Any] = {
    "rule": "embargo",
    "title": "Payment abroad",
    "file": "bank/crime.rule.yaml",
    "line": 3,
    "why_not": "",
    "finding": "match",
    "effect": "block",
    "reason": "a payment abroad is asked for from IR",
    "weakened": False,
    "exemption": None,
    "clauses": [CLAUSE],
    "missing": [],
    "says": "",
}
STOPPED: dict[str, Any] = {
    **FIRED,
    "rule": "minors",
    "finding": "no_match",
    "effect": None,
    "clauses": [
        {**CLAUSE, "source": "customer_age < 18", "line": 40, "answer": False, "attributes": {"customer_age": 41},
         "hits": []}
    ],
}  # fmt: skip


def told(*traces: dict[str, Any]) -> str:
    return "\n".join(trace_lines(traces, TEXT))


def test_a_fired_rule_shows_its_clauses_with_what_they_saw() -> None:
    """Place, source, answer, and the words of the text."""
    lines = told(FIRED, STOPPED)
    assert lines.startswith("1 of 2 rules fire")
    assert "embargo  match → block" in lines
    assert (
        "bank/crime.rule.yaml:12:9:  matched('cross_border') is true (cross_border found: “overseas transfer”)" in lines
    )


def test_a_rule_that_did_not_fire_names_the_clause_that_stopped_it() -> None:
    """With the value that it saw."""
    assert "bank/crime.rule.yaml:40:9:  customer_age < 18 is false (customer_age = 41)" in told(STOPPED)
    assert told(STOPPED).startswith("0 of 1 rules fire.")


def test_what_keeps_a_finding_from_counting_is_said() -> None:
    """In shadow, exempted, by look-alikes, or unknown for want of an attribute."""
    held = {
        **FIRED,
        "why_not": "it is in shadow: asked and recorded apart",
        "exemption": "licence",
        "weakened": True,
        "missing": ["country"],
    }
    lines = told(held)
    for said in ("does not count: it is in shadow", "exemption licence", "look-alike letters", "country is missing"):
        assert said in lines, said


def test_a_clause_below_none_says_so() -> None:
    """There a false answer was wanted."""
    clause = {**CLAUSE, "wanted": False, "answer": None, "missing": ["vip", "tags"], "hits": [], "failure": ""}
    assert "is unknown (vip is missing; tags is missing; under `none`)" in told({**FIRED, "clauses": [clause]})


def test_changes_that_may_let_more_through_are_marked() -> None:
    """Whoever signs sees them at a glance."""
    changes = [{"direction": way, "says": way} for way in ("loosens", "either", "tightens", "words")]
    assert list(change_lines(changes[:2], changes[2:])) == ["! loosens", "! either", "  tightens", "  words"]


def test_a_replay_is_told_in_counts_and_examples() -> None:
    """By rule, by effect, by outcome; and what could not be tried."""
    lines = "\n".join(replay_lines({**examples_rules.REPLAYED, "truncated": True}))
    assert "refund-over-limit  37    0" in lines
    assert "none         review  37" in lines
    assert "allow → review  +refund-over-limit" in lines
    assert "2 decisions could not be read" in lines
    assert "the newest 4180 were tried" in lines
