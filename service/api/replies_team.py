"""What the API answers about how a team gets on, and about cases whose answer is known."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import Reply, Time

_When: Any = Field(json_schema_extra={"format": "date-time"}, description="UTC, RFC 3339; null: not yet, or never.")
_Seconds: Any = Field(description="Median from claim to decision; null: nothing was decided.")
_Interval: Any = Field(min_length=2, max_length=2, description="95 %, exact; null: of nothing.")


class TeamQueue(Reply):
    """One queue: what waits, how fast it goes, and what will be late."""

    queue: str
    open: int
    claimed: int
    overdue: int
    asked: int = Field(description="Open, and waiting for their requesters: their clocks stand still.")
    oldest_at: str | None = _When
    decided_a_day: float
    decided: int
    late: int = Field(description="Of those decided, after they were due.")
    seconds: float | None = _Seconds
    empty_at: str | None = _When
    will_be_late: int = Field(description="Of those that wait, at the pace of the last two days.")


class TeamPerson(Reply):
    """One person: how much, how long, and how often against the suggestion."""

    reviewer: str
    decided: int
    seconds: float | None = _Seconds
    suggested: int = Field(description="Decisions where a label was suggested to them.")
    overturned: int = Field(description="Of these, decided otherwise.")


class TeamDay(Reply):
    """One day."""

    day: str = Field(json_schema_extra={"format": "date"})
    came: int
    decided: int


class Agreed(Reply):
    """How far two opinions on the same cases agree."""

    pairs: int
    agreed: int = Field(description="Of these, with the same labels.")
    kappa: float | None = Field(description="Beyond chance; null: fewer than 20 pairs, or nothing to disagree on.")
    interval: list[float] | None = Field(min_length=2, max_length=2, description="95 %, of kappa.")


class AgreedPerson(Agreed):
    """Of one person and whoever looked at the same cases."""

    reviewer: str


class AgreedLabel(Agreed):
    """Of one label: whether both say that a case has it."""

    label: str


class Agreement(Reply):
    """Second opinions beside the first ones."""

    all: Agreed
    people: list[AgreedPerson]
    labels: list[AgreedLabel]


class Unread(Reply):
    """Somebody who may be agreeing with suggestions without looking: worth a conversation, not a verdict."""

    reviewer: str
    suggested: int
    agreed: int
    seconds: float
    others_share: float
    others_seconds: float


class Right(Reply):
    """How often the right answer was given where it was known."""

    decided: int
    correct: int
    share: float | None
    interval: list[float] | None = _Interval


class RightPerson(Right):
    """Of one person."""

    reviewer: str


class RightLabel(Right):
    """Of the cases that have this label; `none`: none of them."""

    label: str


class KnownAnswerFigures(Reply):
    """What people made of cases whose answer is known."""

    all: Right
    people: list[RightPerson]
    labels: list[RightLabel]


class Team(Reply):
    """How a team gets on."""

    since: str = Time
    until: str = Time
    queues: list[TeamQueue]
    people: list[TeamPerson]
    days: list[TeamDay]
    agreement: Agreement
    unread: list[Unread]
    known_answers: KnownAnswerFigures | None = Field(description="null: you neither lead a queue nor audit.")


class KnownAnswer(Reply):
    """A case whose answer is known."""

    id: str
    case: str
    decision: str
    workflow: str
    queue: str
    labels: list[str]
    outcome: Literal["allow", "block"]
    note: str | None = Field(description="Why it is sure.")
    by: str
    created_at: str = Time
    ended_at: str | None = _When
    ended_by: str | None = Field(description="`signoff`: nobody, it did not stand any more.")
    ended_why: Literal["taken_back", "erased", "reopened", "corrected", "labels_changed"] | None
    decided: int = Field(description="How many people decided a copy.")
    correct: int = Field(description="How many of them rightly.")


class KnownAnswers(Reply):
    """Newest first."""

    items: list[KnownAnswer]
