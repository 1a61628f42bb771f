"""Drafts of replies and exports over the API, as our own client speaks it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api import replies_cases, replies_drafts
from service.api.routes import install
from service.client import Signoff, SignoffError
from service.usecases import manage_keys
from service.usecases.write_drafts import write_one
from tests.unit.service.usecases.reply_desk import REFUND, SHOP, ReplyDesk
from tests.unit.service.writer.model_server import ModelServer, model_server, says


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(says("We refund the price within 14 days of getting the goods back [1].")) as served:
        yield served


@pytest.fixture
def web(replies: ReplyDesk, server: ModelServer) -> Iterator[TestClient]:
    replies.asking(server.url)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, replies.house)
    with TestClient(app) as client:
        yield client


def key(desk: ReplyDesk, name: str, role: str) -> str:
    made: str = manage_keys.create(desk.house, "tests", name=name, role=role)["key"]
    return made


def signed_in(desk: ReplyDesk, web: TestClient, name: str, role: str) -> Signoff:
    """Answers are what the reference says, and no more."""

    def carried(request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        answer = web.request(request.method, str(request.url), content=request.content, headers=headers)
        if answer.status_code == 200 and request.url.path.endswith("/draft"):
            replies_drafts.Drafts.model_validate(answer.json(), extra="forbid")
        if answer.status_code == 200 and request.url.path.endswith("/replies"):
            replies_drafts.WorkflowReplyFigures.model_validate(answer.json(), extra="forbid")
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    return Signoff("http://testserver", key(desk, name, role), retries=0, transport=httpx.MockTransport(carried))


def test_read_ask_wait_decide_count(replies: ReplyDesk, web: TestClient) -> None:
    """The whole way of a reply, by a reviewer."""
    rita = signed_in(replies, web, "Rita", "reviewer")
    case = replies.case()
    first = rita.draft(case)
    assert first.draft is not None
    assert (first.labels, first.draft.by_model) == (["refund"], False)
    assert rita.draft(case, ["repair"]).draft is None
    asked = rita.ask_for_draft(case, ["refund"])
    assert asked.language_model is not None
    assert asked.language_model.state == "waiting"
    assert write_one(replies.house) == "written"
    written = rita.draft(case)
    assert written.draft is not None
    assert (written.draft.by_model, written.quoted) == (True, first.draft)
    shown = web.get(f"/v1/cases/{case}", headers={"authorization": f"Bearer {key(replies, 'Ron', 'reviewer')}"}).json()
    replies_cases.Case.model_validate(shown)
    assert shown["draft"]["by_model"] is True
    rita.decide_case(rita.claim_case(case), ["refund"], "refund", outcome="allow", reply=written.draft.text)
    figures = rita.reply_figures(SHOP, days=7)
    assert (figures.sent, figures.share_unedited, figures.language_model["sent"]) == (1, 1.0, 1)


def test_refusals_say_what_to_do(replies: ReplyDesk, web: TestClient) -> None:
    """A label that is not there, a draft that cannot be, a key that may not."""
    rita, caller = signed_in(replies, web, "Rita", "reviewer"), signed_in(replies, web, "Shop", "caller")
    case = replies.case()
    for act, code in (
        (lambda: rita.draft(case, ["refunds"]), "invalid_request"),
        (lambda: rita.ask_for_draft(case, ["repair"]), "conflict"),
        (lambda: rita.draft("case_no"), "not_found"),
        (lambda: rita.reply_figures("nowhere"), "not_found"),
        (lambda: caller.draft(case), "forbidden"),
        (lambda: caller.reply_figures(SHOP), "forbidden"),
    ):
        with pytest.raises(SignoffError) as error:
            act()
        assert error.value.code == code


def test_exports_are_files(replies: ReplyDesk, web: TestClient) -> None:
    """Of both forms, with a name; masked, unless scope and flag say otherwise."""
    replies.case()
    rita, audrey = (
        {"authorization": f"Bearer {key(replies, name, role)}"}
        for name, role in (("Rita", "reviewer"), ("Audrey", "auditor"))
    )
    lines = web.get("/v1/cases/export", headers=rita)
    assert lines.headers["content-disposition"] == 'attachment; filename="cases.jsonl"'
    assert [json.loads(line)["text"] for line in lines.text.splitlines()] == [
        REFUND.replace("4111 1111 1111 1111", "•••• •••• •••• ••••")
    ]
    table = web.get("/v1/cases/export?format=csv&queue=shop&state=open&since=2026-01-01", headers=rita)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(list(csv.DictReader(io.StringIO(table.text)))) == 1
    assert web.get("/v1/cases/export?unmasked=true", headers=rita).status_code == 403
    assert REFUND in web.get("/v1/cases/export?unmasked=true", headers=audrey).text
    assert web.get("/v1/labels/export", headers=rita).text == ""
    assert web.get("/v1/cases/export?format=xls", headers=rita).status_code == 422
