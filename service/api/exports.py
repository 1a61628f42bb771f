"""Take cases and labels out: streamed, so that their number does not matter."""

from __future__ import annotations

from typing import Any

from fastapi.responses import StreamingResponse

from service.api import examples_drafts, schemas, schemas_drafts
from service.api.auth import CaseReader, ReleaseReader, TheHouse
from service.api.cases import CaseStateInQuery
from service.api.door import may_answer, router
from service.api.downloads import download
from service.domain.access import Principal
from service.domain.export import Form, What
from service.errors import Forbidden, LedgerUnavailable
from service.store.exports import Wanted
from service.usecases.export_cases import Export, export
from service.usecases.house import House

routes = router("Exports", "/v1")

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows, oldest first.",
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}, "example": examples_drafts.CASES_CSV},
        },
    }
}
_LOGGED = may_answer(Forbidden, LedgerUnavailable)


@routes.get("/cases/export", summary="Take cases out", response_class=StreamingResponse, response_model=None,
            responses=_FILE, openapi_extra=_LOGGED)  # fmt: skip
def export_cases(
    principal: CaseReader,
    house: TheHouse,
    format: schemas_drafts.FormInQuery = "jsonl",
    workflow: schemas.NameInQuery = None,
    queue: schemas.NameInQuery = None,
    state: CaseStateInQuery = None,
    since: schemas_drafts.MomentInQuery = None,
    until: schemas_drafts.MomentInQuery = None,
    unmasked: schemas_drafts.UnmaskedInQuery = False,
) -> StreamingResponse:
    """Each with what was decided. Personal data is blotted out unless `unmasked` is asked for with scope `audit`. Every
    export is on the ledger. In CSV, words that a spreadsheet would work out begin with an apostrophe."""
    wanted = Wanted(workflow, queue, state, schemas_drafts.moment(since), schemas_drafts.moment(until))
    return _sent(house, principal, Export(What.CASES, Form(format), wanted, unmasked))


@routes.get("/labels/export", summary="Take labels out", response_class=StreamingResponse, response_model=None,
            responses=_FILE, openapi_extra=_LOGGED)  # fmt: skip
def export_labels(
    principal: ReleaseReader,
    house: TheHouse,
    format: schemas_drafts.FormInQuery = "jsonl",
    workflow: schemas.NameInQuery = None,
    since: schemas_drafts.MomentInQuery = None,
    until: schemas_drafts.MomentInQuery = None,
    unmasked: schemas_drafts.UnmaskedInQuery = False,
) -> StreamingResponse:
    """Requests with the labels that people gave them, with where each came from. Masked and recorded as cases are."""
    wanted = Wanted(workflow, None, None, schemas_drafts.moment(since), schemas_drafts.moment(until))
    return _sent(house, principal, Export(What.LABELS, Form(format), wanted, unmasked))


def _sent(house: House, principal: Principal, asked: Export) -> StreamingResponse:
    return download(export(house, principal, asked), asked.name, asked.form.media_type)
