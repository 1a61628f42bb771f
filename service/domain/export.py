"""What is taken out, and in what form."""

from __future__ import annotations

from enum import StrEnum


class What(StrEnum):
    """What is taken out."""

    CASES = "cases"
    LABELS = "labels"


class Form(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is Form.CSV else "application/x-ndjson"
