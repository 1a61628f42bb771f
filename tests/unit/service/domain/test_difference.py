"""What differs between two answers, in ids and numbers alone."""

from __future__ import annotations

from typing import Any

from service.domain.difference import decided_otherwise, differences, parts_changed, summary

BLOCKED: dict[str, Any] = {
    "state": "final",
    "outcome": "block",
    "decided_by": "rules",
    "labels": [],
    "reasons": [],
    "rules": {"findings": [{"rule": "b"}, {"rule": "a"}], "unknown": []},
    "documents": [],
}
ALLOWED: dict[str, Any] = {
    **BLOCKED,
    "outcome": "allow",
    "decided_by": "classifier",
    "labels": [{"label": "fees", "probability": 0.9}],
    "rules": {"findings": [{"rule": "a"}], "unknown": [{"rule": "c"}]},
    "documents": [{"passage_id": "c/fees@1#0", "passage": "words"}],
}


def test_a_summary_has_no_words_of_people_or_documents():
    """Also of an answer without rules, as callers without `explain` see it."""
    assert summary(ALLOWED) == {
        "state": "final",
        "outcome": "allow",
        "decided_by": "classifier",
        "labels": ["fees"],
        "confidence": 0.9,
        "reasons": [],
        "rules": ["a"],
        "unknown_rules": ["c"],
        "documents": ["c/fees@1#0"],
    }
    assert summary({**ALLOWED, "rules": None})["rules"] == []


def test_each_member_that_differs_with_what_came_and_went():
    """In the order in which one reads an answer; none where nothing does."""
    found = differences(summary(BLOCKED), summary(ALLOWED))
    assert [each["member"] for each in found] == [
        "outcome",
        "decided_by",
        "labels",
        "rules",
        "unknown_rules",
        "documents",
    ]
    assert found[3] == {"member": "rules", "before": ["a", "b"], "after": ["a"], "gained": [], "lost": ["b"]}
    assert differences(summary(ALLOWED), summary(ALLOWED)) == []


def test_what_matters_to_whoever_asked():
    """Another outcome, or other labels of what is final; not other reasons for the same."""
    held = {**ALLOWED, "state": "waiting", "outcome": "review"}
    assert decided_otherwise(summary(BLOCKED), summary(ALLOWED))
    assert decided_otherwise(summary(held), summary(ALLOWED))
    other = {**ALLOWED, "labels": [{"label": "cards", "probability": 0.9}]}
    assert decided_otherwise(summary(ALLOWED), summary(other))
    assert not decided_otherwise(summary(held), summary({**held, "labels": [], "reasons": ["out_of_domain"]}))
    assert not decided_otherwise(summary(ALLOWED), summary({**ALLOWED, "documents": []}))


def test_which_parts_of_two_releases_differ():
    """Also one that only one of them has."""
    assert parts_changed({"rules": "1", "head": "2"}, {"rules": "1", "head": "3", "adapter": "4"}) == [
        "adapter",
        "head",
    ]
