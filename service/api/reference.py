"""The reference: `/docs` and the pages of the problem types, drawn from the application's own OpenAPI document.

Server-rendered, so it works without a script, without a network and under our content security policy.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from service.api import outline
from service.api.auth import TheHouse
from service.api.door import may_answer, router
from service.api.openapi import example_problem
from service.api.problems import BY_CODE, KINDS, PATH
from service.api.schemas import IdInPath
from service.errors import NotFound
from service.settings import Settings

routes = router("Reference")

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}


@routes.get(
    "/openapi.json",
    summary="This reference as an OpenAPI document",
    response_model=None,
    responses={200: {"description": "OpenAPI 3.1."}},
)
def show_openapi(request: Request) -> Response:
    state = request.app.state
    if not hasattr(state, "openapi_bytes"):
        state.openapi_bytes = json.dumps(request.app.openapi(), ensure_ascii=False).encode()
    return Response(state.openapi_bytes, media_type="application/json")


@routes.get(
    "/docs", summary="This page", response_class=HTMLResponse, responses={200: _PAGE | {"description": "HTML."}}
)
def show_reference(request: Request, house: TheHouse) -> HTMLResponse:
    state = request.app.state
    if not hasattr(state, "reference_page"):  # anybody may ask for it, so it is drawn once
        state.reference_page = _reference_page(request.app.openapi(), house.settings)
    return HTMLResponse(state.reference_page)


def _reference_page(document: dict[str, Any], settings: Settings) -> str:
    return _TEMPLATES.get_template("reference.html").render(
        title=document["info"]["title"],
        version=document["info"]["version"],
        description=document["info"].get("description", ""),
        address=_address(settings),
        groups=outline.groups(document, _address(settings)),
        schemas=outline.schemas(document),
        problems=KINDS,
    )


@routes.get(
    "/problems",
    summary="Every problem type",
    response_model=None,
    responses={200: {"description": "By status."}},
)
def list_problems(request: Request) -> Response:
    kinds = sorted(KINDS, key=lambda kind: (kind.status, kind.code))
    if _wants_page(request):
        return HTMLResponse(_TEMPLATES.get_template("problems.html").render(kinds=kinds, remedies=KINDS))
    return JSONResponse({"items": [_told(kind.code) for kind in kinds]})


@routes.get(
    "/problems/{code}",
    summary="What a problem type means",
    response_model=None,
    responses={200: {"description": "What it means, and what to do."}},
    openapi_extra=may_answer(NotFound),
)
def explain_problem(request: Request, code: IdInPath) -> Response:
    if code not in BY_CODE:
        raise NotFound(f"there is no problem type {code}", remedy="see /problems")
    if not _wants_page(request):
        return JSONResponse(_told(code))
    kind = BY_CODE[code]
    example = outline.pretty(example_problem(code, "/v1/…"))
    page = _TEMPLATES.get_template("problem.html").render(kind=kind, remedy=KINDS[kind], example=example)
    return HTMLResponse(page)


def _told(code: str) -> dict[str, object]:
    kind = BY_CODE[code]
    return {"type": PATH + code, "title": kind.title(), "status": kind.status, "remedy": KINDS[kind]}


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}"
