"""What the API accepts. Unknown fields are refused, and nothing is turned into another type on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.domain.types import Outcome
from service.usecases.make_decision import Ask
from service.usecases.resolve_case import REASON_CODE, Resolution

PLAIN = r"^[^\x00-\x1f\x7f]+$"  # no control characters: these go into addresses, logs and lists

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
Text = Annotated[str, Field(min_length=1, description="At most as many code points as the service was set to.")]
Written = Annotated[str, Field(max_length=20_000)]
Token = Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN, description="As given by claim.")]

IdInPath = Annotated[str, Path(min_length=1, max_length=200, pattern=PLAIN)]
NameInQuery = Annotated[str | None, Query(min_length=1, max_length=200, pattern=PLAIN)]
After = Annotated[
    str | None,
    Query(min_length=1, max_length=600, pattern=PLAIN, description="Cursor: `next` of the page before."),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Items a page.")]
DryRun = Annotated[bool, Query(description="Work it out and record nothing.")]
Wait = Annotated[float, Query(ge=0, le=30, description="Seconds to wait for a person's decision.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Same key, same request: the first answer, byte for byte. Printable ASCII without spaces.",
    ),
]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", strict=True)


ATTRIBUTES: Any = Field(
    description="As the workflow declares them; an unknown name or another type is refused.",
    json_schema_extra={
        "additionalProperties": {
            "oneOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    },
)


class DecisionRequest(Body):
    """What is to be decided."""

    workflow: Name
    text: Text
    attributes: Annotated[dict[str, Any], ATTRIBUTES, Field(default_factory=dict)]
    subject: Annotated[Name | None, Field(description="Your name for the person concerned; erasing goes by it.")] = None

    def ask(self) -> Ask:
        return Ask(self.workflow, self.text, self.attributes, self.subject)


ReasonCode = Annotated[
    Annotated[str, Field(pattern=f"^{REASON_CODE}$")] | None,
    Field(description="A code, never words about a person; null: the id of the first label, or `none_of_these`."),
]
_NEEDED = "For colleagues and auditors; needed to block, and to overturn the suggestion or what was answered."
Note = Annotated[Written | None, Field(description=_NEEDED)]


class LeaseToken(Body):
    """Proof of holding the lease."""

    token: Token


class CaseDecision(Body):
    """What a reviewer decides."""

    token: Token
    labels: Annotated[list[Name], Field(max_length=50, description="From the case's choices; empty: none of them.")]
    outcome: Annotated[Literal["allow", "block"] | None, Field(description="Needed where the labels settle none.")] = (
        None
    )
    reason_code: ReasonCode = None
    note: Note = None
    passage_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=600, pattern=PLAIN)]],
        Field(default_factory=list, max_length=50, description="`passage_id`s of the documents that justify it."),
    ]
    reply: Annotated[Written | None, Field(description="For the person who asked.")] = None

    def resolution(self) -> Resolution:
        return Resolution(
            labels=tuple(self.labels),
            reason_code=self.reason_code or "",
            outcome=Outcome(self.outcome) if self.outcome else None,
            note=self.note,
            passage_ids=tuple(self.passage_ids),
            reply=self.reply,
        )


def is_date(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("is not a date as in 2026-11-21 or 2026-11-21T09:00:00Z") from error
    return value


Day = Annotated[str, Field(max_length=40, description="ISO 8601; a date alone begins at midnight UTC."),
                AfterValidator(is_date)]  # fmt: skip


class Halt(Body):
    """What to stop, and why."""

    workflow: Annotated[Name | None, Field(description="null: every workflow.")] = None
    why: Annotated[str, Field(min_length=1, max_length=2_000, description="Kept as a note, outside the ledger.")]


class Resume(Body):
    """What to let go on."""

    workflow: Annotated[Name | None, Field(description="null: every workflow.")] = None
    dry_run: Annotated[bool, Field(description="Change nothing, and say what would become of what is held.")] = False
    rerun: Annotated[bool, Field(description="Decide again what waits only because the service could not.")] = True
