"""What answers now, and what did before."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from service.api import examples, replies_operations, schemas
from service.api.auth import ReleaseReader, TheHouse
from service.api.door import router, shows
from service.usecases import read_release

routes = router("Releases", "/v1/releases")


@routes.get(
    "",
    summary="List releases",
    response_model=None,
    responses={200: shows(replies_operations.Releases, examples.RELEASES, "Newest first.")},
)
def list_releases(principal: ReleaseReader, house: TheHouse, workflow: schemas.NameInQuery = None) -> JSONResponse:
    return JSONResponse({"items": read_release.page(house, principal, workflow)})
