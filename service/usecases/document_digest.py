"""Whether a document, as it is stored or taken out, is the one that a digest was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from service.usecases.document_file import DocumentFile


def has_digest(told: Mapping[str, Any], digest: str) -> bool:
    """`told` has the columns of a document's row; times and days may be words.

    A document that came without an owner belongs to whoever brought it: it was nobody's when its digest was made. And
    the first versions of Signoff left the day of its next review out of it.
    """
    owners = [told["owner"], *([""] if told["owner"] in told["authors"] else [])]
    files = [_file(told, owner) for owner in owners]
    return any(digest in (file.digest, replace(file, review_by=None).digest) for file in files)


def _file(told: Mapping[str, Any], owner: str) -> DocumentFile:
    return DocumentFile(
        id=told["id"],
        title=told["title"],
        text=told["text"],
        owner=owner,
        effective_from=_moment(told["effective_from"]),
        effective_until=_moment(told["effective_until"]),
        review_by=_day(told["review_by"]),
        audience=tuple(told["audience"]),
        jurisdiction=tuple(told["jurisdiction"]),
        citations=tuple(told["citations"]),
        fields={name: tuple(value) if isinstance(value, list) else value for name, value in told["fields"].items()},
    )


def _moment(told: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else told


def _day(told: date | str | None) -> date | None:
    return date.fromisoformat(told) if isinstance(told, str) else told
