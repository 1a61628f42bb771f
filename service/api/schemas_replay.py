"""What the API accepts about past decisions: to make them again, to correct and to contest them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from service.api.schemas import Body, Day, Name
from service.api.schemas_rules import Why, moment
from service.usecases.correct_decisions import Fault, How
from service.usecases.replay_many import Which

_Since = Annotated[Day, Field(description="ISO 8601; decisions made from then on.")]
_Until = Annotated[Day | None, Field(description="ISO 8601; decisions made before it. null: up to now.")]
_Candidate = Annotated[Name | None, Field(description="A release of the workflow; null: the one that decided.")]


class Again(Body):
    """On which release a decision is made again."""

    release: _Candidate = None


class ManyAgain(Body):
    """Which decisions are made again, and on which release."""

    workflow: Name
    since: _Since
    until: _Until = None
    release: _Candidate = None

    def which(self, now: datetime) -> Which:
        until = moment(self.until) if self.until else now
        return Which(self.workflow, moment(self.since), until, self.release or "")


class Correction(Body):
    """What was wrong, when, and what becomes of the decisions that rest on it."""

    workflow: Name
    rule: Annotated[Name | None, Field(description="A rule's id. Name either rule, document or release.")] = None
    document: Annotated[
        Name | None, Field(description="A document's id; with `@version` where only that one was wrong.")
    ] = None
    release: Annotated[Name | None, Field(description="A release's id: all that it decided.")] = None
    since: _Since
    until: _Until = None
    how: Annotated[
        Literal["decide", "case"],
        Field(description="`decide`: what is decided now takes its place; `case`: a person decides each."),
    ] = "decide"
    why: Why
    dry_run: Annotated[bool, Field(description="Find out what would come of it, and change nothing.")] = False

    def fault(self, now: datetime) -> Fault:
        until = moment(self.until) if self.until else now
        named = (self.rule or "", self.document or "", self.release or "")
        return Fault(self.workflow, moment(self.since), until, *named)

    @property
    def way(self) -> How:
        return How(self.how)


class Appeal(Body):
    """Why a decision is contested."""

    note: Annotated[str, Field(min_length=1, max_length=2_000, description="For whoever decides it anew.")]
