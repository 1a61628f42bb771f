"""What is decided with a case and what stands beside it, in a browser without scripts and as its script asks for it."""

from __future__ import annotations

import re

import httpx
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api import replies_beside, replies_cases
from service.api.routes import install
from service.client import Claimed, Signoff
from service.usecases import manage_keys
from service.usecases.house import House
from tests.unit.service.console.test_bulk_pages import signed_in
from tests.unit.service.usecases.attaching import ask, attaching, together
from tests.unit.service.usecases.case_room import BEN, BLOCK, QUEUE, decided, state, under

SCRIPT = {"HX-Request": "true"}
NASTY = "<script>alert(1)</script>"


def test_more_like_it_are_shown_and_one_is_decided_by_itself(house: House) -> None:
    """With where their words differ; what was taken out waits, the others go with the case."""
    joining: House = attaching(house)
    case, (_, second, third) = together(joining, (None, NASTY, None))
    with signed_in(joining, "reviewer", "Rita") as web:
        unclaimed = web.get(f"/console/cases/{case}").text
        assert "And 2 more like it" in unclaimed
        assert "<ins>Hello,</ins>" in unclaimed
        assert NASTY not in unclaimed
        assert "Decide it by itself" not in unclaimed
        assert web.post(f"/console/cases/{case}/claim").is_success
        assert "Decide this one alone" in web.get(f"/console/cases/{case}").text
        left = web.post(f"/console/cases/{case}/detach", data={"decision": second}, headers=SCRIPT).text
        assert "And 1 more like it" in left
        assert third in left
        refused = web.post(f"/console/cases/{case}/detach", data={"decision": second})
        assert refused.status_code == 409
        alone = web.post(f"/console/cases/{case}/detach").text
        assert "Taken out: it is decided by itself." in alone
        assert "more like it" not in alone
        assert state(joining, case) == "claimed"


def test_what_stands_beside_comes_after_the_page_or_by_a_link(house: House) -> None:
    """The page itself asks for none of it; what rules did not fire is folded; links lead to cases."""
    text = "I want to close my account because I move to another country."
    _, before = ask(house, "Close my account, I am moving abroad to another country.", subject=NASTY)
    decided(house, BEN, before, BLOCK)
    _, case = ask(house, text, subject=NASTY)
    with signed_in(house, "reviewer", "Rita") as web:
        page = web.get(f"/console/cases/{case}").text
        address = re.findall(r'hx-get="(/console/cases/\w+/beside)" hx-trigger="load', page)
        assert address == [f"/console/cases/{case}/beside"]
        assert f'<a href="{address[0]}">' in page
        whole, part = web.get(address[0]).text, web.get(address[0], headers=SCRIPT).text
        assert "<html" in whole
        assert "<html" not in part
        for shown in (whole, part):
            assert f'<a href="/console/cases/{before}"' in shown
            assert "by Ben" in shown
            assert "% alike" in shown
            assert "<details><summary>Did not fire" in shown
            assert "&lt;script&gt;" in shown
            assert NASTY not in shown
    first: House = under(house, blind_first=True)
    with signed_in(first, "reviewer", "Ron") as web:
        unled = web.get(f"/console/cases/{case}/beside").text
        assert "once you have said what you think" in unled
        assert "by Ben" not in unled
        assert "Did not fire" not in unled


def test_the_client_reads_and_takes_out(house: House) -> None:
    """Answers are what the reference says, and no more."""
    joining: House = attaching(house)
    case, (first, second, third) = together(joining, ("ada", "bob", "ada"))
    ask(joining, "I want to close my account today, at last.", subject="ada")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, joining)
    key = manage_keys.create(joining, "tests", name="Rita", role="reviewer")["key"]
    caller = manage_keys.create(joining, "tests", name="shop", role="caller")["key"]
    with TestClient(app) as web:

        def carried(request: httpx.Request) -> httpx.Response:
            headers = {
                each: request.headers[each] for each in ("authorization", "content-type") if each in request.headers
            }
            answer = web.request(request.method, str(request.url), content=request.content, headers=headers)
            return httpx.Response(
                answer.status_code, content=answer.content, headers={"Content-Type": "application/json"}
            )

        transport = httpx.MockTransport(carried)
        signoff = Signoff("http://testserver", key, transport=transport)
        seen = signoff.case(case)
        assert [each.decision for each in seen.attached_requests] == [second, third]
        assert signoff.cases(queue=QUEUE, state="open").items[0].attached == 2
        raw = web.get(f"/v1/cases/{case}", headers={"Authorization": f"Bearer {key}"}).json()
        assert replies_cases.Case.model_validate(raw).attached == 2
        beside = signoff.beside(case)
        raw = web.get(f"/v1/cases/{case}/beside", headers={"Authorization": f"Bearer {key}"}).json()
        replies_beside.Beside.model_validate(raw)
        assert beside.led
        assert (beside.subject.subject, len(beside.subject.cases)) == ("ada", 1)
        assert beside.rules is not None
        claimed: Claimed = signoff.claim_case(case)
        taken = signoff.detach(claimed, third)
        assert taken.decisions == [third]
        signoff.return_case(claimed)
        Signoff("http://testserver", caller, transport=transport).cancel_case(case, decision=second)
        assert signoff.case(case).attached == 0
        assert signoff.case(case).decision == first
