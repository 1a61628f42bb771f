"""What the API answers about many cases at once."""

from __future__ import annotations

from pydantic import Field, RootModel

from service.api.replies import Reply


class BulkItem(Reply):
    """A case that is among them."""

    case: str
    queue: str
    excerpt: str
    suggestion: str | None = Field(description="The classifier's most likely label.")
    similarity: float | None = Field(description="To the request that they are to resemble: a cosine.")


class LeftOut(Reply):
    """A case that was named and is not among them."""

    case: str
    why: str


class Refused(Reply):
    """A case that it could not be done to."""

    case: str
    code: str
    why: str


class BulkPreview(Reply):
    """What would be done. Nothing has changed."""

    count: int
    confirm: str = Field(description="Names these very cases; send it to do it to them.")
    more: bool = Field(description="More fit than are taken at once.")
    items: list[BulkItem]
    left_out: list[LeftOut]
    refused: list[Refused] = Field(description="Of `items`, those that could not be decided so.")


class BulkDone(Reply):
    """What was done."""

    bulk: str = Field(description="Names this on the ledger.")
    action: str
    done: list[str]
    refused: list[Refused]
    undo_until: str | None = Field(description="RFC 3339; till then all that was decided can be taken back.")


class BulkAnswer(RootModel[BulkDone | BulkPreview]):
    """What was done; with `dry_run` what would be done."""
