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
