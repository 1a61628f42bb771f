"""Search the approved documents as a request would, for people."""

from __future__ import annotations

from typing import Any

from rules.normalize import normalize
from service.domain.access import Principal
from service.domain.answer import document_part
from service.errors import FieldProblem, InvalidRequest
from service.store.pointers import pointer
from service.usecases.house import House


def search(house: House, principal: Principal, *, workflow: str, text: str, k: int = 5) -> list[dict[str, Any]]:
    """The best passages this principal may see, with the parts of their scores."""
    with house.store.read() as connection:
        found = pointer(connection, workflow)
    if found is None:
        problem = FieldProblem("workflow", f"unknown workflow {workflow!r}", "see GET /v1/releases")
        raise InvalidRequest(f"workflow: {problem.message}", problems=(problem,))
    clean = normalize(text).clean
    if not clean.strip() or len(text) > house.settings.max_text_chars:
        why = f"must have 1 to {house.settings.max_text_chars} characters to read"
        raise InvalidRequest(f"text: {why}", problems=(FieldProblem("text", why),))
    release = house.shelf.serve(found.release)
    allowed = house.allowed.get(
        release.workflow.collections, found.document_sequence, principal.groups, house.clock(), {}
    )
    vector = house.encoder.windows(clean, max_windows=house.settings.max_windows).pooled
    return [document_part(evidence) for evidence in release.searcher.search(vector, clean, allowed, k)]
