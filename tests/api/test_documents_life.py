"""A document's life over HTTP: written, returned, approved by a second person, found, compared, retired."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from service.api import replies_documents as replies
from service.client import Signoff, SignoffError
from tests.house import LiveServer

WORKFLOW = "retail-banking"
TEXT = "## Pigeons\n\nPigeons on the roof of a branch may stay until the end of the breeding season.\n"
QUESTION = "may the pigeons stay on the roof of the branch in the breeding season?"


@pytest.fixture
def writer(shared_server: LiveServer) -> Iterator[Signoff]:
    with Signoff(shared_server.url, shared_server.operations_key, timeout=60) as client:
        yield client


@pytest.fixture
def approver(shared_server: LiveServer, second_key: str) -> Iterator[Signoff]:
    with Signoff(shared_server.url, second_key, timeout=60) as client:
        yield client


@pytest.fixture
def http(shared_server: LiveServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {shared_server.operations_key}"}
    with httpx.Client(base_url=shared_server.url, headers=headers, timeout=60) as client:
        yield client


def fits(model: type[BaseModel], response: httpx.Response) -> Any:
    """The answer is a success, and its members are those of the reference, no more and no less."""
    assert response.is_success, response.text
    model.model_validate_json(response.content)
    return response.json()


def found(client: Signoff, **more: Any) -> list[str]:
    return [passage.id for passage in client.search(QUESTION, WORKFLOW, 3, **more)]


def test_from_the_first_draft_to_the_last_day(writer: Signoff, approver: Signoff) -> None:
    """Draft, submitted, returned, written anew, submitted, approved by somebody else, found, retired, gone."""
    draft = writer.save_document(WORKFLOW, "pigeons", "Pigeons", "They may stay.", "roof", draft=True)
    assert (draft.status, draft.version) == ("draft", 1)
    assert writer.submit_document(WORKFLOW, "pigeons", 1).status == "submitted"
    returned = approver.return_document(WORKFLOW, "pigeons", 1, "until when?")
    assert returned.status == "draft"
    assert returned.note is not None
    assert (returned.note.kind, returned.note.why) == ("returned", "until when?")
    submitted = writer.save_document(WORKFLOW, "pigeons", "Pigeons", TEXT, "roof", digest=returned.digest)
    assert (submitted.status, submitted.version) == ("submitted", 1)
    assert "doc_pigeons" not in found(approver)

    with pytest.raises(SignoffError) as own:
        writer.approve_document(WORKFLOW, "pigeons", 1)
    assert own.value.code == "same_person"
    with pytest.raises(SignoffError) as changed:
        approver.approve_document(WORKFLOW, "pigeons", 1, digest=returned.digest)
    assert changed.value.code == "conflict"
    approved = approver.approve_document(WORKFLOW, "pigeons", 1, digest=submitted.digest, why="agreed")
    assert (approved.status, approved.standing) == ("approved", "in_force")
    (best, *_) = approver.search(QUESTION, WORKFLOW, 3)
    assert best.id == "doc_pigeons"
    assert sum(best.shares[name] * value for name, value in best.parts.items()) == pytest.approx(best.score, abs=0.001)

    assert approver.retire_document(WORKFLOW, "pigeons", 1, "they left").status == "retired"
    assert "doc_pigeons" not in found(approver)


def test_a_search_goes_back_in_time_and_is_narrowed(writer: Signoff, approver: Signoff) -> None:
    """What was approved then is found as of then; a filter narrows, and one nobody knows is refused by name."""
    assert found(writer, as_of="2001-01-01") == []
    every = approver.search("charged twice", WORKFLOW, 20)
    ids = {passage.id for passage in every}
    some = approver.search("charged twice", WORKFLOW, 20, filters={"id": ["doc_dispute-duplicate", "fees"]})
    assert {passage.id for passage in some} <= {"doc_dispute-duplicate", "doc_fees"} & (ids | {"doc_fees"})
    assert approver.search("charged twice", WORKFLOW, filters={"owner": ["nobody"]}) == []
    words = approver.search("charged twice", WORKFLOW, 5, weights={"dense": 0, "lexical": 1})
    assert all(passage.shares.get("dense", 0.0) == 0.0 for passage in words)
    with pytest.raises(SignoffError) as unknown:
        approver.search("charged twice", WORKFLOW, weights={"charm": 1})
    assert unknown.value.status == 422
    assert "charm" in str(unknown.value)
    with pytest.raises(SignoffError) as misspelt:
        approver.search("charged twice", WORKFLOW, filters={"fields": {"no_such_field": ["x"]}})
    assert misspelt.value.status == 422
    assert "filters.fields.no_such_field" in str(misspelt.value)
    early = approver.documents(as_of="2001-01-01")
    assert early.items == []
    assert "was approved here before" in early.notices[0]


def test_every_answer_about_documents_is_as_the_reference_says(
    http: httpx.Client, writer: Signoff, approver: Signoff
) -> None:
    """Listed, read by either id, compared, previewed, searched."""
    listed = fits(replies.Documents, http.get("/v1/documents", params={"limit": 20}))
    later = fits(replies.Documents, http.get("/v1/documents", params={"after": listed["next"]}))
    assert not {item["id"] for item in listed["items"]} & {item["id"] for item in later["items"]}
    first = listed["items"][0]
    for name in (first["id"], f"doc_{first['id']}"):
        view = fits(replies.DocumentView, http.get(f"/v1/documents/{WORKFLOW}/{name}"))
        assert view["text"].strip()
    written = {"collection": WORKFLOW, "id": first["id"], "title": first["title"], "owner": "care"}
    submitted = http.post("/v1/documents", json={**written, "text": view["text"] + "\n\nAnd one more thing.\n"})
    assert submitted.status_code == 201
    assert submitted.headers["location"] == f"/v1/documents/{WORKFLOW}/{first['id']}"
    new = fits(replies.DocumentView, submitted)["version"]
    address = f"/v1/documents/{WORKFLOW}/{first['id']}"
    compared = fits(replies.DocumentDiff, http.get(f"{address}/diff", params={"older": first["version"], "newer": new}))
    assert any(line["kind"] == "added" for line in compared["lines"])
    seen = fits(replies.DocumentPreview, http.get(f"{address}/preview", params={"version": new}))
    assert seen["workflows"][0]["workflow"] == WORKFLOW
    now = fits(replies.Documents, http.get("/v1/documents", params={"as_of": "2001-01-01"}))
    assert now["items"] == []
    fits(replies.Found, http.post("/v1/search", json={"workflow": WORKFLOW, "text": "fees", "as_of": "2026-01-01"}))


def test_files_come_in_and_what_cannot_be_read_is_named(http: httpx.Client, approver: Signoff) -> None:
    """Good ones in one go, whatever the bad ones are; near-duplicates are told; the same again is no news."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "no document")
    copy = TEXT + "Except on Sundays.\n"
    files = [
        ("files", ("doves.md", b"---\nid: doves\ntitle: Doves\n---\n" + TEXT.replace("igeons", "oves").encode())),
        ("files", ("..\\..\\evil\x00name\u202e.txt", b"Swans go where they please, and nobody may stop them.")),
        ("files", ("rooks.md", b"---\nid: rooks\ntitle: Rooks\n---\n" + copy.replace("igeons", "ooks").encode())),
        ("files", ("broken.docx", packed.getvalue())),
        ("files", ("empty.md", b"")),
    ]
    report = fits(replies.ImportReport, http.post("/v1/documents/import", params={"collection": "birds"}, files=files))
    assert report["added"] == len(report["documents"]) == 3
    assert {each["status"] for each in report["documents"]} == {"submitted"}
    assert {wrong["place"].split(":")[0] for wrong in report["unreadable"]} == {"broken.docx", "empty.md"}
    assert all(wrong["why"] for wrong in report["unreadable"])
    again = http.post("/v1/documents/import", params={"collection": "birds"}, files=files[:1])
    assert fits(replies.ImportReport, again)["unchanged"] == 1
    drafts = approver.import_documents("birds", [("terns.txt", b"Terns may dive from the roof.")], draft=True)
    assert drafts.documents[0]["status"] == "draft"


@pytest.mark.parametrize(
    "sent, status, told",
    [
        ({"files": [("files", ("a.md", b"x"))], "params": {"collection": "a/b"}}, 422, "collection"),
        ({"files": [("files", ("a.md", b"x"))]}, 422, "collection"),
        ({"files": [("other", ("a.md", b"x"))], "params": {"collection": "c"}}, 400, "other"),
        (
            {"data": {"files": "words"}, "files": [("files", ("a.md", b"x"))], "params": {"collection": "c"}},
            400,
            "files",
        ),
        ({"json": {}, "params": {"collection": "c"}}, 415, "application/json"),
        ({"content": b"", "params": {"collection": "c"}}, 415, "Content-Type"),
        (
            {
                "content": b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
                "headers": {"Content-Type": "multipart/form-data; boundary=x"},
                "params": {"collection": "c"},
            },
            400,
            "files",
        ),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}, "params": {"collection": "c"}},
            400,
            "boundary",
        ),
        ({"files": [("files", ("a.md", b"x"))] * 201, "params": {"collection": "c"}}, 400, "200"),
        ({"files": [("files", ("a.md", b"x"))], "params": {"collection": "c", "draft": "yes"}}, 422, "draft"),
    ],
)
def test_a_bad_upload_is_refused_with_what_is_wrong(
    http: httpx.Client, sent: dict[str, Any], status: int, told: str
) -> None:
    """Never a 500, and nothing comes in."""
    refused = http.post("/v1/documents/import", **sent)
    problem = refused.json()
    assert refused.status_code == status, problem
    assert refused.headers["content-type"] == "application/problem+json"
    assert told in str(problem)
    assert problem["remedy"]
    assert http.get("/v1/documents", params={"collection": "c"}).json()["items"] == []


def test_nobody_uploads_without_the_right_to(shared_server: LiveServer) -> None:
    """The key is asked before the files are read."""
    with httpx.Client(base_url=shared_server.url, timeout=30) as anyone:
        files = [("files", ("a.md", b"x" * 500_000))]
        for key, status in (("sgn_wrong", 401), (shared_server.caller_key, 403), (shared_server.reviewer_key, 403)):
            headers = {"Authorization": f"Bearer {key}"}
            sent = anyone.post("/v1/documents/import", params={"collection": "c"}, files=files, headers=headers)
            assert sent.status_code == status


@pytest.mark.parametrize("verb", ["submit", "return", "approve", "retire"])
def test_a_step_that_does_not_fit_the_state_is_a_conflict(http: httpx.Client, verb: str, approver: Signoff) -> None:
    """Never a 500: what there is not, what has gone on, what is missing in the body."""
    body = {"version": 1, **({"why": "because"} if verb in ("return", "retire") else {})}
    assert http.post(f"/v1/documents/nowhere/nothing/{verb}", json=body).status_code == 404
    approver.save_document("life", f"for-{verb}", "T", "Some words to keep.", "o")
    http.post(f"/v1/documents/life/for-{verb}/retire", json={"version": 1, "why": "x"})
    refused = http.post(f"/v1/documents/life/for-{verb}/{verb}", json=body)
    assert refused.status_code == 409, refused.text
    assert refused.json()["remedy"]
    assert http.post(f"/v1/documents/life/for-{verb}/{verb}", json={}).status_code == 422
