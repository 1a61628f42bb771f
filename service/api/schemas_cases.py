"""What the API accepts about cases, besides what decides them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from service.api.schemas import Body, Day, Name, Token, Written

_Words = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S", description="In your own words.")]


class Skip(Body):
    """Leave a case to others."""

    token: Token
    reason: Annotated[_Words, Field(description="Why it is not for you; colleagues see it.")]


class Hold(Body):
    """Put a case aside."""

    token: Token
    until: Annotated[Day, Field(description="ISO 8601; when it comes back. A date alone begins at midnight UTC.")]
    reason: Annotated[_Words, Field(description="What it waits for.")]

    def moment(self) -> datetime:
        """`until` with its zone; UTC where none is named."""
        moment = datetime.fromisoformat(self.until)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Escalation(Body):
    """Send a case to those who know better."""

    token: Token
    note: Annotated[_Words, Field(description="What they have to know.")]


class HandOver(Body):
    """Give a case to a named person."""

    to: Annotated[Name, Field(description="Name of their account or key.")]
    token: Annotated[Token | None, Field(description="null: you lead the queue.")] = None
    note: Annotated[_Words | None, Field(description="What they have to know.")] = None


class Reopening(Body):
    """Contest what was decided."""

    note: Annotated[_Words, Field(description="What is wrong with it.")]


class Withdrawal(Body):
    """Nobody needs the decision any more."""

    note: Annotated[_Words | None, Field(description="Why.")] = None
    decision: Annotated[
        Name | None, Field(description="Of several requests that the case settles, this one alone.")
    ] = None


class Comment(Body):
    """A word to colleagues."""

    text: Annotated[Written, Field(min_length=1, pattern=r"\S")]
