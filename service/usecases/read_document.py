"""Read documents with their versions and standing, now or as of another moment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from index.model import DocumentKey
from rules.normalize import refuse
from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.document import Standing, Status, in_force
from service.domain.types import Workflow
from service.errors import FieldProblem, InvalidRequest
from service.store import documents, ledger, pointers
from service.store.documents import Wanted
from service.store.engine import Connection, Row
from service.usecases.as_of import too_early
from service.usecases.document_notices import Named, notices, upkeep
from service.usecases.document_step import no_such, subject_of
from service.usecases.house import House
from service.usecases.note import read_note

_CURSOR = re.compile(r"(.+)/(.+)@(\d{1,9})", re.ASCII)
_NOTED = {"document.returned": "returned", "document.retired": "retired", "document.approved": "approved"}


def page(
    house: House,
    principal: Principal,
    *,
    collection: str | None = None,
    status: str | None = None,
    owner: str | None = None,
    text: str | None = None,
    due: date | None = None,
    as_of: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Versions by collection, id and version. The cursor is `collection/id@version`.

    `text` is looked for in id, title and words; `due` keeps the approved ones to be reviewed by then; `as_of` those
    that were approved and in force at that moment, whatever became of them since; `notices` say why there is none.
    """
    begin = _read_cursor(after) if after is not None else None
    wanted = Wanted(collection, status, owner, text, due, as_of, once_approved=not _sees_all(principal))
    with house.store.read() as connection:
        rows = list(islice(_seen(connection, principal, wanted, begin, limit + 1), limit + 1))
        shown = rows[:limit]
        standings = Standings(connection, shown, house.clock())
        early = [] if rows or after or as_of is None else _too_early(connection, principal, collection, as_of)
    last = shown[-1] if len(rows) > limit else None
    items = [shown_to(principal, summary(row, standings)) for row in shown]
    if as_of is not None:  # in force is what the list is of, whatever holds today
        items = [{**item, "standing": Standing.IN_FORCE.value} for item in items]
    following = f"{last.collection}/{last.id}@{last.version}" if last else None
    return {"items": items, "next": following, "notices": early}


def _too_early(connection: Connection, principal: Principal, collection: str | None, moment: datetime) -> list[str]:
    rows = documents.approvals(connection, [collection] if collection is not None else None)
    return too_early(moment, next((row.approved_at for row in rows if _addressed(principal, row)), None))


def _seen(
    connection: Connection, principal: Principal, wanted: Wanted, after: DocumentKey | None, most: int
) -> Iterator[Row[Any]]:
    """The rows that this principal may see. The others do not count, so that neither a short page nor its cursor tells
    of them."""
    while True:
        rows = documents.page(connection, wanted, after=after, limit=most)
        yield from (row for row in rows if may_see(principal, row))
        if len(rows) < most:
            return
        after = DocumentKey(rows[-1].collection, rows[-1].id, rows[-1].version)


def shown_to(principal: Principal, shown: dict[str, Any]) -> dict[str, Any]:
    """What a version resembles may be for other eyes: only who sees all documents is told."""
    return shown if _sees_all(principal) else {**shown, "similar": []}


def every(house: House, principal: Principal, **wanted: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """All pages of a list as one, and what is to be said of it."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        part = page(house, principal, after=after, limit=1_000, **wanted)
        items += part["items"]
        after = part["next"]
        if after is None:
            return items, part["notices"]


def _read_cursor(after: str) -> DocumentKey:
    found = _CURSOR.fullmatch(after)
    if found is None or refuse(after):
        problem = FieldProblem("after", "not a cursor of this list", "use `next` of the page before")
        raise InvalidRequest("after: not a cursor of this list", problems=(problem,))
    return DocumentKey(found[1], found[2], int(found[3]))


def view(
    house: House, principal: Principal, collection: str, document_id: str, version: int | None = None
) -> dict[str, Any]:
    """One version, or the newest one that this principal may see, with its words and everything around it."""
    now = house.clock()
    with house.store.read() as connection:
        rows = visible_rows(connection, principal, collection, document_id)
        row = next((row for row in rows if version in (None, row.version)), None)
        if row is None:
            raise no_such(collection, document_id, version, (each.version for each in rows))
        standings = Standings(connection, rows, now)
        cites = _cited(connection, principal, row)
        citing = [each for each in documents.citing(connection, collection, document_id) if _addressed(principal, each)]
        note = _note(connection, row)
        answering = [pointer.release for pointer in pointers.pointers(connection)]
    policies = [house.shelf.policy(release) for release in answering]
    named = _named(policies, collection, document_id)
    whole = {
        **shown_to(principal, summary(row, standings)),
        "text": row.text,
        "versions": [shown_to(principal, summary(each, standings)) for each in rows],
        "cites": cites,
        "cited_by": [_short(each) for each in citing if each.id != document_id],
        "names": [{"workflow": each.workflow, "label": each.label, "title": each.title} for each in named],
        "note": note,
    }
    told = notices(whole, named, now)
    if _sees_all(principal):
        told += upkeep(whole, {name for policy in policies for name in policy.collections})
    return {**whole, "notices": told}


def visible_rows(connection: Connection, principal: Principal, collection: str, document_id: str) -> list[Row[Any]]:
    """The versions of a document that this principal may see, newest first."""
    rows = documents.versions(connection, collection, document_id)
    return [row for row in rows if may_see(principal, row)]


def may_see(principal: Principal, row: Row[Any]) -> bool:
    """Who looks after documents, and auditors, see all; everybody else what was approved once, for their audience."""
    return _sees_all(principal) or (row.approved_sequence is not None and _addressed(principal, row))


def _sees_all(principal: Principal) -> bool:
    return principal.may(Scope.DOCUMENTS) or principal.may(Scope.AUDIT)


def _addressed(principal: Principal, row: Row[Any]) -> bool:
    return _sees_all(principal) or not row.audience or not principal.groups.isdisjoint(row.audience)


class Standings:
    """What the calendar makes of approved versions, seen beside the other approved ones of their documents."""

    def __init__(self, connection: Connection, rows: Iterable[Row[Any]], now: datetime) -> None:
        names = {(row.collection, row.id) for row in rows if row.status == Status.APPROVED}
        approved = documents.approved_of(connection, names) if names else []
        self.now = now
        self._in_force = {version.key for version in in_force(approved, now)}
        self._approved = {version.key: version for version in approved}

    def of(self, key: DocumentKey) -> str | None:
        version = self._approved.get(key)
        if version is None:
            return None
        own = version.standing(self.now)
        replaced = own is Standing.IN_FORCE and key not in self._in_force
        return (Standing.REPLACED if replaced else own).value


def summary(row: Row[Any], standings: Standings) -> dict[str, Any]:
    """One version without its words."""
    return {
        "collection": row.collection,
        "id": row.id,
        "version": row.version,
        "status": row.status,
        "standing": standings.of(DocumentKey(row.collection, row.id, row.version)),
        "title": row.title,
        "owner": row.owner,
        "audience": row.audience,
        "jurisdiction": row.jurisdiction,
        "citations": row.citations,
        "fields": row.fields,
        "effective_from": _moment(row.effective_from),
        "effective_until": _moment(row.effective_until),
        "review_by": row.review_by.isoformat() if row.review_by else None,
        "overdue": row.status == Status.APPROVED and row.review_by is not None and row.review_by < standings.now.date(),
        "digest": row.digest,
        "source": row.source,
        "similar": row.similar,
        "submitted_by": row.submitted_by,
        "submitted_at": _moment(row.submitted_at),
        "authors": row.authors,
        "approved_by": row.approved_by,
        "approved_at": _moment(row.approved_at),
        "ended_by": row.ended_by,
        "ended_at": _moment(row.ended_at),
        "sequence": row.sequence,
    }


def _moment(at: datetime | None) -> str | None:
    return timestamp(at) if at else None


def _short(row: Row[Any]) -> dict[str, Any]:
    return {
        "collection": row.collection,
        "id": row.id,
        "version": row.version,
        "title": row.title,
        "status": row.status,
    }


def _cited(connection: Connection, principal: Principal, row: Row[Any]) -> list[dict[str, Any]]:
    """The documents it cites, each in the version that counts; those that do not exist are left out."""
    best: dict[str, Row[Any]] = {}
    for each in documents.titles(connection, row.collection, row.citations):  # oldest first
        if may_see(principal, each) and (each.id not in best or _counts(each) >= _counts(best[each.id])):
            best[each.id] = each
    return [_short(best[cited]) for cited in row.citations if cited in best]


def _counts(row: Row[Any]) -> bool:
    return bool(row.status == Status.APPROVED)


def _note(connection: Connection, row: Row[Any]) -> dict[str, Any] | None:
    """The last reason that somebody gave for what happened to this version."""
    for told in reversed(ledger.about(connection, subject_of(row.id))):
        if told.kind not in _NOTED:
            continue
        body = json.loads(told.record)["body"]
        if (body["collection"], body["version"]) == (row.collection, row.version) and body.get("note"):
            why = read_note(connection, body["note"])
            return {"kind": _NOTED[told.kind], "by": body["by"], "at": timestamp(told.at), "why": why}
    return None


def _named(answering: Iterable[Workflow], collection: str, document_id: str) -> list[Named]:
    """The labels of the workflows that answer now which name this document."""
    return [
        Named(workflow.name, label.id, label.title, workflow.evidence)
        for workflow in answering
        if collection in workflow.collections
        for label in workflow.labels
        if document_id in label.documents
    ]
