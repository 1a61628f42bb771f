"""The same for many, in a browser without scripts: choose, look over, do it, take it back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.console.routes import install
from service.usecases import claim_case, manage_keys
from service.usecases.house import House
from tests.unit.service.usecases.case_room import ANN, QUEUE, asked, decided, later, several, state, under

HERE = f"/console/queues/{QUEUE}/bulk"
SAME = {"Sec-Fetch-Site": "same-origin"}
PIGEONS = {"action": "decide", "label": "complaint", "outcome": "allow", "note": "They <b>sing</b>."}


def signed_in(house: House, role: str = "lead", name: str = "Lena") -> TestClient:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, house)
    base = "https://testserver" if house.settings.secure_cookies else "http://testserver"
    web = TestClient(app, base_url=base)
    key = manage_keys.create(house, "tests", name=name, role=role)["key"]
    assert web.post("/console/sign-in", data={"key": key}, headers=SAME, follow_redirects=False).status_code == 303
    web.headers.update(SAME)
    return web


@pytest.fixture
def patient(house: House) -> House:
    """Decisions can be taken back for a minute."""
    slow: House = under(house, undo_seconds=60)
    return slow


@pytest.fixture
def lena(patient: House) -> Iterator[TestClient]:
    """Lena, who leads every queue."""
    with signed_in(patient) as web:
        yield web


def ids(page: str) -> list[str]:
    return re.findall(r'name="cases" value="(case_\w+)"', page)


def confirm(page: str) -> str:
    (found,) = re.findall(r'name="confirm" value="(\w+)"', page)
    return str(found)


def test_like_cases_are_chosen_looked_over_decided_and_taken_back(patient: House, lena: TestClient) -> None:
    """Nothing changes before it is confirmed; then all are decided, and all of them come back undecided."""
    those = several(patient, 4)
    asked(patient, "Somebody stole my purse with all cards, and the weather in Spain is bad.")
    offered = f'href="{HERE}?like={those[0]}"'
    assert offered in lena.get(f"/console/cases/{those[0]}").text
    chosen = ids(lena.get(HERE, params={"like": those[0]}).text)
    assert set(chosen) == set(those)
    chosen.remove(those[3])
    looked = lena.post(f"{HERE}/preview", data=PIGEONS | {"cases": chosen}).text
    assert "Decide 3 cases?" in looked
    assert "They &lt;b&gt;sing&lt;/b&gt;." in looked
    assert {state(patient, case) for case in those} == {"queued"}
    done = lena.post(f"{HERE}/do", data=PIGEONS | {"cases": ids(looked), "confirm": confirm(looked)}).text
    assert "3 cases decided" in done
    assert [state(patient, case) for case in those] == ["decided"] * 3 + ["queued"]
    undone = lena.post(f"{HERE}/undo", data={"cases": ids(done)}).text
    assert "3 cases taken back" in undone
    assert {state(patient, case) for case in those} == {"queued"}


def test_when_somebody_was_quicker_nothing_is_done_and_the_preview_is_shown_anew(
    patient: House, lena: TestClient
) -> None:
    """409, with the number that can still be done and who has the other one; confirming that does it."""
    those = several(patient, 3)
    asked_for = PIGEONS | {"cases": those}
    looked = lena.post(f"{HERE}/preview", data=asked_for).text
    claim_case.claim(patient, ANN, those[1])
    late = lena.post(f"{HERE}/do", data=asked_for | {"confirm": confirm(looked)})
    assert late.status_code == 409
    assert "Other cases fit now than the preview showed" in late.text
    assert "Ann holds it until" in late.text
    assert {state(patient, case) for case in those} == {"queued", "claimed"}
    done = lena.post(f"{HERE}/do", data=asked_for | {"confirm": confirm(late.text)}).text
    assert "2 cases decided" in done


def test_what_would_be_refused_is_told_before_anything_is_done(patient: House, lena: TestClient) -> None:
    """A label without an outcome of its own; nobody claims a case to find that out."""
    those = several(patient, 2)
    looked = lena.post(f"{HERE}/preview", data={"cases": those, "action": "decide", "label": "complaint"}).text
    assert "Decide 0 cases?" in looked
    assert html.unescape(looked).count("a person's decision ends in allow or block") == 2
    to_nobody = lena.post(f"{HERE}/preview", data={"cases": those, "action": "assign", "to": "<b>Zoe"}).text
    assert html.unescape(to_nobody).count("nobody called '<b>Zoe' reviews in queue") == 2
    assert "<b>Zoe" not in to_nobody


@pytest.mark.parametrize(
    "form, told",
    [
        ({"action": "decide"}, "Choose a label, or none of these".lower()),
        ({"action": "hold", "lasting": "1d"}, "say what they wait for"),
        ({"action": "hold", "until": "soon", "why": "The bank answers."}, "choose how long, or a date and a time"),
        ({"action": "escalate"}, "say what is to be settled"),
        ({"action": "assign"}, "name somebody who reviews in this queue"),
    ],
)
def test_what_is_missing_is_said_and_nothing_chosen_is_lost(
    patient: House, lena: TestClient, form: dict[str, str], told: str
) -> None:
    """The page again, with the cases still ticked and the deed still chosen."""
    those = several(patient, 2)
    again = lena.post(f"{HERE}/preview", data=form | {"cases": those})
    assert again.status_code == 422
    assert told in again.text
    assert ids(again.text) == those
    assert f'value="{form["action"]}" id="do-{form["action"]}" checked' in again.text


def test_many_are_held_escalated_and_handed_over(patient: House, lena: TestClient) -> None:
    """Each deed by its own words; what is on hold is no longer among those that wait."""
    manage_keys.create(patient, "tests", name="Rita", role="reviewer")
    for form, becomes in (
        ({"action": "assign", "to": "Rita", "why": "You know them."}, "queued"),
        ({"action": "escalate", "why": "Is this a complaint?"}, "escalated"),
        ({"action": "hold", "lasting": "1w", "why": "The council answers."}, "on_hold"),
    ):
        those = several(patient, 2)
        looked = lena.post(f"{HERE}/preview", data=form | {"cases": those}).text
        done = lena.post(f"{HERE}/do", data=form | {"cases": those, "confirm": confirm(looked)})
        assert "2 cases" in done.text
        assert [state(patient, case) for case in those] == [becomes] * 2
        assert ("/bulk/undo" in done.text) == (becomes == "on_hold"), "what went to somebody else is theirs"
    assert set(those).isdisjoint(ids(lena.get(HERE).text))
    assert "2 cases off hold" in lena.post(f"{HERE}/undo", data={"cases": those, "of": "hold"}).text
    assert [state(patient, case) for case in those] == ["queued"] * 2


def test_what_went_out_is_not_taken_back_and_says_so(patient: House, lena: TestClient) -> None:
    """After the window each is left out with where it stands."""
    (case,) = several(patient, 1)
    looked = lena.post(f"{HERE}/preview", data=PIGEONS | {"cases": [case]}).text
    assert lena.post(f"{HERE}/do", data=PIGEONS | {"cases": [case], "confirm": confirm(looked)}).is_success
    with signed_in(later(patient, seconds=61), name="Lena2") as tomorrow:
        told = tomorrow.post(f"{HERE}/undo", data={"cases": [case]}).text
    assert "0 cases taken back" in told
    assert "Not done: 1 case" in told


def test_a_case_that_is_decided_gives_its_answer_to_those_like_it(patient: House, lena: TestClient) -> None:
    """Label, outcome and reason code are chosen already."""
    one, other = several(patient, 2)
    decided(under(patient, undo_seconds=0.0), ANN, one)
    page = lena.get(HERE, params={"like": one}).text
    assert ids(page) == [other]
    assert re.search(r'value="complaint" checked', page)
    assert re.search(r'value="allow" data-key="a" checked', page)


def test_only_who_leads_the_queue_and_from_our_own_pages(patient: House, lena: TestClient) -> None:
    """A reviewer sees no link and is refused; so is a form of another site; what is unknown is told as such."""
    those = several(patient, 1)
    with signed_in(patient, "reviewer", "Rita") as rita:
        assert "/bulk" not in rita.get(f"/console/queues/{QUEUE}").text
        assert "/bulk" not in rita.get(f"/console/cases/{those[0]}").text
        assert rita.get(HERE).status_code == 403
        assert rita.post(f"{HERE}/do", data=PIGEONS | {"cases": those, "confirm": "x"}).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in ("", "/preview", "/do", "/undo"):
        assert lena.post(HERE + path, data=PIGEONS | {"cases": those}, headers=elsewhere).status_code == 403
    assert f'href="{HERE}"' in lena.get(f"/console/queues/{QUEUE}").text
    assert lena.post(f"{HERE}/preview", data={"cases": those, "action": "burn"}).status_code == 422
    assert lena.post(f"{HERE}/preview", data=PIGEONS | {"cases": ["case_nowhere"]}).status_code == 404
    assert state(patient, those[0]) == "queued"
