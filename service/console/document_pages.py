"""The pages of documents one can look at. Nothing here changes anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.console import words
from service.console.diff_views import diff_view, preview_view
from service.console.document_forms import Written, written
from service.console.document_views import Asked, collections, document_row, document_rows
from service.console.guard import HOME, TheHouse, need
from service.console.import_views import report_view
from service.console.one_document_views import document_view
from service.console.pages import Cursor, Word, label_titles, open_workflows
from service.console.render import DOCUMENTS, page
from service.console.trouble import ConsoleRoute
from service.domain.access import Principal, Scope
from service.usecases import compare_documents, preview_document, read_document
from service.usecases.as_of import as_of as moment
from service.usecases.house import House

router = APIRouter(prefix=HOME, route_class=ConsoleRoute, include_in_schema=False)

Librarian = Annotated[Principal, Depends(need(*DOCUMENTS.scopes))]
Owner = Annotated[Principal, Depends(need(Scope.DOCUMENTS))]
Version = Annotated[int | None, Query(ge=1, le=1_000_000)]
Compared = Annotated[int, Query(ge=1, le=1_000_000)]


def asked(
    text: Word = "", collection: Word = "", status: Word = "", owner: Word = "", due: Word = "", as_of: Word = ""
) -> Asked:
    """The filters in the address."""
    return Asked(text.strip(), collection.strip(), status, owner.strip(), due if due in words.DUE else "", as_of)


@router.get("/documents")
def documents(
    request: Request,
    house: TheHouse,
    librarian: Librarian,
    wanted: Annotated[Asked, Depends(asked)],
    after: Cursor = None,
) -> Response:
    now = house.clock()
    then = moment(wanted.as_of, now)
    found = read_document.page(
        house,
        librarian,
        text=wanted.text or None,
        collection=wanted.collection or None,
        status=wanted.status or None,
        owner=wanted.owner or None,
        due=(now + timedelta(days=int(wanted.due))).date() if wanted.due else None,
        as_of=then,
        after=after,
        limit=100,
    )
    return page(
        request,
        "documents.html",
        documents=document_rows(found["items"]),
        following=wanted.following(found["next"]) if found["next"] else "",
        wanted=wanted,
        then=words.clock_time(then, now) if then else "",
        notices=found["notices"],
        collections=known_collections(house, wanted.collection),
        statuses=words.DOCUMENT_STATUSES.values(),
        due=words.DUE,
        may_write=librarian.may(Scope.DOCUMENTS),
    )


def known_collections(house: House, chosen: str = "") -> list[str]:
    return collections((workflow.collections for workflow in open_workflows(house)), chosen)


@router.get("/documents/import")
def importing(request: Request, house: TheHouse, owner: Owner, collection: Word = "") -> Response:
    return import_page(request, house, collection)


def import_page(
    request: Request,
    house: House,
    collection: str = "",
    status: int = 200,
    report: dict[str, Any] | None = None,
    **shown: Any,
) -> Response:
    """The form that takes files, and what became of those just sent."""
    known = known_collections(house)
    settings = house.settings
    return page(
        request,
        "document_import.html",
        status,
        collection=collection or (known[0] if len(known) == 1 else ""),
        collections=known,
        most_files=settings.max_upload_files,
        most_bytes=settings.max_upload_bytes,
        report=report_view(report) if report else None,
        **shown,
    )


@router.get("/documents/new")
def writing(request: Request, house: TheHouse, owner: Owner, collection: Word = "") -> Response:
    known = known_collections(house)
    chosen = collection or (known[0] if len(known) == 1 else "")
    return form_page(request, house, Written(collection=chosen, owner=owner.name))


def form_page(
    request: Request,
    house: House,
    form: Written,
    status: int = 200,
    *,
    version: int | None = None,
    seen: str = "",
    **shown: Any,
) -> Response:
    """The form of a document; `version`: the one that it was filled from, `seen`: its digest if it is a draft."""
    return page(
        request,
        "document_form.html",
        status,
        form=form,
        version=version,
        seen=seen,
        collections=known_collections(house),
        **shown,
    )


@router.get("/documents/{collection}/{document_id}")
def document(
    request: Request,
    house: TheHouse,
    librarian: Librarian,
    collection: str,
    document_id: str,
    version: Version = None,
    begin: Annotated[int, Query(alias="from", ge=0)] = 0,
    end: Annotated[int, Query(alias="to", ge=0)] = 0,
) -> Response:
    return document_page(request, house, librarian, collection, document_id, version, found=(begin, end))


def document_page(
    request: Request,
    house: House,
    librarian: Principal,
    collection: str,
    document_id: str,
    version: int | None,
    status: int = 200,
    *,
    found: tuple[int, int] = (0, 0),
    tried: str = "",
    why: str = "",
    **shown: Any,
) -> Response:
    """One version, whole. `tried` and `why`: the step that was refused, and the reason typed into its form."""
    view = read_document.view(house, librarian, collection, document_id, version)
    told = document_view(view, librarian, house.clock(), found)
    return page(request, "document.html", status, document=told, tried=tried, why=why, **shown)


@router.get("/documents/{collection}/{document_id}/edit")
def editing(
    request: Request, house: TheHouse, owner: Owner, collection: str, document_id: str, version: Version = None
) -> Response:
    """A draft to be changed, or the next version, begun from this one."""
    view = read_document.view(house, owner, collection, document_id, version)
    seen = view["digest"] if view["status"] == "draft" else ""
    return form_page(request, house, written(view), version=view["version"], seen=seen)


@router.get("/documents/{collection}/{document_id}/diff")
def diff(
    request: Request,
    house: TheHouse,
    librarian: Librarian,
    collection: str,
    document_id: str,
    older: Compared,
    newer: Compared,
) -> Response:
    compared = compare_documents.compare(house, librarian, collection, document_id, older, newer)
    versions = document_rows(read_document.view(house, librarian, collection, document_id)["versions"])
    return page(request, "document_diff.html", diff=diff_view(compared), versions=versions)


@router.get("/documents/{collection}/{document_id}/preview")
def preview(
    request: Request, house: TheHouse, owner: Owner, collection: str, document_id: str, version: Compared
) -> Response:
    """What approving would change: the calibration cases are run, which takes some seconds."""
    view = read_document.view(house, owner, collection, document_id, version)
    found = preview_document.preview(house, owner, collection, document_id, version)
    return page(
        request,
        "document_preview.html",
        row=document_row(view),
        preview=preview_view(found, label_titles(open_workflows(house))),
    )
