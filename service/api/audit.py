"""For auditors: does the ledger's chain hold?"""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples, replies_operations
from service.api.auth import Auditor, TheHouse
from service.api.door import router, shows
from service.usecases import verify_ledger

routes = router("Audit", "/v1/audit")


@routes.get(
    "/verify",
    summary="Verify the ledger",
    response_model=None,
    responses={200: shows(replies_operations.LedgerVerified, examples.LEDGER, "Every record was checked.")},
)
def verify(_: Auditor, house: TheHouse) -> JSONResponse:
    """Recomputes every hash from the first record to the last."""
    return JSONResponse(verify_ledger.verify(house))
