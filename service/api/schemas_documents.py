"""What the API accepts about documents and searches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from service.api.schemas import ATTRIBUTES, PLAIN, Body, Day, Name, Text, is_date

ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,149}$"
DIGEST = r"^[0-9a-f]{64}$"

Status = Literal["draft", "submitted", "approved", "superseded", "retired"]
Version = Annotated[int, Field(ge=1, le=1_000_000)]
Why = Annotated[str, Field(min_length=1, max_length=2_000, description="Kept as a note, outside the ledger.")]
Names = Annotated[list[Name], Field(default_factory=list, max_length=100)]


def _is_moment(value: str) -> str:
    try:
        datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise PydanticCustomError("not_a_moment", "is not a date") from error  # `validation` has the remedy
    return value


Moment = Annotated[str, Field(max_length=40), AfterValidator(_is_moment)]

StatusInQuery = Annotated[Status | None, Query()]
WordsInQuery = Annotated[
    str | None, Query(min_length=1, max_length=200, pattern=PLAIN, description="In the title, the id or the words.")
]
DueInQuery = Annotated[
    str | None,
    Query(
        max_length=10, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Approved ones to be looked at again by this day."
    ),
    AfterValidator(is_date),
]
AsOfInQuery = Annotated[
    str | None,
    Query(
        max_length=40,
        description="ISO 8601: what was approved and in force then. A day alone means its end, today means now.",
    ),
]
VersionInQuery = Annotated[int | None, Query(ge=1, le=1_000_000, description="Left out: the newest.")]
VersionToCompare = Annotated[int, Query(ge=1, le=1_000_000)]

#: What signals are computed from: a number, or words.
FIELDS: Any = Field(
    description="Numbers and words that the collection's signals are computed from.",
    max_length=50,
    json_schema_extra={
        "additionalProperties": {
            "oneOf": [{"type": "number"}, {"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        }
    },
)


class DocumentSubmission(Body):
    """A new document, or a new version of one. Nobody finds it before somebody else has approved it."""

    collection: Name
    id: Annotated[str, Field(pattern=ID)]
    title: Annotated[str, Field(min_length=1, max_length=500, pattern=PLAIN)]
    text: Annotated[str, Field(min_length=1, description="Markdown.")]
    owner: Name
    status: Annotated[
        Literal["draft", "submitted"],
        Field(description="A draft can be changed; what is submitted waits for approval."),
    ] = "submitted"
    audience: Annotated[Names, Field(description="Groups that may see it; empty: everyone.")]
    jurisdiction: Names
    citations: Annotated[Names, Field(description="Ids of documents of the same collection, or plain words.")]
    fields: Annotated[dict[Name, Any], FIELDS, Field(default_factory=dict)]
    effective_from: Day | None = None
    effective_until: Annotated[Day | None, Field(description="Exclusive.")] = None
    review_by: Annotated[Day | None, Field(description="When somebody has to look at it again.")] = None

    digest: Annotated[
        str | None,
        Field(pattern=DIGEST, description="Of the draft as you read it: refused when somebody wrote on it since."),
    ] = None

    def document(self) -> dict[str, Any]:
        """What the use case takes."""
        return self.model_dump(exclude_none=True, exclude={"status", "digest"})


class DocumentVersion(Body):
    """Which version."""

    version: Version


class Approval(DocumentVersion):
    """Which submitted version is approved."""

    digest: Annotated[
        str | None,
        Field(pattern=DIGEST, description="Of the version as you read it: refused when it is another now."),
    ] = None
    why: Annotated[str, Field(max_length=2_000, description="Kept as a note, outside the ledger.")] = ""


class Return(DocumentVersion):
    """Which submitted version its author is to change, and why."""

    why: Why


class Retirement(DocumentVersion):
    """Which version is taken out of use, and why."""

    why: Why


class SearchFilters(Body):
    """Each narrows what may be found; none widens it."""

    collection: Names
    jurisdiction: Names
    owner: Names
    id: Annotated[Names, Field(description="Of documents, without `doc_` or with it.")]
    fields: Annotated[dict[Name, list[Name]], Field(default_factory=dict, max_length=20, description="Words by field.")]

    def narrow(self) -> dict[str, frozenset[str]]:
        """Only what is said, by the names the use case knows."""
        plain = {
            "collection": self.collection,
            "jurisdiction": self.jurisdiction,
            "owner": self.owner,
            "id": [one.removeprefix("doc_") for one in self.id],
        }
        named: Mapping[str, list[str]] = plain | {f"field.{name}": values for name, values in self.fields.items()}
        return {name: frozenset(values) for name, values in named.items() if values}


class SearchRequest(Body):
    """What to look for in the documents of a workflow."""

    workflow: Name
    text: Text
    k: Annotated[int, Field(ge=1, le=50, description="Documents at most.")] = 5
    filters: SearchFilters | None = None
    as_of: Annotated[
        Moment | None, Field(description="Among what was approved and in force then. A day alone means its end.")
    ] = None
    weights: Annotated[
        dict[Name, Annotated[float, Field(ge=0, le=1_000)]] | None,
        Field(max_length=20, description="How much each part of the score counts here, instead of the policy's."),
    ] = None
    attributes: Annotated[dict[str, Any] | None, ATTRIBUTES] = None
