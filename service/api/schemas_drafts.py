"""What the API accepts about drafts of replies and about taking data out. As everywhere: unknown fields are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AfterValidator, Field

from service.api.schemas import PLAIN, Body, Name, is_date

LabelsInQuery = Annotated[
    list[Name],
    Query(
        default_factory=list,
        alias="label",
        max_length=50,
        description="What the reply is for; else the labels suggested.",
    ),
]
DaysInQuery = Annotated[float, Query(gt=0, le=3_650, description="How far to look back.")]
FormInQuery = Annotated[Literal["jsonl", "csv"], Query(description="CSV for spreadsheets, JSON Lines for programs.")]
MomentInQuery = Annotated[
    str | None,
    Query(max_length=40, pattern=PLAIN, description="ISO 8601; a date alone begins at midnight UTC."),
    AfterValidator(lambda value: value if value is None else is_date(value)),
]
UnmaskedInQuery = Annotated[bool, Query(description="With personal data; needs scope `audit`.")]


def moment(given: str | None) -> datetime | None:
    """What `MomentInQuery` let through, as a time."""
    if given is None:
        return None
    read = datetime.fromisoformat(given)
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


class DraftAsked(Body):
    """Which reply to have drafted by a language model."""

    labels: Annotated[
        list[Name], Field(default_factory=list, max_length=50, description="Empty: the labels suggested.")
    ]
    again: Annotated[bool, Field(description="Also when one was drafted for them already.")] = False
