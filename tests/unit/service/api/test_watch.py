"""Live traffic over the API, as our own client speaks it: what comes back is what the reference says."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api import replies_rules, replies_watch
from service.api.routes import install
from service.client import Signoff, SignoffError
from service.usecases import manage_keys
from tests.unit.service.usecases.traffic import KIOSK, OTHERS, Kiosk, usual


@pytest.fixture
def web(kiosk: Kiosk) -> Iterator[TestClient]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, kiosk.house)
    with TestClient(app) as client:
        yield client


def signed_in(kiosk: Kiosk, web: TestClient, name: str, role: str, *, strict: bool = True) -> Signoff:
    key = manage_keys.create(kiosk.house, "tests", name=name, role=role)["key"]

    def carried(request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        answer = web.request(request.method, str(request.url), content=request.content, headers=headers)
        if strict and answer.status_code == 200 and request.url.path.endswith("/watch"):
            replies_watch.Watch.model_validate(answer.json(), extra="forbid")
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    return Signoff("http://testserver", key, retries=0, transport=httpx.MockTransport(carried))


def test_look_alarm_people_resume(kiosk: Kiosk, web: TestClient) -> None:
    """The whole way, by whoever owns the model; the alarm is among operations' alarms."""
    olga, ben = signed_in(kiosk, web, "Olga", "model-owner"), signed_in(kiosk, web, "Ben", "operations")
    kiosk.send([*(text for text, _ in usual(50)), *OTHERS])
    found = olga.look(KIOSK)
    assert (found.alarming, found.paused, found.decisions) == (True, True, 98)
    assert ben.watch(KIOSK).id == found.id
    (alarm,) = ben.alarms()
    assert (alarm.kind, alarm.workflow) == ("drift", KIOSK)
    answer = web.get("/v1/rules/alarms", headers={"authorization": f"Bearer {ben_key(kiosk)}"}).json()
    replies_rules.Alarms.model_validate(answer)
    assert kiosk.send([usual(1, 9)[0][0]])[0]["state"] == "waiting"
    assert olga.resume_watched(KIOSK).paused is False
    assert kiosk.send([usual(1, 9)[0][0]])[0]["state"] == "final"
    assert not olga.watch(KIOSK).paused


def ben_key(kiosk: Kiosk) -> str:
    key: str = manage_keys.create(kiosk.house, "tests", name="Ben too", role="operations")["key"]
    return key


def test_refusals_say_what_is_wrong(kiosk: Kiosk, web: TestClient) -> None:
    """No look yet, nothing to resume, no such workflow, a reviewer's key."""
    olga, rita = signed_in(kiosk, web, "Olga", "model-owner"), signed_in(kiosk, web, "Rita", "reviewer")
    for call, code in (
        (lambda: olga.watch(KIOSK), "not_found"),
        (lambda: olga.look("none"), "not_found"),
        (lambda: olga.resume_watched(KIOSK), "conflict"),
        (lambda: olga.resume_watched("none"), "invalid_request"),
        (lambda: olga.look(KIOSK, days=0), "invalid_request"),
        (lambda: rita.look(KIOSK), "forbidden"),
        (lambda: rita.resume_watched(KIOSK), "forbidden"),
    ):
        with pytest.raises(SignoffError) as caught:
            call()
        assert caught.value.code == code
    kiosk.send([usual(1)[0][0]])
    assert olga.look(KIOSK, days=2).enough is False
    assert rita.watch(KIOSK).decisions == 1
