"""The requests that are decided with a case, as its page shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words


@dataclass(frozen=True, slots=True)
class AttachedView:
    """One request that says the same."""

    decision: str
    subject: str
    at: str
    when: str
    erased: bool
    differences: tuple[tuple[str, str], ...]  #: what the case's own text says, what this one says instead


def attached_views(requests: Iterable[Mapping[str, Any]], now: datetime) -> tuple[AttachedView, ...]:
    return tuple(
        AttachedView(
            decision=each["decision"],
            subject=each["subject"] or "",
            at=each["created_at"],
            when=words.ago(datetime.fromisoformat(each["created_at"]), now),
            erased=each["erased"],
            differences=tuple((part["here"], part["there"]) for part in each["differences"]),
        )
        for each in requests
    )
