"""What helps whoever decides a case with its words: a summary that heads a long request, and drafts of a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.usecases.case_grounds import Grounds
from service.usecases.draft_reply import case_part
from service.usecases.house import House
from service.usecases.summarise import summary


def aids(
    house: House, found: Grounds, request: Mapping[str, Any], labels: Sequence[str], *, led: bool
) -> dict[str, Any]:
    """`summary`, `draft`, `quoted` and `language_model`, for these labels. For whoever is not `led` only a summary,
    chosen by the request's own words."""
    text = str(request.get("text", ""))
    heading = {"summary": summary(house, found.decision.id, text, found.made, found.workflow, unseen=not led)}
    if not led:
        return {**heading, "draft": None, "quoted": None, "language_model": None}
    with house.store.read() as connection:
        return {**heading, **case_part(house, connection, found.case, found.decision, labels)}
