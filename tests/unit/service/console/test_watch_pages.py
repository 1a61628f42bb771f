"""The pages of live traffic in a browser without scripts: look, see the alarm, let it go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api.examples_watch import WATCH
from service.console.routes import install
from service.console.watch_views import watch_view
from service.usecases import manage_keys
from tests.unit.service.usecases.traffic import KIOSK, OTHERS, Kiosk, usual

HERE = f"/console/watch/{KIOSK}"
SAME = {"Sec-Fetch-Site": "same-origin"}


@contextmanager
def browser(kiosk: Kiosk, role: str) -> Iterator[TestClient]:
    """Somebody of that role, signed in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, kiosk.house)
    base = "https://testserver" if kiosk.house.settings.secure_cookies else "http://testserver"
    with TestClient(app, base_url=base) as web:
        key = manage_keys.create(kiosk.house, "tests", name=role, role=role)["key"]
        assert web.post("/console/sign-in", data={"key": key}, headers=SAME, follow_redirects=False).status_code == 303
        web.headers.update(SAME)
        yield web


def test_look_alarm_people_resume(kiosk: Kiosk) -> None:
    """The whole way by forms and links."""
    with browser(kiosk, "model-owner") as web:
        assert "nobody has looked yet" in web.get("/console/watch").text
        assert "Nobody has looked yet" in web.get(HERE).text
        made = kiosk.send([*(text for text, _ in usual(50)), *OTHERS], channel="app")
        kiosk.check(made[:30])
        page = web.post(HERE, data={"days": "30"}).text
        assert "People decide everything" in page
        assert "stability index of energy" in page
        assert "Requests least like before" in page
        assert "Traffic has changed" in page
        assert any(text in page for text in OTHERS)
        assert "An alarm sends every request of this workflow to people" in page
        assert "<svg" in page
        assert "People decide" in web.get("/console/watch").text
        with browser(kiosk, "operations") as operations:
            rules = operations.get("/console/rules").text
            assert "kiosk gets other requests than its model was made for" in rules
            assert f'href="{HERE}"' in rules
            assert "Alarm about traffic" in operations.get("/console/rules/history").text
        page = web.post(f"{HERE}/resume").text
        assert "Automatic again" in page
        assert "People decide everything" not in page
        again = web.post(f"{HERE}/resume")
        assert (again.status_code, "no alarm about its traffic" in again.text) == (409, True)
        assert web.get("/console/watch/none").status_code == 404


def test_a_reviewer_has_no_such_page(kiosk: Kiosk) -> None:
    """Nor may anybody be sent there from another site."""
    with browser(kiosk, "reviewer") as web:
        assert web.get(HERE).status_code == 403
        assert "/console/watch" not in web.get("/console").text
    with browser(kiosk, "operations") as web:
        assert web.get(HERE).status_code == 200
        assert web.post(HERE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_figures_are_shown_as_people_read_them(kiosk: Kiosk) -> None:
    """Promised beside found; the course of the live error from two looks on."""
    view = watch_view(WATCH, {"card_lost": "Lost card"}, {}, kiosk.clock())
    assert view.labels == (("Lost card", "6.0%", "12%"),)
    assert (view.live[0].promised, view.live[0].found, view.live[0].between) == ("at most 5 %", "3.2%", "0.7% and 9.1%")
    assert view.course is not None
    assert {line.kind for line in view.course.lines} == {"main", "other", "limit"}
    assert watch_view({**WATCH, "history": WATCH["history"][:1]}, {}, {}, kiosk.clock()).course is None
    assert view.errors[0].between == "7.4% and 37%"
    assert view.tenths[9] == ("90 to 100 %", "60%", "45%")
    assert view.alarms[0].title == "Traffic has changed"
    assert view.alarms[0].says.startswith("Live requests are not like")


def test_the_same_words_are_shown_once_and_what_is_erased_not_at_all(kiosk: Kiosk) -> None:
    """Of the requests least like before."""
    found = {**WATCH, "unlike": ["dec_1", "dec_2", "dec_3", "dec_4"]}
    texts = {"dec_1": "Who painted it?", "dec_3": "Who painted it?", "dec_4": "How deep?"}
    assert watch_view(found, {}, texts, kiosk.clock()).unlike == (("dec_1", "Who painted it?"), ("dec_4", "How deep?"))
