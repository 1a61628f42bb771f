"""What an import did."""

from __future__ import annotations

import pytest

from service.console.import_views import report_view
from tests.unit.service.console.document_material import report


@pytest.mark.parametrize(
    "changes, title, tone",
    [
        ({}, "1 document came in.", "allow"),
        ({"added": 2, "unchanged": 3}, "2 documents came in, 3 say what is known already.", "allow"),
        ({"added": 0, "unchanged": 1}, "Nothing came in, 1 says what is known already.", "review"),
        (
            {"unreadable": [{"place": "scan.pdf", "why": "has no text"}]},
            "1 document came in, 1 place could not be read.",
            "review",
        ),
    ],
)
def test_the_first_line_says_how_it_went(changes: dict[str, object], title: str, tone: str) -> None:
    """Whatever did not come in keeps it from looking like a success."""
    shown = report_view(report(**changes))
    assert (shown.title, shown.tone) == (title, tone)


def test_each_document_leads_to_its_page_and_to_what_it_resembles() -> None:
    """With the file it came from, and what was left out of it."""
    shown = report_view(report(duplicates=[{"id": "a", "same_as": "b", "source": "a.md"}]))
    ((document, similar),) = shown.documents
    assert document.address == "/console/documents/retail-banking/disputes?version=2"
    assert (document.source, document.notes) == ("disputes.docx", ("1 image left out",))
    assert (similar[0].title, similar[0].figure) == ("fees", "83%")
    assert [link.title for link in shown.duplicates[0]] == ["a", "b"]


def test_what_the_importer_should_know_is_told() -> None:
    """That nobody searches the collection keeps it from looking like a success; what comes back says so."""
    again = {**report()["documents"][0], "retired": 1}
    shown = report_view(report(documents=[again], notices=["No workflow searches it."]))
    assert (shown.tone, shown.notices) == ("review", ("No workflow searches it.",))
    ((document, _),) = shown.documents
    assert document.notes == ("1 image left out", "It says what version 1 said, which was retired.")
