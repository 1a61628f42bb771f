"""What the API accepts about cases whose answer is known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from service.api.schemas import Body, Name
from service.domain.types import Outcome


class MarkKnown(Body):
    """Mark a case as one whose answer is known."""

    note: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S", description="Why it is sure.")]
    labels: Annotated[
        list[Name] | None, Field(max_length=50, description="As they went out; null: whatever went out.")
    ] = None
    outcome: Annotated[Literal["allow", "block"] | None, Field(description="Likewise.")] = None

    def settled(self) -> Outcome | None:
        return Outcome(self.outcome) if self.outcome else None
