"""Changes that a second person has to approve."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples_rules, replies_rules, schemas, schemas_rules
from service.api.auth import RuleKeeper, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import (
    Conflict,
    LedgerUnavailable,
    LosesAutomation,
    NotFound,
    ProposalClosed,
    ProposalStale,
    RulesBroken,
    RulesPinned,
    SamePerson,
)
from service.usecases import propose_rules

routes = router("Rules", "/v1/rules/proposals")


@routes.get(
    "",
    summary="List proposals",
    response_model=None,
    responses={200: shows(replies_rules.Proposals, examples_rules.PROPOSALS, "Newest first.")},
)
def list_proposals(_: RuleKeeper, house: TheHouse, state: schemas_rules.ProposalStateInQuery = None) -> JSONResponse:
    return JSONResponse({"items": propose_rules.page(house, state)})


@routes.get(
    "/{proposal_id}",
    summary="Read a proposal",
    response_model=None,
    responses={200: shows(replies_rules.ProposalView, examples_rules.PROPOSAL, "With all it would change.")},
    openapi_extra=may_answer(NotFound),
)
def read_proposal(proposal_id: schemas.IdInPath, _: RuleKeeper, house: TheHouse) -> JSONResponse:
    return JSONResponse(propose_rules.view(house, proposal_id))


@routes.post(
    "/{proposal_id}/approve",
    summary="Approve a proposal",
    response_model=None,
    responses={200: shows(replies_rules.Reloaded, examples_rules.APPROVED, "In force from the next request on.")},
    openapi_extra=may_answer(
        NotFound,
        SamePerson,
        ProposalStale,
        ProposalClosed,
        RulesBroken,
        RulesPinned,
        LosesAutomation,
        Conflict,
        LedgerUnavailable,
    ),
)
def approve_proposal(
    proposal_id: schemas.IdInPath,
    principal: RuleKeeper,
    house: TheHouse,
    accept_no_automation: schemas_rules.AcceptNone = False,
) -> JSONResponse:
    """Not your own. What was proposed comes into force, whatever the files say by now; if other rules have come into
    force since, it has to be proposed anew. Where a workflow would lose its certificate it refuses until
    `accept_no_automation` is said."""
    return JSONResponse(propose_rules.approve(house, principal, proposal_id, accept_none=accept_no_automation))


@routes.post(
    "/{proposal_id}/reject",
    summary="Reject a proposal",
    response_model=None,
    responses={200: shows(replies_rules.ProposalView, examples_rules.REJECTED, "Closed; nothing has changed.")},
    openapi_extra=may_answer(NotFound, ProposalClosed, Conflict, LedgerUnavailable),
)
def reject_proposal(
    proposal_id: schemas.IdInPath, asked: schemas_rules.Rejection, principal: RuleKeeper, house: TheHouse
) -> JSONResponse:
    """Whoever proposed it may take it back this way."""
    return JSONResponse(propose_rules.reject(house, principal, proposal_id, asked.why))
