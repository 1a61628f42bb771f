"""What the API accepts about labelling. As everywhere: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from service.api.schemas import ATTRIBUTES, Body, Name, Text, Token
from service.usecases.row_file import FileRow

_MOST = 5_000  # requests a call; a larger backlog is a file for `signoff label start`


class UnlabelledRequest(Body):
    """One request that nobody has labelled."""

    text: Text
    attributes: Annotated[dict[str, Any], ATTRIBUTES, Field(default_factory=dict)]


class Backlog(Body):
    """Requests that people are to label."""

    requests: Annotated[list[UnlabelledRequest], Field(min_length=1, max_length=_MOST, description="As they came.")]
    calibration: Annotated[
        int | None,
        Field(ge=0, description="How many are drawn at random, to measure; null: as many as the promise may need."),
    ] = None

    def rows(self) -> list[FileRow]:
        return [FileRow(place, each.model_dump()) for place, each in enumerate(self.requests, 1)]


class GivenLabels(Body):
    """What a request is."""

    token: Token
    labels: Annotated[list[Name], Field(max_length=50, description="From the item's choices; empty: none of them.")]


class CorrectedLabels(Body):
    """What an example is rather."""

    labels: Annotated[list[Name], Field(max_length=50, description="Of its workflow; empty: none of them.")]
