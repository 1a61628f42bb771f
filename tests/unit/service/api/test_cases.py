"""Cases over the API, as our own client speaks it: what comes back is what the reference says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api import replies_cases as replies
from service.api import replies_questions
from service.api.replies import DecisionView, Reply
from service.api.routes import install
from service.client import Signoff, SignoffError
from service.usecases import manage_keys
from service.usecases.house import House
from tests.unit.service.usecases.case_room import QUEUE, under

Join = Callable[[str, str], Signoff]


@pytest.fixture
def desk(house: House) -> House:
    """An instance whose queue lets people think again for a minute, and sends what is escalated to leads."""
    changed: House = under(house, undo_seconds=60.0, escalate_to="leads")
    return changed


@pytest.fixture
def join(desk: House) -> Iterator[Join]:
    """A client of somebody's own, by name and role."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, desk)
    with TestClient(app) as web:

        def carried(request: httpx.Request) -> httpx.Response:
            named = ("authorization", "content-type", "idempotency-key")
            headers = {name: request.headers[name] for name in named if name in request.headers}
            answer = web.request(request.method, str(request.url), content=request.content, headers=headers)
            if answer.is_success and answer.content:
                _check(request.method, request.url.path, answer.json())
            return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

        def joined(name: str, role: str) -> Signoff:
            key = manage_keys.create(desk, "tests", name=name, role=role)["key"]
            return Signoff("http://testserver", key, retries=0, transport=httpx.MockTransport(carried))

        yield joined


SHAPES: dict[str, type[Reply]] = {
    "claim": replies.Claimed,
    "undo": replies.Claimed,
    "renew": replies.Renewed,
    "hold": replies.PutAside,
    "ask": replies_questions.QuestionPut,
    "escalate": replies.Escalated,
    "assign": replies.HandedOver,
    "decide": replies.Decided,
    "reopen": replies.Reopened,
    "comment": replies.Commented,
    "events": replies.CaseEvents,
}


def _check(method: str, path: str, body: Any) -> None:
    """No member more than the reference says, and none less."""
    parts = path.strip("/").split("/")
    if parts[1] == "cases":
        shape: type[Reply] = replies.Cases if len(parts) == 2 else replies.Case if len(parts) == 3 else SHAPES[parts[3]]
        shape.model_validate(body)
    if parts[1] == "decisions" and parts[-1] == "answer":
        replies_questions.AnswerTaken.model_validate(body)
    elif parts[1] == "decisions" and len(parts) == 3 and method == "GET":
        DecisionView.model_validate(body)


def ask(shop: Signoff, n: int = 1) -> list[str]:
    made = [shop.decide(f"Pigeon number {i} sat on the roof and sang of curtains.", QUEUE) for i in range(n)]
    return [str(one.case) for one in made]


def refused(call: Callable[[], object]) -> SignoffError:
    with pytest.raises(SignoffError) as caught:
        call()
    return caught.value


def test_a_day_with_the_queue(join: Join) -> None:
    """Skip, hold, hand over, escalate, comment, decide, undo, decide again; the case tells all of it afterwards."""
    shop, ann, ben, lea = (
        join("shop", "caller"), join("Ann", "reviewer"), join("Ben", "reviewer"), join("Lea", "lead"),
    )  # fmt: skip
    first, second = ask(shop, 2)
    held = ann.claim(QUEUE)
    assert held is not None
    assert held.case == first
    ann.skip_case(held, "I know them")
    following = ann.claim(QUEUE)
    assert following is not None
    assert following.case == second
    until = ann.hold_case(following, datetime.now(UTC) + timedelta(days=1), "the shop answers tomorrow")
    assert until > datetime.now(UTC)
    assert ann.claim(QUEUE) is None
    assert [one.id for one in ann.cases(state="on_hold").items] == [second]
    ann.unhold_case(second)
    taken = ann.claim_case(second)
    assert ann.escalate_case(taken, "above my limit") == "leads"
    assert lea.claim("leads") is not None
    lea.assign_case(second, "Ben", "please")
    assert ben.case(second).assigned_to == "Ben"
    ben.comment_on_case(second, "on it")
    mine = ben.claim("leads")
    assert mine is not None
    answer = ben.decide_case(mine, [], "fine", outcome="allow", note="No matter of ours.")
    assert answer.waiting
    assert answer.undo_until is not None
    assert shop.get(answer.id).waiting
    again = ben.undo_decision(second)
    assert ben.decide_case(again, [], "not-fine", outcome="block", note="Of ours after all.").undo_until is not None
    assert [one.action for one in ben.case_events(second)] == [
        "claim", "hold", "unhold", "claim", "escalate", "claim", "assign", "comment", "claim", "decide", "undo",
        "decide",
    ]  # fmt: skip
    shown = ben.case(second)
    assert shown.state == "decided"
    assert shown.allowed == ["undo", "comment"]
    assert [one.text for one in shown.comments] == ["on it"]


def test_a_question_is_asked_heard_and_answered(join: Join) -> None:
    """The caller's wait ends with the question; it answers by its own key, and the reviewer has the answer."""
    shop, other, ann = join("shop", "caller"), join("other", "caller"), join("Ann", "reviewer")
    (case,) = ask(shop)
    asked = ann.ask_requester(ann.claim_case(case), "Which roof?")
    decision = shop.wait(ann.case(case).decision, 1)
    assert decision.question is not None
    assert (decision.waiting, decision.question.id, decision.question.text) == (True, asked.question, "Which roof?")
    assert (decision.question.until, decision.case) == (asked.until, case)
    assert ann.case(case).questions[0].ended is None
    assert [one.id for one in ann.cases(state="needs_information").items] == [case]
    unknown = refused(lambda: other.answer(decision.id, "The red one."))
    wrong = refused(lambda: shop.answer(decision.id, "The red one.", {"no_such": "thing"}))
    assert (unknown.status, wrong.status, wrong.errors[0]["field"]) == (404, 422, "attributes.no_such")
    first = shop.answer(decision.id, "The red one.", idempotency_key="a-1")
    assert shop.answer(decision.id, "The red one.", idempotency_key="a-1") == first
    twice = refused(lambda: shop.answer(decision.id, "The blue one."))
    assert (twice.status, twice.code) == (409, "conflict")
    assert shop.get(decision.id).question is None
    shown = ann.case(case)
    assert (shown.state, shown.questions[0].answer.text, shown.questions[0].answer.by) == (  # type: ignore[union-attr]
        "queued",
        "The red one.",
        "shop",
    )
    kinds = [event.type for event in shop.events().items]
    assert kinds[-3:] == ["case.claimed", "case.asked", "case.answered"]


def test_a_note_is_asked_for_by_name_and_the_reason_code_is_the_labels_own(join: Join) -> None:
    """422 says what it is needed for; agreeing needs neither."""
    shop, ann = join("shop", "caller"), join("Ann", "reviewer")
    (case,) = ask(shop)
    held = ann.claim_case(case)
    free = ann.case(case).without_note
    assert free is not None
    label = ann.case(case).suggestions[0]["label"]
    assert free == {"labels": None, "outcome": "allow"}
    missing = refused(lambda: ann.decide_case(held, [label], outcome="block"))
    assert (missing.status, missing.errors[0]["field"]) == (422, "note")
    assert "to block" in missing.errors[0]["message"]
    decided = ann.decide_case(held, [label], outcome="allow")
    assert decided.review is not None
    assert decided.review.reason_code == label


def test_refusals_say_who_has_it_and_what_to_do(join: Join) -> None:
    """409 with holder, end and remedy; 422 with the field; 403 for what is not one's to do."""
    shop, ann, ben, lea = (
        join("shop", "caller"), join("Ann", "reviewer"), join("Ben", "reviewer"), join("Lea", "lead"),
    )  # fmt: skip
    (case,) = ask(shop)
    held = ann.claim_case(case)
    taken = refused(lambda: ben.claim_case(case))
    assert (taken.status, taken.code, taken.members["holder"]) == (409, "lease_lost", "Ann")
    assert taken.members["until"]
    assert taken.remedy
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert refused(lambda: ann.hold_case(held, yesterday, "x")).code == "invalid_request"
    assert refused(lambda: ann.assign_case(held, "nobody of that name")).code == "invalid_request"
    assert refused(lambda: ann.skip_case(held, " ")).status == 422
    assert refused(lambda: ann.undo_decision(case)).code == "conflict"
    assert refused(lambda: ann.reopen_case(case, "x")).code == "forbidden"
    assert refused(lambda: lea.reopen_case(case, "x")).code == "conflict"
    assert refused(lambda: ann.cancel_case(case)).code == "forbidden"
    shop.cancel_case(case, "withdrawn")
    lost = refused(lambda: ann.decide_case(held, [], "fine", outcome="allow", note="No matter of ours."))
    assert (lost.code, lost.members["state"]) == ("lease_lost", "cancelled")
    assert shop.get(held.decision).state == "superseded"
