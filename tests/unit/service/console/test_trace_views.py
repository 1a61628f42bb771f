"""Why each rule fired or did not, in words."""

from __future__ import annotations

from typing import Any

import pytest

from service.console.trace_views import MOST, explained, trace_view
from tests.unit.service.console.rule_material import trace


def _seen(**changes: Any) -> dict[str, Any]:
    return {**trace()["clauses"][0], **changes}


def test_rules_are_told_apart_by_what_they_said() -> None:
    """Fired first those that count, then what is not settled, then the others."""
    rules = [
        trace(rule="a"),
        trace(rule="b", finding="match", effect="block", why_not="it is disabled for now"),
        trace(rule="c", finding="match", effect="review"),
        trace(rule="d", finding="unknown", effect="review", missing=["amount"]),
    ]
    shown = explained({"workflow": "w", "release": "rel_1", "rules": rules})
    assert [each.rule for each in shown.fired] == ["c", "b"]
    assert [each.rule for each in shown.unsettled] == ["d"]
    assert [each.rule for each in shown.quiet] == ["a"]
    assert shown.fired[1].standing == "It is disabled for now."
    assert shown.unsettled[0].notes == ("Missing: amount.",)


def test_a_rule_can_be_found_by_its_words() -> None:
    """Of its id or title; only so many of those that did not fire are shown at once."""
    rules = [trace(rule=f"r{place}", title="T") for place in range(MOST + 5)] + [trace(rule="x", title="Bulk payment")]
    shown = explained({"workflow": "w", "release": "rel_1", "rules": rules}, "bulk X")
    assert [each.rule for each in shown.quiet] == ["x"]
    everything = explained({"workflow": "w", "release": "rel_1", "rules": rules})
    assert (len(everything.quiet), everything.quiet_total) == (MOST, MOST + 6)


@pytest.mark.parametrize(
    "seen, says",
    [
        (_seen(answer=True), "holds"),
        (_seen(answer=False), "does not hold"),
        (_seen(answer=True, wanted=False), "holds, and must not"),
        (_seen(answer=None, failure="no such key"), "cannot say: no such key"),
        (_seen(answer=None), "cannot say"),
    ],
)
def test_a_clause_says_whether_it_holds(seen: dict[str, Any], says: str) -> None:
    """Under `none` it is what holds that stops the rule."""
    (clause,) = trace_view(trace(clauses=[seen])).clauses
    assert (clause.says, clause.place) == (says, "bank/conduct.rule.yaml:72:11")


def test_a_clause_shows_the_values_it_saw() -> None:
    """Attributes, what is missing, and where in the text a matcher hit."""
    span = {"start": 7, "end": 17, "source": "press", "valid": True}
    hit = {"name": "press", "found": True, "by_look_alikes": True, "spans": [span] * 5}
    (clause,) = trace_view(trace(clauses=[_seen(missing=["amount"], hits=[hit])])).clauses
    assert clause.values == (
        ("is app", "yes"),
        ("amount", "missing"),
        ("press", "found by look-alike letters at characters 8–17, 8–17, 8–17 and 2 more"),
    )


def test_what_sets_a_finding_aside_is_told() -> None:
    """An exemption by its id, and that look-alike letters do not block."""
    notes = trace_view(trace(finding="match", effect="review", exemption="ex-17", weakened=True)).notes
    assert notes[0] == "Set aside by the exemption ex-17."
    assert "look-alike" in notes[1]
