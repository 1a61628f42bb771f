"""Calls about documents and searches, for whoever looks after them and whoever looks in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from .answers import Passage
from .calls import Attributes
from .document_answers import Document, DocumentDiff, DocumentPage, DocumentPreview, Found, ImportReport
from .steps import Calling, Send, Steps, quoted, send, send_files

_READING = 300.0  # seconds on top of the timeout: files are read, calibration cases taken through all rooms
_ENCODING = 60.0  # what is approved is encoded first

Moment = datetime | date | str


class DocumentCalls(Calling):
    """Search, look, write, approve. A step in a document's life is not repeated blindly."""

    __slots__ = ()

    def search(
        self,
        text: str,
        workflow: str,
        k: int = 5,
        *,
        filters: Mapping[str, Any] | None = None,
        as_of: Moment | None = None,
        weights: Mapping[str, float] | None = None,
        attributes: Attributes | None = None,
    ) -> Steps[list[Passage]]:
        """The best passages of the workflow's approved documents, best first, with the parts of their scores.

        `filters` (`collection`, `jurisdiction`, `owner`, `id`, `fields`) narrow what may be found.
        """
        given = {
            "filters": dict(filters) if filters is not None else None,
            "as_of": _said(as_of),
            "weights": dict(weights) if weights is not None else None,
            "attributes": dict(attributes) if attributes is not None else None,
        }
        body = {"workflow": workflow, "text": text, "k": k, **_only(given)}
        return (yield from self._one(Found, send("POST", "/v1/search", body=body))).items

    def documents(
        self,
        *,
        collection: str | None = None,
        status: str | None = None,
        owner: str | None = None,
        text: str | None = None,
        due: date | str | None = None,
        as_of: Moment | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Steps[DocumentPage]:
        """A page of documents. `due`: to be reviewed by that day; `as_of`: what was approved and in force then."""
        params = {
            "collection": collection,
            "status": status,
            "owner": owner,
            "text": text,
            "due": _said(due),
            "as_of": _said(as_of),
            "after": after,
            "limit": limit,
        }
        return (yield from self._one(DocumentPage, send("GET", "/v1/documents", params=params)))

    def document(self, collection: str, document_id: str, version: int | None = None) -> Steps[Document]:
        """The newest version, or the one asked for."""
        asked = send("GET", _path(collection, document_id), params={"version": version})
        return (yield from self._one(Document, asked))

    def save_document(
        self,
        collection: str,
        document_id: str,
        title: str,
        text: str,
        owner: str,
        *,
        draft: bool = False,
        audience: Sequence[str] = (),
        jurisdiction: Sequence[str] = (),
        citations: Sequence[str] = (),
        fields: Mapping[str, float | str | Sequence[str]] | None = None,
        effective_from: Moment | None = None,
        effective_until: Moment | None = None,
        review_by: date | str | None = None,
        digest: str | None = None,
    ) -> Steps[Document]:
        """A new version that waits for somebody else's approval, or a draft.

        With the `digest` of the draft as you read it, a draft that somebody wrote on since is refused.
        """
        given = {
            "effective_from": effective_from,
            "effective_until": effective_until,
            "review_by": review_by,
            "digest": digest,
        }
        body = {
            "collection": collection,
            "id": document_id,
            "title": title,
            "text": text,
            "owner": owner,
            "status": "draft" if draft else "submitted",
            "audience": list(audience),
            "jurisdiction": list(jurisdiction),
            "citations": list(citations),
            "fields": dict(fields or {}),
            **_only({name: _said(value) for name, value in given.items()}),
        }
        return (yield from self._one(Document, send("POST", "/v1/documents", body=body, repeatable=False)))

    def import_documents(
        self, collection: str, files: Sequence[tuple[str, bytes]], *, draft: bool = False
    ) -> Steps[ImportReport]:
        """Take in files, each as its name and its bytes. What cannot be read is named in the report."""
        params = {"collection": collection, "status": "draft" if draft else "submitted"}
        asked = send_files("/v1/documents/import", files, params=params, patience=_READING)
        return (yield from self._one(ImportReport, asked))

    def submit_document(self, collection: str, document_id: str, version: int) -> Steps[Document]:
        """A draft waits for somebody else's approval from here on."""
        return (yield from self._one(Document, _step(collection, document_id, "submit", {"version": version})))

    def return_document(self, collection: str, document_id: str, version: int, why: str) -> Steps[Document]:
        """A submitted version is a draft again, with a note to its author."""
        body = {"version": version, "why": why}
        return (yield from self._one(Document, _step(collection, document_id, "return", body)))

    def approve_document(
        self, collection: str, document_id: str, version: int, *, digest: str | None = None, why: str = ""
    ) -> Steps[Document]:
        """Found from the next request on. SignoffError `same_person` when you wrote or submitted it.

        With the `digest` of the version as you read it, what was changed since is refused.
        """
        body = {"version": version, "why": why, **_only({"digest": digest})}
        return (yield from self._one(Document, _step(collection, document_id, "approve", body)))

    def retire_document(self, collection: str, document_id: str, version: int, why: str) -> Steps[Document]:
        """Gone from the next request on."""
        body = {"version": version, "why": why}
        return (yield from self._one(Document, _step(collection, document_id, "retire", body)))

    def compare_document(self, collection: str, document_id: str, older: int, newer: int) -> Steps[DocumentDiff]:
        """How two versions differ, field by field and line by line."""
        asked = send("GET", f"{_path(collection, document_id)}/diff", params={"older": older, "newer": newer})
        return (yield from self._one(DocumentDiff, asked))

    def preview_document(self, collection: str, document_id: str, version: int) -> Steps[DocumentPreview]:
        """What approving this version would change, or retiring an approved one. Nothing is changed by asking."""
        path = f"{_path(collection, document_id)}/preview"
        asked = send("GET", path, params={"version": version}, patience=_READING)
        return (yield from self._one(DocumentPreview, asked))


def _path(collection: str, document_id: str) -> str:
    return f"/v1/documents/{quoted(collection)}/{quoted(document_id)}"


def _step(collection: str, document_id: str, verb: str, body: Mapping[str, Any]) -> Send:
    return send("POST", f"{_path(collection, document_id)}/{verb}", body=body, patience=_ENCODING, repeatable=False)


def _only(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date, too
