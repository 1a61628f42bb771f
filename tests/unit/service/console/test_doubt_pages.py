"""The pages of labels in doubt and of missing labels, in a browser without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.encoder import EncoderPool
from service.console.doubt_views import doubt_views, look_view
from service.console.routes import install
from service.usecases import manage_keys, run_jobs, settle_doubts
from service.usecases.settle_doubts import OpenDoubt
from tests.unit.service.usecases.doubting import CARD, FEES, MOVED, taught
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in

HERE = f"/console/labelling/{NAME}/doubts"
SAME = {"Sec-Fetch-Site": "same-origin"}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path, encoder: EncoderPool) -> Iterator[Room]:
    with room_in(tmp_path, encoder) as made:
        yield made


@pytest.fixture
def olga(room: Room) -> Iterator[TestClient]:
    """Olga, who answers for the model, signed in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, room.house)
    base = "https://testserver" if room.house.settings.secure_cookies else "http://testserver"
    with TestClient(app, base_url=base) as web:
        key = manage_keys.create(room.house, "tests", name="Olga", role="model-owner")["key"]
        assert web.post("/console/sign-in", data={"key": key}, headers=SAME, follow_redirects=False).status_code == 303
        web.headers.update(SAME)
        yield web


def doubts(page: str) -> list[str]:
    return re.findall(r"/doubts/(dou_\w+)/confirm", page)


def test_labels_in_doubt_are_shown_and_settled(room: Room, olga: TestClient) -> None:
    """Nothing before a look; then each with what it looks like, to be put right, confirmed or left out."""
    wrong = taught(room)
    assert "Nobody has looked through the labels yet" in olga.get(HERE).text
    settle_doubts.look(room.house, NAME)
    page = olga.get(HERE).text
    assert len(doubts(page)) == len(wrong) == 3
    assert "It is Cards" in page
    assert "Labelled as" in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    first, second, third = doubts(page)
    assert olga.post(f"{HERE}/{first}/correct").status_code == 422
    assert olga.post(f"{HERE}/{first}/correct", data={"label": "nonsense"}).status_code == 422
    page = olga.post(f"{HERE}/{first}/correct", data={"label": "card"}).text
    assert "Put right and recorded" in page
    assert doubts(page) == [second, third]
    page = olga.post(f"{HERE}/{second}/confirm").text
    assert doubts(page) == [third]
    page = olga.post(f"{HERE}/{third}/aside").text
    assert doubts(page) == []
    told = room.told("example.corrected", "example.confirmed", "example.set_aside")
    assert [each["by"] for each in told] == ["Olga"] * 3


def test_a_look_is_asked_for_once_at_a_time(room: Room, olga: TestClient) -> None:
    """It is a job; while it waits the page asks for it again, and a second one is refused."""
    page = olga.post(HERE).text
    assert "Waiting" in page
    assert f'hx-get="{HERE}/look"' in page
    assert olga.post(HERE).status_code == 409
    assert "hx-refresh" not in olga.get(f"{HERE}/look").headers
    job = run_jobs.last_doubts(room.house, NAME)
    assert job is not None
    run_jobs.cancel(room.house, "Olga", job["id"])
    assert olga.get(f"{HERE}/look").headers["hx-refresh"] == "true"


def test_missing_labels_are_proposed(room: Room, olga: TestClient) -> None:
    """In groups, with what they are about and how one makes it a label."""
    room.examples_file(
        *({"text": text, "label": "card"} for text in CARD),
        *({"text": text, "label": "fees"} for text in FEES),
        *({"text": text, "label": None} for text in MOVED),
    )
    page = olga.get(f"/console/labelling/{NAME}/proposals", params={"fewest": 4}).text
    assert re.search(r'<h2 id="proposal-1">address', page)
    assert f"signoff label add {NAME}" in page
    assert "No group of so many" in olga.get(f"/console/labelling/{NAME}/proposals", params={"fewest": 50}).text


def test_others_have_no_such_pages(room: Room, olga: TestClient) -> None:
    """A reviewer labels and is not shown them; nobody is sent there from another site."""
    assert f'href="{HERE}"' in olga.get(f"/console/labelling/{NAME}").text
    assert olga.post(HERE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert olga.post(f"{HERE}/dou_1/confirm").status_code == 404
    assert olga.get("/console/labelling/none/doubts").status_code == 404
    key = manage_keys.create(room.house, "tests", name="Ann", role="reviewer")["key"]
    olga.post("/console/sign-in", data={"key": key})
    for path in (HERE, f"{HERE}/look", f"/console/labelling/{NAME}/proposals"):
        assert olga.get(path).status_code == 403
    for path in (HERE, f"{HERE}/dou_1/confirm", f"{HERE}/dou_1/correct", f"{HERE}/dou_1/aside"):
        assert olga.post(path).status_code == 403
    assert HERE not in olga.get(f"/console/labelling/{NAME}").text


def doubt(**more: object) -> OpenDoubt:
    values = {"id": "dou_1", "example": "exa_1", "text": "t", "labels": ("a",), "looks_like": "b", "too_much": False}
    values |= {"probability": 0.995, "given": 0.004, "by": "Ann", "source": "review", "at": NOW}
    return OpenDoubt(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "labels, too_much, says, then",
    [
        (("a",), False, "It is B", ("b",)),
        (("a", "c"), False, "It is also B", ("a", "c", "b")),
        (("a", "b"), True, "It is not B", ("a",)),
        (("b",), True, "It is not B", ("no label",)),
    ],
)
def test_the_button_says_what_it_does(
    labels: tuple[str, ...], too_much: bool, says: str, then: tuple[str, ...]
) -> None:
    """One label is put in the other's place; of several one is added, or taken away."""
    (view,) = doubt_views([doubt(labels=labels, too_much=too_much)], {"b": "B"}, NOW)
    assert (view.put_right, view.labels) == (says, then)
    assert (view.given_chance, view.other_chance) == ("< 1%", "> 99%")


def test_a_look_that_failed_says_why() -> None:
    """And does not ask on."""
    job = {
        "state": "failed",
        "progress": None,
        "created_at": "2026-11-21T11:00:00.000Z",
        "by": "Olga",
        "why": "too few",
    }
    view = look_view(job, NOW)
    assert (view.open, view.why, view.state.short) == (False, "too few", "Failed")
