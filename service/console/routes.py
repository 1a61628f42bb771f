"""The console joins the application here."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.console import (
    account_pages,
    actions,
    appeal_pages,
    beside_pages,
    bulk_pages,
    case_actions,
    case_pages,
    document_actions,
    document_pages,
    doubt_actions,
    doubt_pages,
    draft_pages,
    halt_pages,
    known_actions,
    labelling_actions,
    labelling_pages,
    live_pages,
    model_actions,
    model_pages,
    pages,
    people_actions,
    people_pages,
    preference_pages,
    queue_pages,
    rule_actions,
    rule_pages,
    search_pages,
    sign_in_pages,
    team_pages,
    watch_pages,
    webhook_pages,
)
from service.console.render import STATIC
from service.usecases.house import House


class Kept(StaticFiles):
    """Files that a browser keeps for good: their addresses change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, house: House) -> None:
    """Mount the static files and the pages. The pages' last route answers whatever else begins with /console."""
    app.state.house = house
    app.mount("/static", Kept(directory=STATIC), name="static")
    for part in (
        sign_in_pages,
        account_pages,
        people_actions,
        people_pages,
        actions,
        appeal_pages,
        bulk_pages,
        rule_actions,
        document_actions,
        labelling_actions,
        rule_pages,
        document_pages,
        labelling_pages,
        doubt_actions,
        doubt_pages,
        model_actions,
        model_pages,
        halt_pages,
        watch_pages,
        webhook_pages,
        search_pages,
        live_pages,
        draft_pages,
        known_actions,
        case_actions,
        beside_pages,
        case_pages,
        queue_pages,
        preference_pages,
        team_pages,
        pages,
    ):
        app.include_router(part.router)
