"""Lists of documents."""

from __future__ import annotations

from service.console.document_views import Asked, collections, document_address, document_rows
from tests.unit.service.console.document_material import approved, summary


def test_a_document_says_when_and_for_whom_it_is_in_force() -> None:
    """Open ends and everyone are words, not blanks."""
    since = summary(effective_from="2026-02-01T00:00:00.000Z", audience=["staff"])
    both = {**since, "effective_until": "2026-12-31T00:00:00.000Z"}
    until = summary(effective_until="2026-12-31T00:00:00.000Z")
    assert [(row.effective, row.audience) for row in document_rows([summary(), since, both, until])] == [
        ("always", "everyone"),
        ("since 2026-02-01", "staff"),
        ("2026-02-01 to 2026-12-31", "staff"),
        ("until 2026-12-31", "everyone"),
    ]


def test_what_the_calendar_makes_of_an_approved_version_is_told_where_it_is_not_in_force() -> None:
    """An approved version that nobody finds today must not look like one that is found."""
    rows = document_rows([summary(), approved(), approved(standing="upcoming"), approved(standing="replaced")])
    assert [row.standing.short if row.standing else None for row in rows] == [
        None,
        None,
        "Not yet in force",
        "Replaced",
    ]


def test_the_next_page_keeps_the_filters() -> None:
    """And leaves out those that nobody set."""
    wanted = Asked(text="fees & charges", as_of="2026-03-03")
    assert wanted.following("a/b@1") == "?text=fees+%26+charges&as_of=2026-03-03&after=a%2Fb%401"
    assert Asked().following("a/b@1") == "?after=a%2Fb%401"


def test_an_address_holds_any_name() -> None:
    """Names of collections are not all plain."""
    assert document_address("a b?", "x:y", 3, "edit") == "/console/documents/a%20b%3F/x%3Ay/edit?version=3"
    assert document_address("c", "d") == "/console/documents/c/d"


def test_a_collection_that_no_workflow_searches_can_be_chosen_when_it_was_asked_for() -> None:
    """The list of collections is that of the workflows, and what stands in the address."""
    assert collections([("b", "a"), ("a",)], "z") == ["a", "b", "z"]
    assert collections([("a",)]) == ["a"]
