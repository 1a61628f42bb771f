"""What the API accepts to do the same to many cases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, RootModel

from service.api.schemas import PLAIN, Body, Day, Name, Note, ReasonCode, Written
from service.domain.types import Outcome
from service.usecases.bulk_cases import Doing, assigning, deciding, escalating, holding, undoing, unholding
from service.usecases.choose_cases import MOST, Wanted
from service.usecases.resolve_case import Resolution

_Id = Annotated[str, Field(min_length=1, max_length=64, pattern=PLAIN)]
_Words = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S", description="In your own words.")]


class _Cases(Body):
    cases: Annotated[list[_Id], Field(default_factory=list, max_length=MOST, description="These very cases.")]
    queue: Annotated[Name | None, Field(description="Or: what waits in this queue and fits what follows.")] = None
    reason: Annotated[Name | None, Field(description="Why they are here.")] = None
    label: Annotated[Name | None, Field(description="The classifier's most likely label.")] = None
    like: Annotated[_Id | None, Field(description="A case: only those whose requests resemble its own.")] = None
    least: Annotated[float, Field(ge=-1, le=1, description="How like: a cosine; 1 is the same words.")] = 0.9
    dry_run: Annotated[bool, Field(description="Only show which cases these are.")] = False
    confirm: Annotated[_Id | None, Field(description="What the preview gave; needed unless `dry_run`.")] = None

    def wanted(self) -> Wanted:
        return Wanted(tuple(self.cases), self.queue, self.reason, self.label, self.like, self.least)


class DecideAll(_Cases):
    """One decision for all of them."""

    action: Literal["decide"]
    labels: Annotated[list[Name], Field(max_length=50, description="From the cases' choices; empty: none of them.")]
    outcome: Annotated[Literal["allow", "block"] | None, Field(description="Needed where the labels settle none.")] = (
        None
    )
    reason_code: ReasonCode = None
    note: Note = None
    reply: Annotated[Written | None, Field(description="For each person who asked.")] = None

    def doing(self) -> Doing:
        outcome = Outcome(self.outcome) if self.outcome else None
        said = Resolution(tuple(self.labels), self.reason_code or "", outcome, self.note, reply=self.reply)
        return deciding(said)


class HoldAll(_Cases):
    """Put all of them aside."""

    action: Literal["hold"]
    until: Annotated[Day, Field(description="ISO 8601; when they come back. A date alone begins at midnight UTC.")]
    why: Annotated[_Words, Field(description="What they wait for.")]

    def doing(self) -> Doing:
        moment = datetime.fromisoformat(self.until)
        return holding(moment if moment.tzinfo else moment.replace(tzinfo=UTC), self.why)


class EscalateAll(_Cases):
    """Send all of them to those who know better."""

    action: Literal["escalate"]
    note: Annotated[_Words, Field(description="What they have to know.")]

    def doing(self) -> Doing:
        return escalating(self.note)


class AssignAll(_Cases):
    """Give all of them to a named person."""

    action: Literal["assign"]
    to: Annotated[Name, Field(description="Name of their account or key.")]
    note: Annotated[_Words | None, Field(description="What they have to know.")] = None

    def doing(self) -> Doing:
        return assigning(self.to, self.note)


class UndoAll(_Cases):
    """Take back what you decided, while it is not out."""

    action: Literal["undo"]

    def doing(self) -> Doing:
        return undoing()


class UnholdAll(_Cases):
    """Take all of them off hold."""

    action: Literal["unhold"]

    def doing(self) -> Doing:
        return unholding()


_Any: TypeAlias = DecideAll | HoldAll | EscalateAll | AssignAll | UndoAll | UnholdAll


class BulkRequest(RootModel[Annotated[_Any, Field(discriminator="action")]]):
    """What to do, and to which cases."""
