"""What the API accepts about rules. As everywhere: unknown fields are refused, nothing is turned into another type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import ConfigDict, Field

from service.api.schemas import ATTRIBUTES, Body, Day, Name, Text

AllowRemoval = Annotated[bool, Query(description="Rules that count now may be gone from the files.")]
AcceptNone = Annotated[
    bool, Query(description="A workflow may lose its certificate by this, so that people decide everything.")
]
UnpinInQuery = Annotated[bool, Query(description="Take over the files of workflows that were rolled back, too.")]
OpenOnly = Annotated[bool, Query(description="Only those that nobody has acknowledged.")]
SequenceInQuery = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Cursor: `next` of the page before.")]
ProposalStateInQuery = Annotated[Literal["proposed", "approved", "rejected", "superseded"] | None, Query()]

Why = Annotated[str, Field(min_length=1, max_length=2_000, description="Kept as a note, outside the ledger.")]

_WEEK = 7 * 24 * 60


class Rollback(Body):
    """Which rules to go back to, and why."""

    workflow: Annotated[Name | None, Field(description="null: every workflow that the last change concerned.")] = None
    to: Annotated[
        Name | None, Field(description="A release of the workflow; null: the one before the last change of rules.")
    ] = None
    why: Why
    accept_no_automation: Annotated[
        bool, Field(description="A workflow may lose its certificate by this, so that people decide everything.")
    ] = False


class Unpin(Body):
    """Whose files are taken over again."""

    workflow: Name


class Disable(Body):
    """For how long a rule is off, and why."""

    minutes: Annotated[int, Field(ge=1, le=_WEEK, description="At most seven days.")]
    why: Why


class Question(Body):
    """What to explain: a text as a request would bring it, or a past decision."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["workflow", "text"]}, {"required": ["decision"]}]}
    )

    workflow: Annotated[Name | None, Field(description="Required with `text`.")] = None
    text: Text | None = None
    attributes: Annotated[dict[str, Any] | None, ATTRIBUTES] = None
    subject: Annotated[Name | None, Field(description="Chooses the side of rules in canary.")] = None
    decision: Annotated[Name | None, Field(description="Instead of a text: a decision's id.")] = None
    rule: Annotated[Name | None, Field(description="Only this one.")] = None


class Replay(Body):
    """Which decisions to try the files on."""

    workflow: Name
    since: Annotated[Day, Field(description="ISO 8601; decisions made from then on.")]
    limit: Annotated[int, Field(ge=1, le=10_000, description="Decisions at most, newest first.")] = 10_000
    examples: Annotated[int, Field(ge=0, le=200, description="Changed decisions shown at most.")] = 20
    as_of: Annotated[Day | None, Field(description="Rules in force at that moment; null: at each decision's own.")] = (
        None
    )


class Rejection(Body):
    """Why a proposal is not put in force."""

    why: Why


def moment(day: str) -> datetime:
    """A `Day` as a moment; without a zone it is UTC."""
    read = datetime.fromisoformat(day)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
