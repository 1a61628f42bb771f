"""Calls that do the same to many cases: look first, then do it to what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from .answers import Answer
from .steps import Calling, Steps, send


class BulkItem(Answer):
    """A case that would be among them."""

    case: str
    queue: str
    excerpt: str
    suggestion: str | None = None  #: the classifier's most likely label
    similarity: float | None = None  #: cosine to the request they are to resemble


class LeftOut(Answer):
    case: str
    why: str


class BulkRefused(Answer):
    case: str
    code: str
    why: str


class BulkPreview(Answer):
    """Which cases these are, which of them would be refused, and the word that doing it asks for."""

    count: int
    confirm: str
    more: bool
    items: list[BulkItem] = Field(default_factory=list)
    left_out: list[LeftOut] = Field(default_factory=list)
    refused: list[BulkRefused] = Field(default_factory=list)


class BulkDone(Answer):
    bulk: str
    action: str
    done: list[str] = Field(default_factory=list)
    refused: list[BulkRefused] = Field(default_factory=list)
    undo_until: datetime | None = None  #: till then all that was decided can be taken back


class BulkCalls(Calling):
    """For whoever leads a queue."""

    __slots__ = ()

    def preview_bulk(self, action: str, asked: Mapping[str, Any]) -> Steps[BulkPreview]:
        """Which cases `action` would be done to, as the reference of `POST /v1/cases/bulk` says; nothing changes."""
        body = {"action": action, **asked, "dry_run": True}
        return (yield from self._one(BulkPreview, send("POST", "/v1/cases/bulk", body=body)))

    def do_bulk(self, action: str, confirm: str, asked: Mapping[str, Any]) -> Steps[BulkDone]:
        """Do it to the cases of the preview that gave `confirm`. After `Unreachable`, preview again."""
        body = {"action": action, **asked, "confirm": confirm}
        return (yield from self._one(BulkDone, send("POST", "/v1/cases/bulk", body=body, repeatable=False)))
