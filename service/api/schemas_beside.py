"""What the API accepts about requests that are decided with another one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.api.schemas import Body, Name, Token


class Detachment(Body):
    """Take a request out of the case that settles it."""

    token: Token
    decision: Annotated[Name | None, Field(description="One of `attached_requests`; null: all of them.")] = None
