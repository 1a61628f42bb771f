"""Drafts of replies over HTTP: read the best one, have a language model write one, see what people make of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.responses import JSONResponse

from service.api import examples_drafts, replies_drafts, schemas, schemas_drafts
from service.api.auth import CaseReader, Reviewer, TheHouse, needs
from service.api.door import may_answer, router, shows
from service.domain.access import Principal, Scope
from service.errors import BlindCheck, Conflict, LedgerUnavailable, NotFound
from service.usecases import ask_for_draft, reply_figures

routes = router("Replies", "/v1")

_DRAFTS = shows(replies_drafts.Drafts, examples_drafts.DRAFTS, "The best draft, and how far a language model is.")
_Overseer = Annotated[Principal, Depends(needs(Scope.READ, Scope.LEAD))]


@routes.get(
    "/cases/{case_id}/draft",
    summary="Read the draft of a reply",
    response_model=None,
    responses={200: _DRAFTS},
    openapi_extra=may_answer(NotFound, BlindCheck),
)
def read_draft(
    case_id: schemas.IdInPath, principal: CaseReader, house: TheHouse, labels: schemas_drafts.LabelsInQuery
) -> JSONResponse:
    """Made of the approved passages that were found for the request, each cited; what was retired since is left out."""
    return JSONResponse(ask_for_draft.drafts_of(house, principal, case_id, labels))


@routes.post(
    "/cases/{case_id}/draft",
    summary="Have a language model draft a reply",
    response_model=None,
    responses={200: _DRAFTS},
    openapi_extra=may_answer(NotFound, BlindCheck, Conflict, LedgerUnavailable),
)
def ask_for_a_draft(
    case_id: schemas.IdInPath, asked: schemas_drafts.DraftAsked, principal: Reviewer, house: TheHouse
) -> JSONResponse:
    """Written in the background: read it a few seconds later. The request leaves the machine without personal data, and
    what comes back is refused unless every sentence cites a passage it was given."""
    return JSONResponse(ask_for_draft.ask(house, principal, case_id, asked.labels, again=asked.again))


@routes.get(
    "/workflows/{workflow}/replies",
    summary="See how many replies were sent as drafted",
    response_model=None,
    responses={200: shows(replies_drafts.WorkflowReplyFigures, examples_drafts.FIGURES, "All, and label by label.")},
    openapi_extra=may_answer(NotFound),
)
def read_reply_figures(
    workflow: schemas.IdInPath,
    _: _Overseer,
    house: TheHouse,
    days: schemas_drafts.DaysInQuery = reply_figures.USUAL_DAYS,
) -> JSONResponse:
    return JSONResponse(reply_figures.figures(house, workflow, days))
