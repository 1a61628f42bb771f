"""The stop button and the appeal in a browser without scripts."""

from __future__ import annotations

from service.usecases.run_jobs import RESUME, page, run_here
from tests.unit.service.console.test_watch_pages import HERE, browser
from tests.unit.service.usecases.traffic import KIOSK, Kiosk, usual


def halted(kiosk: Kiosk) -> bool:
    return kiosk.pointer.halted


def test_halt_and_go_on(kiosk: Kiosk) -> None:
    """Not without a reason; what was held meanwhile is counted, and decided again by a job."""
    with browser(kiosk, "operations") as web:
        assert "Stop button" in web.get(HERE).text
        assert web.post(f"{HERE}/halt", data={"why": " "}).status_code == 422
        assert not halted(kiosk)
        shown = web.post(f"{HERE}/halt", data={"why": "drill"}).text
        assert "Nothing is allowed automatically" in shown
        assert halted(kiosk)
        kiosk.send([text for text, _ in usual(4)])
        assert "Automation halted" in web.get(HERE).text
        assert "is decided again in the background" in web.post(f"{HERE}/go-on").text
        assert not halted(kiosk)
    (job,) = page(kiosk.house, KIOSK, kind=RESUME)
    run_here(kiosk.house, job["id"])
    with browser(kiosk, "model-owner") as web:
        assert "Stop button" not in web.get(HERE).text
        assert web.post(f"{HERE}/halt", data={"why": "drill"}).status_code == 403


def test_an_appeal_from_the_decision_page(kiosk: Kiosk) -> None:
    """By whoever leads the queue; the case opens, and a second one is refused in words."""
    made = kiosk.send([text for text, _ in usual(2)])[1]
    assert (made["state"], made["case"]) == ("final", None)
    here = f"/console/decisions/{made['id']}"
    with browser(kiosk, "lead") as web:
        assert "Have it decided anew" in web.get(here).text
        opened = web.post(f"{here}/appeal", data={"note": "It was paid back."}, follow_redirects=False)
        assert (opened.status_code, opened.headers["location"].startswith("/console/cases/case_")) == (303, True)
        assert "It was paid back." in web.get(opened.headers["location"]).text
        again = web.post(f"{here}/appeal", data={"note": "Once more."})
        assert (again.status_code, "a person has decision" in again.text) == (409, True)
    with browser(kiosk, "operations") as web:
        assert "Have it decided anew" not in web.get(here).text
        assert web.post(f"{here}/appeal", data={"note": "No."}).status_code == 403
