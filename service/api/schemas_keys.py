"""What the API accepts about API keys. As everywhere: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.api.schemas import Body, Name
from service.api.schemas_people import Groups

Days = Annotated[float, Field(gt=0, le=3_650, description="How long it is good; left out: till it is revoked.")]
Rate = Annotated[int, Field(ge=0, le=1_000_000, description="Requests a minute; 0: any; left out: as is usual here.")]


class NewKey(Body):
    """A key that is to be made. Without `scopes` and `workflows` it may do all that its role may."""

    name: Annotated[str, Field(min_length=1, max_length=200, description="Whose key it is; who acts is known by it.")]
    role: Name
    scopes: Annotated[list[Name], Field(min_length=1, max_length=40, description="Of those its role has.")] | None = (
        None
    )
    workflows: (
        Annotated[list[Name], Field(min_length=1, max_length=200, description="For it there are no others.")] | None
    ) = None
    groups: Groups = Field(default_factory=list)
    days: Days | None = None
    rate: Rate | None = None


class KeyRotation(Body):
    """How a key is replaced."""

    overlap_hours: Annotated[float, Field(ge=0, le=720, description="How long the old key goes on.")] = 24.0
