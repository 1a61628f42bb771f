"""What the API accepts about webhooks. As everywhere: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from service.api.schemas import PLAIN, Body, Day, Name
from service.domain.event import GROUPS, TYPES

_TYPE = Annotated[str, Field(min_length=1, max_length=60, pattern=PLAIN)]
_KNOWN = {"items": {"type": "string", "enum": [*TYPES, *GROUPS]}}
Types = Annotated[
    list[_TYPE],
    Field(max_length=100, description="Event types, or groups as `case.*`; empty: all.", json_schema_extra=_KNOWN),
]
Workflows = Annotated[list[Name], Field(max_length=100, description="Only what is about these; empty: everything.")]
Address = Annotated[
    str, Field(min_length=1, max_length=2_000, pattern=PLAIN, description="https, and an address that is public.")
]

TypesInQuery = Annotated[
    list[_TYPE] | None, Query(max_length=100, description="Only these types, or groups as `case.*`; repeat it.")
]
WorkflowsInQuery = Annotated[list[Name] | None, Query(max_length=100, description="Only what is about these.")]


class WebhookCreation(Body):
    """Whom to tell, where, and of what."""

    name: Annotated[Name, Field(description="Whose address it is.")]
    url: Address
    types: Annotated[Types, Field(default_factory=list)]
    workflows: Annotated[Workflows, Field(default_factory=list)]


class WebhookChange(Body):
    """What is to be different; what is left out or null stays."""

    name: Name | None = None
    url: Address | None = None
    types: Types | None = None
    workflows: Workflows | None = None


class Rotation(Body):
    """How to change over to a new secret."""

    keep_hours: Annotated[
        float, Field(ge=0, le=720, description="Hours that earlier secrets sign as well; 0: they end at once.")
    ] = 24.0


class Resending(Body):
    """What to send anew."""

    delivered: Annotated[bool, Field(description="Also what arrived, and not only what was given up.")] = False
    since: Annotated[Day | None, Field(description="Only events of then and later; needed with `delivered`.")] = None
