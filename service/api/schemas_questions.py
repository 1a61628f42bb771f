"""What the API accepts where requesters are asked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from service.api.schemas import ATTRIBUTES, Body, Text, Token
from service.usecases.answer_question import Answer


class AskRequester(Body):
    """Put a question to whoever asked for the decision."""

    token: Token
    text: Annotated[
        str, Field(min_length=1, max_length=2_000, pattern=r"\S", description="What you need to know; they read it.")
    ]


class RequesterAnswer(Body):
    """Answer what you were asked."""

    text: Text
    attributes: Annotated[dict[str, Any], ATTRIBUTES, Field(default_factory=dict)]

    def said(self) -> Answer:
        return Answer(self.text, self.attributes)
