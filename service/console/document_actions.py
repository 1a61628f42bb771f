"""What people do to documents: every form of those pages. A refusal is told on the page, and loses nothing typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from service.console.document_forms import Written
from service.console.document_pages import Owner, document_page, form_page, import_page
from service.console.document_views import document_address
from service.console.guard import HOME, TheHouse, own_page_only
from service.console.notices import Notice
from service.console.trouble import ConsoleRoute, notice_of
from service.domain.access import Principal
from service.errors import ServiceError
from service.usecases import publish_document, upload_documents
from service.usecases.house import House
from service.usecases.upload_documents import Upload

router = APIRouter(
    prefix=HOME, route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(own_page_only)]
)

Word = Annotated[str, Form(max_length=200)]
Prose = Annotated[str, Form(max_length=20_000)]
Version = Annotated[int, Form(ge=1, le=1_000_000)]

_FIELDS = 100  # of a form; ours have a dozen
_NO_FILE = Notice("No file was chosen", "Nothing came in.", "Choose one or more files.", "review")


async def sent(request: Request, house: TheHouse, owner: Owner) -> AsyncIterator[FormData]:
    """The form, read only after it is known who sends it: documents may be long, and files longer."""
    most = house.settings
    async with request.form(
        max_files=most.max_upload_files, max_fields=_FIELDS, max_part_size=most.max_upload_bytes
    ) as form:
        yield form


Sent = Annotated[FormData, Depends(sent)]


@router.post("/documents/import")
def take_in(request: Request, house: TheHouse, owner: Owner, form: Sent) -> Response:
    """Take files in, and tell what became of each."""
    collection = _said(form, "collection").strip()
    files = [
        Upload(part.filename or "", part.file.read())
        for part in form.getlist("files")
        if isinstance(part, UploadFile) and (part.filename or part.size)
    ]
    if not files:
        return import_page(request, house, collection, 422, notice=_NO_FILE)
    try:
        report = upload_documents.upload(house, owner, collection, files, draft=_said(form, "status") == "draft")
    except ServiceError as error:
        return import_page(request, house, collection, error.status, notice=notice_of(error))
    return import_page(request, house, collection, report=report)


@router.post("/documents/new")
def write(request: Request, house: TheHouse, owner: Owner, form: Sent) -> Response:
    """Save a draft, or submit what is written."""
    filled = Written(**{name: _said(form, name) for name in Written.__slots__})
    version, seen = _said(form, "version"), _said(form, "seen")
    submits = _said(form, "then") == "submit"
    try:
        step = publish_document.submit if submits else publish_document.save_draft
        saved = step(house, owner, filled.document(), digest=seen or None)
    except ServiceError as error:
        number = int(version) if version.isdecimal() else None
        return form_page(request, house, filled, error.status, version=number, seen=seen, notice=notice_of(error))
    return _to(saved, "submitted" if submits else "draft-saved")


@router.post("/documents/{collection}/{document_id}/submit")
def submit(
    request: Request, house: TheHouse, owner: Owner, collection: str, document_id: str, version: Version
) -> Response:
    def step() -> dict[str, Any]:
        return publish_document.submit_draft(house, owner, collection, document_id, version)

    return _done(request, house, owner, (collection, document_id, version), step, "submitted")


@router.post("/documents/{collection}/{document_id}/return")
def give_back(
    request: Request,
    house: TheHouse,
    owner: Owner,
    collection: str,
    document_id: str,
    version: Version,
    why: Prose = "",
) -> Response:
    def step() -> dict[str, Any]:
        return publish_document.return_to_draft(house, owner, collection, document_id, version, why)

    return _done(request, house, owner, (collection, document_id, version), step, "returned-to-author", ("return", why))


@router.post("/documents/{collection}/{document_id}/approve")
def approve(
    request: Request,
    house: TheHouse,
    owner: Owner,
    collection: str,
    document_id: str,
    version: Version,
    seen: Word = "",
    why: Prose = "",
) -> Response:
    """Approve the words the page showed; never any that came between."""

    def step() -> dict[str, Any]:
        return publish_document.approve(
            house, owner, collection, document_id, version, digest=seen or None, why=why.strip()
        )

    return _done(request, house, owner, (collection, document_id, version), step, "approved", ("approve", why))


@router.post("/documents/{collection}/{document_id}/retire")
def retire(
    request: Request,
    house: TheHouse,
    owner: Owner,
    collection: str,
    document_id: str,
    version: Version,
    why: Prose = "",
) -> Response:
    def step() -> dict[str, Any]:
        return publish_document.retire(house, owner, collection, document_id, version, why)

    return _done(request, house, owner, (collection, document_id, version), step, "retired", ("retire", why))


def _done(
    request: Request,
    house: House,
    owner: Principal,
    place: tuple[str, str, int],
    step: Callable[[], dict[str, Any]],
    said: str,
    typed: tuple[str, str] = ("", ""),
) -> Response:
    """On to the document as it is now; a refusal is told on its page, with what was typed."""
    try:
        return _to(step(), said)
    except ServiceError as error:
        tried, why = typed
        told = notice_of(error)
        return document_page(request, house, owner, *place, error.status, tried=tried, why=why, notice=told)


def _to(view: dict[str, Any], said: str) -> Response:
    address = document_address(view["collection"], view["id"], view["version"])
    return RedirectResponse(f"{address}&said={said}", 303)


def _said(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
