"""Drafts of a reply on the page of a case, in a browser without scripts and as its script asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.console.routes import install
from service.usecases import manage_keys
from service.usecases.write_drafts import write_one
from tests.unit.service.usecases.case_room import under
from tests.unit.service.usecases.reply_desk import ReplyDesk
from tests.unit.service.writer.model_server import ModelServer, model_server, says

SAME = {"Sec-Fetch-Site": "same-origin"}
SCRIPT = {"HX-Request": "true"}
GOOD = "We refund the price within 14 days of getting the goods back [1]."


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """What plays the language model."""
    with model_server(says(f"{GOOD} Your mortgage was approved yesterday evening [1].")) as served:
        yield served


def rita_at(desk: ReplyDesk) -> TestClient:
    """Rita's browser, signed in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, desk.house)
    web = TestClient(app, base_url=f"http{'s' if desk.house.settings.secure_cookies else ''}://testserver")
    key = manage_keys.create(desk.house, "tests", name="Rita", role="reviewer")["key"]
    assert web.post("/console/sign-in", data={"key": key}, headers=SAME, follow_redirects=False).status_code == 303
    web.headers.update(SAME)
    return web


def claimed(web: TestClient, case: str) -> str:
    assert web.post(f"/console/cases/{case}/claim").is_success
    return web.get(f"/console/cases/{case}").text


def test_whoever_chooses_another_label_finds_its_draft(replies: ReplyDesk) -> None:
    """As a part of the page; none of these offers nothing; a label whose documents were not found says so."""
    case = replies.case()
    with rita_at(replies) as web:
        page = claimed(web, case)
        assert "Quoted from approved documents, for “Money back”" in page
        assert "You get your money back." in page

        def part(label: str) -> str:
            return web.get(f"/console/cases/{case}/draft", params={"label": label}, headers=SCRIPT).text

        assert "doc_parcels@1" in part("delivery")
        assert "<html" not in part("delivery")
        assert "<blockquote" not in part("no label")
        assert "nothing is drafted" in part("repair")
        assert web.get(f"/console/cases/{case}/draft", params={"label": "nonsense"}, headers=SCRIPT).status_code == 422


def test_without_a_script_the_page_comes_back_with_what_was_written(replies: ReplyDesk) -> None:
    """The draft for the chosen label, the note where it was."""
    case = replies.case()
    with rita_at(replies) as web:
        claimed(web, case)
        sent = {"label": "delivery", "note": "Worth keeping.", "what": "look"}
        page = web.post(f"/console/cases/{case}/draft", data=sent).text
    assert "doc_parcels@1" in page
    assert "Worth keeping.</textarea>" in page
    assert re.search(r"<details open>\s*<summary>Reply", page)


def test_a_language_models_draft_is_asked_for_marked_and_doubted(replies: ReplyDesk, model: ModelServer) -> None:
    """On its way since the claim; then marked as a model's, with the sentence that says more than it cites."""
    replies.asking(model.url)
    case = replies.case()
    with rita_at(replies) as web:
        page = claimed(web, case)
        assert "A language model is writing a draft" in page
        assert "every 2s" in page
        assert "You get your money back." in page, "what is quoted stands there meanwhile"
        assert write_one(replies.house) == "written"
        part = web.get(f"/console/cases/{case}/draft", headers=SCRIPT).text
        assert "Written by a language model" in part
        assert "1 marked sentence says more than what it cites" in part
        assert '<mark class="loose">Your mortgage was approved yesterday evening.</mark>' in part
        assert "every 2s" not in part
        assert "word for word" in part
        again = web.post(f"/console/cases/{case}/draft", data={"what": "again"}, headers=SCRIPT).text
        assert "is writing a draft" in again
        model.answer = says("We refund 5,000 at once <script>alert(1)</script> [1].")
        assert write_one(replies.house) == "refused"
        refused = web.get(f"/console/cases/{case}/draft", headers=SCRIPT).text
        assert "What the language model wrote is not shown, because" in refused
        assert "alert(1)" not in refused
        assert "Ask the language model again" in refused


def test_who_decides_before_being_led_is_offered_no_draft(replies: ReplyDesk, model: ModelServer) -> None:
    """Neither on the page nor as a part of it; asking the language model is refused."""
    replies.asking(model.url)
    replies.house = under(replies.house, blind_first=True)
    case = replies.case()
    with rita_at(replies) as web:
        assert "money back" not in claimed(web, case).partition('id="drafts"')[2].partition("</div>")[0]
        assert "blockquote" not in web.get(f"/console/cases/{case}/draft", headers=SCRIPT).text
        assert web.post(f"/console/cases/{case}/draft", data={"what": "ask"}).status_code == 409
    assert model.asked == []


def test_another_site_has_nothing_drafted(replies: ReplyDesk, model: ModelServer) -> None:
    """It would cost tokens."""
    replies.asking(model.url)
    case = replies.case()
    with rita_at(replies) as web:
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        assert web.post(f"/console/cases/{case}/draft", data={"what": "ask"}, headers=elsewhere).status_code == 403
    assert replies.drafts(case) == []
