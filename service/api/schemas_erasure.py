"""What the API accepts about erasing, holding and deleting by age. As everywhere: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from service.api.schemas import PLAIN, Body, Name

_Why = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S", description="In your own words.")]

ReleasedInQuery = Annotated[bool, Query(description="Those that were released as well.")]


class Erase(Body):
    """Whom to erase, as callers name them in `subject`."""

    subject: Annotated[Name, Field(description="In the body, so that no log and no address holds it.")]
    dry_run: Annotated[bool, Field(description="Only tell what would go.")] = False


class PlaceHold(Body):
    """What must not be erased, nor deleted by age."""

    kind: Annotated[Literal["subject", "decision", "workflow"], Field(description="What `target` names.")]
    target: Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
    why: _Why


class Purge(Body):
    """Delete what is too old now, and not when the service next does."""

    dry_run: Annotated[bool, Field(description="Only tell what would go.")] = False
    workflow: Annotated[Name | None, Field(description="null: all of them.")] = None
