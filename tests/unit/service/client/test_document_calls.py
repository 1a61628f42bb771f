"""The client's calls about documents and searches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

import service.client
from service.api import examples_documents, replies_documents
from service.api.schemas_documents import Approval, DocumentSubmission, DocumentVersion, Return, SearchRequest
from service.client import AsyncSignoff, Document, DocumentDiff, DocumentPage, DocumentPreview, ImportReport, Signoff
from service.client.errors import SignoffError
from tests.unit.service.client.test_client import Server, ok

VIEW = examples_documents.DOCUMENT_VIEW
Act = Callable[[Signoff], object]

READS: dict[str, tuple[Act, str, Any, type]] = {
    "GET /v1/documents": (
        lambda s: s.documents(status="approved", due=date(2026, 12, 1), as_of=datetime(2026, 3, 3, tzinfo=UTC)),
        "status=approved&due=2026-12-01&as_of=2026-03-03T00%3A00%3A00%2B00%3A00&limit=50",
        examples_documents.DOCUMENTS,
        DocumentPage,
    ),
    "GET /v1/documents/a%20b/c": (lambda s: s.document("a b", "c", 2), "version=2", VIEW, Document),
    "GET /v1/documents/c/d/diff": (
        lambda s: s.compare_document("c", "d", 1, 2),
        "older=1&newer=2",
        examples_documents.DIFF,
        DocumentDiff,
    ),
    "GET /v1/documents/c/d/preview": (
        lambda s: s.preview_document("c", "d", 2),
        "version=2",
        examples_documents.PREVIEW,
        DocumentPreview,
    ),
}

#: What is done: the call, the address, and what the server makes of the body.
DEEDS: dict[str, tuple[Act, str, Any]] = {
    "save": (lambda s: s.save_document("c", "d", "T", "Words.", "o"), "/v1/documents", DocumentSubmission),
    "draft": (
        lambda s: s.save_document(
            "c",
            "d",
            "T",
            "Words.",
            "o",
            draft=True,
            fields={"level": "guide"},
            review_by=date(2027, 1, 1),
            digest="0" * 64,
        ),
        "/v1/documents",
        DocumentSubmission,
    ),
    "submit": (lambda s: s.submit_document("c", "d", 2), "/v1/documents/c/d/submit", DocumentVersion),
    "return": (lambda s: s.return_document("c", "d", 2, "add the fee"), "/v1/documents/c/d/return", Return),
    "approve": (
        lambda s: s.approve_document("c", "d", 2, digest="0" * 64, why="agreed"),
        "/v1/documents/c/d/approve",
        Approval,
    ),
    "retire": (lambda s: s.retire_document("c", "d", 2, "out of date"), "/v1/documents/c/d/retire", Return),
}


@pytest.mark.parametrize("name", list(READS))
def test_looking_goes_where_it_belongs_and_comes_back_typed(name: str) -> None:
    """Method, address, parameters and type."""
    act, query, answer, kind = READS[name]
    server = Server(ok(answer))
    with server.client() as signoff:
        assert isinstance(act(signoff), kind)
    (request,) = server.asked
    assert f"{request.method} {request.url.raw_path.decode().partition('?')[0]}" == name
    assert request.url.query.decode() == query


@pytest.mark.parametrize("name", list(DEEDS))
def test_a_step_is_sent_as_the_api_takes_it(name: str) -> None:
    """To its address, with a body that passes the schema."""
    act, path, schema = DEEDS[name]
    server = Server(ok(VIEW))
    with server.client() as signoff:
        assert isinstance(act(signoff), Document)
    (request,) = server.asked
    assert (request.method, request.url.path) == ("POST", path)
    assert schema.model_validate_json(request.content)


@pytest.mark.parametrize("name", list(DEEDS))
def test_a_step_is_not_repeated_blindly(name: str) -> None:
    """A second attempt would be told that the first one had changed the state."""
    server = Server(httpx.ReadTimeout("slow"), ok(VIEW))
    with server.client() as signoff, pytest.raises(SignoffError):
        DEEDS[name][0](signoff)
    assert len(server.asked) == 1


def test_a_search_says_only_what_was_asked() -> None:
    """Filters, day, weights and attributes come along when they are given; passages come with their shares."""
    server = Server(ok(examples_documents.FOUND))
    with server.client() as signoff:
        signoff.search("twice", "w")
        (found, *_) = signoff.search(
            "twice",
            "w",
            2,
            filters={"jurisdiction": ["GB"], "fields": {"level": ["guide"]}},
            as_of=date(2026, 3, 3),
            weights={"dense": 1, "recency": 0.5},
            attributes={"amount": 23.4},
        )
    plain, full = (json.loads(request.content) for request in server.asked)
    assert plain == {"workflow": "w", "text": "twice", "k": 5}
    read = SearchRequest.model_validate(full)
    assert read.filters is not None
    assert read.filters.narrow() == {"jurisdiction": frozenset({"GB"}), "field.level": frozenset({"guide"})}
    assert (read.as_of, read.weights) == ("2026-03-03", {"dense": 1.0, "recency": 0.5})
    assert found.shares == examples_documents.FOUND["items"][0]["shares"]


def test_files_are_sent_as_a_form_with_any_name() -> None:
    """What a server reads of it is what was given, and it is sent once only."""
    files = [("a b.md", b"# Hello\r\n"), ("\u00fcber x.pdf", bytes(range(256)))]
    server = Server(ok(examples_documents.IMPORTED))
    with server.client() as signoff:
        report = signoff.import_documents("c", files, draft=True)
    assert isinstance(report, ImportReport)
    (request,) = server.asked
    assert request.url.query.decode() == "collection=c&status=draft"
    assert asyncio.run(_read(request)) == [("files", name, data) for name, data in files]
    lost = Server(httpx.ReadTimeout("slow"), ok(examples_documents.IMPORTED))
    with lost.client() as signoff, pytest.raises(SignoffError):
        signoff.import_documents("c", files)
    assert len(lost.asked) == 1


async def _read(request: httpx.Request) -> list[tuple[str, str | None, bytes]]:
    async def stream():
        yield request.content

    form = await MultiPartParser(Headers(dict(request.headers)), stream()).parse()
    read = []
    for name, part in form.multi_items():
        assert isinstance(part, UploadFile)
        read.append((name, part.filename, await part.read()))
    await form.close()
    return read


def test_the_asyncio_client_sends_files_too() -> None:
    """The same steps, awaited."""
    server = Server(ok(examples_documents.IMPORTED))

    async def story() -> ImportReport:
        transport = httpx.MockTransport(server)
        async with AsyncSignoff("http://signoff.test", "sgn_key", transport=transport) as signoff:
            return await signoff.import_documents("c", [("a.md", b"# A")])

    assert asyncio.run(story()).added == 1
    assert b'filename="a.md"' in server.asked[0].content


PAIRS: list[tuple[Any, Any]] = [
    (service.client.DocumentSummary, replies_documents.DocumentSummary),
    (Document, replies_documents.DocumentView),
    (DocumentPage, replies_documents.Documents),
    (DocumentDiff, replies_documents.DocumentDiff),
    (DocumentPreview, replies_documents.DocumentPreview),
    (ImportReport, replies_documents.ImportReport),
]


@pytest.mark.parametrize("mine, theirs", PAIRS, ids=[mine.__name__ for mine, _ in PAIRS])
def test_the_types_are_those_of_the_api(mine: Any, theirs: Any) -> None:
    """Every member the client names is one the API answers with."""
    assert set(mine.model_fields) <= set(theirs.model_fields)
