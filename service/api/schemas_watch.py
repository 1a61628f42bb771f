"""What the API accepts about looking at live traffic. As everywhere: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.api.schemas import Body


class Look(Body):
    """How far back to look."""

    days: Annotated[
        float | None, Field(gt=0, le=3_650, description="Days that the look goes back; null: as the policy says.")
    ] = None
