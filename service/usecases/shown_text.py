"""A request's text as a case shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.usecases.masked import masked


def shown_text(request: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    """The request's text with what the rules oblige to redact blotted out. Length and places stay the same."""
    redact: list[str] = (made.get("rules") or {}).get("redact", [])
    return masked(str(request.get("text", "")), redact)
