"""Rows of documents, whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def row(version: int, **columns: Any) -> dict[str, Any]:
    """An approved version of a document for everyone, with `columns` otherwise."""
    return {
        "collection": "c",
        "id": "fees",
        "version": version,
        "status": "approved",
        "title": "Fees",
        "text": "We refund fees.",
        "owner": "ann",
        "audience": [],
        "jurisdiction": [],
        "citations": [],
        "fields": {},
        "effective_from": None,
        "effective_until": None,
        "review_by": None,
        "digest": "0" * 64,
        "source": None,
        "signature": None,
        "similar": [],
        "submitted_by": "ann",
        "submitted_at": NOW,
        "authors": ["ann"],
        "approved_by": "bob",
        "approved_at": NOW,
        "ended_by": None,
        "ended_at": None,
        "sequence": version,
        "approved_sequence": version,
        "ended_sequence": None,
    } | columns
