"""Read documents with their versions and standing."""

from __future__ import annotations

import re
from typing import Any

from index.model import DocumentKey
from rules.normalize import refuse
from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.errors import FieldProblem, InvalidRequest, NotFound
from service.store import documents
from service.store.engine import Row
from service.usecases.house import House

_CURSOR = re.compile(r"(.+)/(.+)@(\d{1,9})", re.ASCII)


def page(
    house: House,
    principal: Principal,
    *,
    collection: str | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """By collection, id and version. The cursor is `collection/id@version`."""
    begin = _read_cursor(after) if after is not None else None
    with house.store.read() as connection:
        rows = documents.page(connection, collection=collection, status=status, after=begin, limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [_summary(row) for row in rows[:limit] if _may_see(principal, row)],
        "next": f"{last.collection}/{last.id}@{last.version}" if last else None,
    }


def _read_cursor(after: str) -> DocumentKey:
    found = _CURSOR.fullmatch(after)
    if found is None or refuse(after):
        problem = FieldProblem("after", "not a cursor of this list", "use `next` of the page before")
        raise InvalidRequest("after: not a cursor of this list", problems=(problem,))
    return DocumentKey(found[1], found[2], int(found[3]))


def view(house: House, principal: Principal, collection: str, document_id: str) -> dict[str, Any]:
    """The newest version with its text, and the list of all versions."""
    with house.store.read() as connection:
        rows = documents.versions(connection, collection, document_id)
    if not rows or not _may_see(principal, rows[0]):
        raise NotFound(f"there is no document {document_id} in collection {collection}")
    return {**_summary(rows[0]), "text": rows[0].text, "versions": [_summary(row) for row in rows]}


def _may_see(principal: Principal, row: Row[Any]) -> bool:
    """Who looks after documents sees all; everybody else those for an audience of theirs."""
    return principal.may(Scope.DOCUMENTS) or not row.audience or not principal.groups.isdisjoint(row.audience)


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {
        "collection": row.collection,
        "id": row.id,
        "version": row.version,
        "status": row.status,
        "title": row.title,
        "owner": row.owner,
        "audience": row.audience,
        "jurisdiction": row.jurisdiction,
        "citations": row.citations,
        "effective_from": timestamp(row.effective_from) if row.effective_from else None,
        "effective_until": timestamp(row.effective_until) if row.effective_until else None,
        "review_by": row.review_by.isoformat() if row.review_by else None,
        "submitted_by": row.submitted_by,
        "approved_by": row.approved_by,
        "approved_at": timestamp(row.approved_at) if row.approved_at else None,
        "retired_at": timestamp(row.retired_at) if row.retired_at else None,
    }
