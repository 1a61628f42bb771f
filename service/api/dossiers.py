"""The dossier of a decision, for whoever has to prove what was decided and on what grounds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import JSONResponse

from service.api import examples_ledger, replies_ledger, schemas
from service.api.auth import Auditor, TheHouse
from service.api.door import may_answer, router, shows
from service.errors import BlindCheck, LedgerBroken, LedgerUnavailable, NotFound
from service.usecases.export_dossier import dossier

routes = router("Audit", "/v1/decisions")

WithRequest = Annotated[bool, Query(description="With what was asked, answered and written, in words.")]


@routes.get(
    "/{decision_id}/dossier",
    summary="Take out the dossier of a decision",
    response_model=None,
    responses={200: shows(replies_ledger.Dossier, examples_ledger.DOSSIER, "It verifies without an instance.")},
    openapi_extra=may_answer(NotFound, BlindCheck, LedgerBroken, LedgerUnavailable),
)
def read_dossier(
    decision_id: schemas.IdInPath, principal: Auditor, house: TheHouse, with_request: WithRequest = False
) -> JSONResponse:
    """Rules, policy, certificate and documents as they were, what people said, and every record about it with the proof
    that it is in the signed ledger. That it was taken out is on the ledger."""
    found = dossier(house, principal, decision_id, with_request=with_request)
    headers = {"Content-Disposition": f'attachment; filename="{decision_id}.json"', "Cache-Control": "no-store"}
    return JSONResponse(found, headers=headers)
