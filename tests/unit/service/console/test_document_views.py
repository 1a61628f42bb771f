"""Pages of documents."""

from __future__ import annotations

from service.console.document_views import document_rows


def test_a_document_says_when_and_for_whom_it_is_in_force() -> None:
    """Open ends and everyone are words, not blanks."""
    common = {"collection": "c", "id": "d", "version": 1, "title": "D", "status": "approved"}
    since = {**common, "effective_from": "2026-02-01T00:00:00.000Z", "audience": ["staff"]}
    both = {**since, "effective_until": "2026-12-31T00:00:00.000Z"}
    assert [(row.effective, row.audience) for row in document_rows([common, since, both])] == [
        ("always", "everyone"),
        ("since 2026-02-01", "staff"),
        ("2026-02-01 to 2026-12-31", "staff"),
    ]
