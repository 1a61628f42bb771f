"""The page of a document."""

from __future__ import annotations

from typing import Any

import pytest

from service.console.one_document_views import Deeds, deeds, document_view
from tests.unit.service.console.document_material import APPROVER, READER, TEXT, WRITER, approved, neighbour, whole
from tests.unit.service.console.material import NOW

_ALL = ("edit", "submit", "preview", "approve", "give_back", "retire", "revise")


def able(found: Deeds) -> set[str]:
    return {name for name in _ALL if getattr(found, name)}


@pytest.mark.parametrize(
    "status, author, approver",
    [
        ("draft", {"edit", "submit", "preview", "retire"}, {"edit", "submit", "preview", "retire"}),
        ("submitted", {"preview", "give_back", "retire"}, {"preview", "approve", "give_back", "retire"}),
        ("approved", {"preview", "retire", "revise"}, {"preview", "retire", "revise"}),
        ("superseded", {"revise"}, {"revise"}),
        ("retired", {"revise"}, {"revise"}),
        ("something new", {"revise"}, {"revise"}),
    ],
)
def test_buttons_go_by_the_state_and_by_who_looks(status: str, author: set[str], approver: set[str]) -> None:
    """Nobody is offered to approve what they wrote; who has no right to documents is offered nothing."""
    document = whole(status=status)
    assert able(deeds(document, newest=True, principal=WRITER)) == author
    assert able(deeds(document, newest=True, principal=APPROVER)) == approver
    assert able(deeds(document, newest=True, principal=READER)) == set()


def test_whoever_wrote_it_is_told_why_there_is_no_button() -> None:
    """Also one of several authors, and under another way of writing the name."""
    document = whole(authors=["olga", "Maria"])
    assert "somebody else has to approve it" in deeds(document, newest=True, principal=APPROVER).why_not
    assert not deeds(document, newest=True, principal=READER).why_not
    assert not deeds(whole(authors=["olga"]), newest=True, principal=APPROVER).why_not


def test_the_next_version_is_begun_from_the_newest() -> None:
    """An older one would bring back what was changed since."""
    assert not deeds(whole(status="superseded"), newest=False, principal=WRITER).revise


def test_the_passage_that_was_found_is_marked_block_by_block() -> None:
    """From its place in the text; without one nothing is."""
    start = TEXT.index("Ask first.")
    shown = document_view(whole(), READER, NOW, (start, start + 3))
    assert [paragraph.found for paragraph in shown.body] == [False, True, False]
    assert shown.found
    assert not document_view(whole(), READER, NOW).found
    assert not document_view(whole(), READER, NOW, (10_000, 10_001)).found


def test_what_stands_around_it_leads_there() -> None:
    """Cited and citing documents, resembling ones, labels; a citation that is no document stays words."""
    view = whole(
        citations=["fees", "Handbook, section 4"],
        cites=[neighbour()],
        cited_by=[neighbour(collection="staff", id="guide")],
        similar=[{"id": "fees", "version": 3, "similarity": 0.83}],
        names=[{"workflow": "retail", "label": "charged_twice", "title": "Charged twice"}],
    )
    shown = document_view(view, READER, NOW)
    assert (shown.cites[0].address, shown.uncited) == (
        "/console/documents/retail-banking/fees?version=3",
        ("Handbook, section 4",),
    )
    assert shown.cited_by[0].address == "/console/documents/staff/guide?version=3"
    assert (shown.similar[0].title, shown.similar[0].figure) == ("fees", "83%")
    assert (shown.names[0].title, shown.names[0].reference) == ("Charged twice", "retail · charged_twice")


def test_the_version_to_compare_with_is_the_one_before() -> None:
    """The first has none."""
    assert document_view(whole(), READER, NOW).older == 1
    assert document_view(whole(version=1, versions=[approved()]), READER, NOW).older is None


def test_a_note_says_who_when_and_why() -> None:
    """In the tone of what was done; an erased reason is told to be erased."""
    told: dict[str, Any] = {"kind": "returned", "by": "maria", "at": "2026-11-21T08:00:00.000Z", "why": "add the fee"}
    note = document_view(whole(note=told), WRITER, NOW).note
    assert note is not None
    assert (note.title, note.why, note.when, note.tone) == ("Returned by maria", "add the fee", "1 h ago", "review")
    erased = document_view(whole(note={**told, "why": None}), WRITER, NOW).note
    assert erased is not None
    assert erased.why == "The reason has been erased."


def test_only_what_is_known_is_told() -> None:
    """Fields of its own as they are written; nothing stands without a value."""
    facts = dict(document_view(whole(fields={"level": ["handbook"], "page_count": 12.0}), READER, NOW).facts)
    assert (facts["level"], facts["page count"], facts["for"]) == ("handbook", "12", "everyone")
    assert "approved by" not in facts
    signed = dict(document_view({**whole(), **approved()}, READER, NOW).facts)
    assert signed["approved by"] == "maria, 2026-01-02"
