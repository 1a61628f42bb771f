"""The labelling pages in a browser without scripts: everything is a form or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.encoder import EncoderPool
from service.console.routes import install
from service.store import examples
from service.usecases import manage_keys
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in

HERE = f"/console/labelling/{NAME}"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def room(tmp_path: Path, encoder: EncoderPool) -> Iterator[Room]:
    with room_in(tmp_path, encoder) as made:
        yield made


@pytest.fixture
def ann(room: Room) -> Iterator[TestClient]:
    """Ann, signed in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, room.house)
    with TestClient(
        app, base_url="https://testserver" if room.house.settings.secure_cookies else "http://testserver"
    ) as web:
        key = manage_keys.create(room.house, "tests", name="Ann", role="reviewer")["key"]
        assert web.post("/console/sign-in", data={"key": key}, headers=SAME, follow_redirects=False).status_code == 303
        web.headers.update(SAME)
        yield web


def shown(page: str) -> str:
    found = re.search(r'<p class="text" dir="auto">(.*?)</p>', page)
    return found[1] if found else ""


def item(page: str) -> str:
    found = re.search(r'name="item" value="(lab_\w+)"', page)
    assert found is not None
    return found[1]


def said(room: Room) -> list[list[str]]:
    with room.house.store.read() as connection:
        return [row.labels for row in examples.everything(connection, NAME)]


def test_one_request_after_the_other_is_labelled(room: Room, ann: TestClient) -> None:
    """Claim, choose, on to the next, until nothing waits."""
    room.hand_in(["first request", "second request"])
    assert "0 of about" in ann.get("/console/labelling").text
    page = ann.post(f"{HERE}/claim").text
    first = shown(page)
    assert "Somebody wants money back." in page
    assert 'data-key="1"' in page
    page = ann.post(f"{HERE}/label", data={"item": item(page), "label": "card"}).text
    assert {first, shown(page)} == {"first request", "second request"}
    page = ann.post(f"{HERE}/label", data={"item": item(page), "label": "no label"}).text
    assert said(room) == [["card"], []]
    assert shown(page) == ""
    assert "What people taught" in page


def test_undo_brings_the_last_one_back(room: Room, ann: TestClient) -> None:
    """What was asked since waits again."""
    room.hand_in(["first request", "second request"])
    page = ann.post(f"{HERE}/claim").text
    first, last = shown(page), item(page)
    page = ann.post(f"{HERE}/label", data={"item": last, "label": "card"}).text
    page = ann.post(f"{HERE}/undo", data={"last": last, "item": item(page)}).text
    assert shown(page) == first
    assert said(room) == []


def test_skip_and_stop(room: Room, ann: TestClient) -> None:
    """One is passed by; the other goes back to its place."""
    room.hand_in(["first request", "second request"])
    page = ann.post(f"{HERE}/claim").text
    first = shown(page)
    page = ann.post(f"{HERE}/skip", data={"item": item(page)}).text
    second = shown(page)
    assert second not in ("", first)
    page = ann.post(f"{HERE}/stop", data={"item": item(page)}).text
    assert shown(page) == ""
    assert shown(ann.post(f"{HERE}/claim").text) == second


def test_a_refusal_keeps_what_was_chosen(room: Room, ann: TestClient) -> None:
    """Nothing chosen, none of these beside a label, or a lease that is over: it is told on the page."""
    room.hand_in(["first request"])
    page = ann.post(f"{HERE}/claim").text
    which = item(page)
    answer = ann.post(f"{HERE}/label", data={"item": which})
    assert (answer.status_code, shown(answer.text)) == (422, "first request")
    answer = ann.post(f"{HERE}/label", data={"item": which, "label": ["card", "no label"]})
    assert answer.status_code == 422
    assert 'value="card" required checked' in answer.text
    ann.cookies.delete("signoff-lease")
    answer = ann.post(f"{HERE}/label", data={"item": which, "label": "card"})
    assert answer.status_code == 409
    assert said(room) == []


def test_nothing_hostile_is_taken_for_markup(room: Room, ann: TestClient) -> None:
    """A request may hold anything."""
    room.hand_in(["<script>alert(1)</script> & friends"])
    page = ann.post(f"{HERE}/claim").text
    assert "<script>alert" not in page
    assert shown(page) == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; friends"


def test_several_labels_are_boxes_to_tick(room: Room, ann: TestClient) -> None:
    """Where the policy says so."""
    path = room.folder / "workflow.yaml"
    path.write_text(path.read_text() + "labels_per_request: several\n")
    room.hand_in(["first request"])
    page = ann.post(f"{HERE}/claim").text
    assert 'type="checkbox" name="label"' in page
    ann.post(f"{HERE}/label", data={"item": item(page), "label": ["card", "fees"]})
    assert said(room) == [["card", "fees"]]


def test_whoever_only_reads_sees_how_far_it_is(room: Room, ann: TestClient) -> None:
    """And cannot label."""
    room.hand_in(["first request"])
    key = manage_keys.create(room.house, "tests", name="Ada", role="auditor")["key"]
    ann.post("/console/sign-in", data={"key": key})
    page = ann.get(HERE).text
    assert "Drawn at random" in page
    assert "/claim" not in page
    assert ann.post(f"{HERE}/claim").status_code == 403
    assert ann.get("/console/labelling/none").status_code == 404


def test_each_promise_to_a_group_of_labels_is_shown(room: Room, ann: TestClient) -> None:
    """How far it is, of requests with these labels; what is in no group comes last."""
    path = room.folder / "workflow.yaml"
    groups = "{alpha: 0.3, delta: 0.3, groups: [{name: money-out, labels: [refund], alpha: 0.05}]}"
    text = (
        path.read_text()
        .replace("{alpha: 0.3, delta: 0.3}", groups)
        .replace("outcome: allow", "outcome: allow\n    autonomy: auto")
    )
    path.write_text(text + "  - {id: spare, outcome: allow, autonomy: auto}\n")
    room.hand_in(["first request"], calibration=1)
    room.label("refund")
    page = ann.get(HERE).text
    assert "Promises by group of labels" in page
    assert re.search(r"money-out<span class=\"hint\">Money back</span></th><td class=\"number\">5 %</td>", page)
    assert re.search(r"<span>1 of about \d+</span></td><td class=\"promise\">not tried yet", page)
    assert page.index("money-out") < page.index("All other labels")
