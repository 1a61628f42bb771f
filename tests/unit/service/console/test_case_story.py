"""What happened to a case, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from service.console.case_story import Said, assigned, hold_words, told

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _event(action: str, **more: Any) -> dict[str, Any]:
    return {"action": action, "by": "Ann", "at": "2026-11-21T11:30:00.000Z", "told": {}, "note": None, **more}


def test_the_newest_stands_first_and_says_who_and_when() -> None:
    """A comment is marked as one, and what the service does by itself is the service's."""
    story = told([_event("claim"), _event("comment", note="look at page 2"), _event("expire", by="signoff")], NOW)
    assert [(each.who, each.what) for each in story] == [
        ("The service", "let the lease run out"),
        ("Ann", "wrote"),
        ("Ann", "claimed it"),
    ]
    assert [each.comment for each in story] == [False, True, False]
    assert (story[1].note, story[1].when) == ("look at page 2", "30 min ago")


def test_to_whom_where_and_until_when_is_told() -> None:
    """Handing over names the person, escalating both queues, holding the end."""
    facts = {"to": "Ben", "until": "2026-11-21T18:00:00.000Z"}
    assert told([_event("assign", told=facts)], NOW)[0].what == "handed it over to Ben until 18:00 UTC"
    moved = {"from": "complaints", "queue": "leads"}
    assert told([_event("escalate", told=moved)], NOW)[0].what == "escalated it, from complaints to leads"
    stayed = {"from": "complaints", "queue": "complaints"}
    assert told([_event("escalate", told=stayed)], NOW)[0].what == "escalated it"


def test_a_deed_that_the_page_does_not_know_is_shown_as_it_is() -> None:
    """A newer record never breaks an older page."""
    assert told([_event("merge")], NOW)[0].what == "merge"


def test_a_hold_says_until_when_by_whom_and_why() -> None:
    """And nothing where there is none."""
    hold = {"until": "2026-11-21T18:00:00.000Z", "by": "Ann", "reason": "waits for the bank"}
    assert hold_words(hold, NOW) == "On hold until 18:00 UTC by Ann: waits for the bank"
    assert hold_words(None, NOW) == ""


def test_whom_a_case_is_handed_over_to_is_told_from_where_one_stands() -> None:
    """You, somebody else, nobody."""
    assert [assigned(to, "Ann") for to in ("Ann", "Ben", None)] == ["Handed over to you.", "Handed over to Ben.", ""]


def test_an_opinion_has_its_labels_by_their_titles() -> None:
    """A label that the policy has lost is shown by its id."""
    said = Said.of({"reviewer": "Ann", "outcome": "block", "labels": ["a", "b"], "note": None}, {"a": "Apples"})
    assert (said.who, said.outcome.short, said.labels, said.note) == ("Ann", "Block", ("Apples", "b"), "")
