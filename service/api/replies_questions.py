"""What the API answers where requesters are asked."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from service.api.replies import OpenQuestion, Reply, Rules, Time

__all__ = ["AnswerTaken", "AskedQuestion", "GivenAnswer", "OpenQuestion", "QuestionPut", "WithoutNote"]


class QuestionPut(Reply):
    """The requester is asked."""

    question: str
    until: str = Time


class AnswerTaken(Reply):
    """The answer is with the case."""

    decision: str
    question: str
    answered_at: str = Time


class GivenAnswer(Reply):
    """What the requester said."""

    text: str | None = Field(description="Personal data in it masked as rules oblige to; null: erased.")
    attributes: dict[str, Any]
    by: str
    at: str = Time
    rules: Rules | None = Field(description="What rules found in it; null while you are to decide without being led.")


class AskedQuestion(Reply):
    """What a requester was asked, and what became of it."""

    id: str
    text: str | None = Field(description="null: erased.")
    by: str
    asked_at: str = Time
    until: str = Field(
        json_schema_extra={"format": "date-time"}, description="Without an answer the case comes back then."
    )
    ended: Literal["answered", "unanswered", "withdrawn"] | None = Field(description="null: it waits for an answer.")
    ended_at: str | None = Field(json_schema_extra={"format": "date-time"}, description="UTC, RFC 3339.")
    answer: GivenAnswer | None


class WithoutNote(Reply):
    """What you may decide without a note; anything else needs one."""

    labels: list[str] | None = Field(description="These; null: whichever.")
    outcome: Literal["allow"] | None = Field(description="null: every decision needs a note.")
