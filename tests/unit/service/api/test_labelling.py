"""Labelling over the API, as our own client speaks it: what comes back is what the reference says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.encoder import EncoderPool
from service.api import replies_labelling as replies
from service.api.routes import install
from service.client import Signoff, SignoffError
from service.usecases import manage_keys
from service.usecases.training_material import gather
from tests.unit.service.usecases.labelling_room import NAME, Room, room_in

TEXTS = ["My card was declined", "Lift my limit please", "I lost my passport in Lisbon", "What is the rate for euros?"]


@pytest.fixture
def room(tmp_path: Path, encoder: EncoderPool) -> Iterator[Room]:
    with room_in(tmp_path, encoder) as made:
        yield made


@pytest.fixture
def web(room: Room) -> Iterator[TestClient]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, room.house)
    with TestClient(app) as client:
        yield client


def signed_in(room: Room, web: TestClient, name: str, role: str) -> Signoff:
    key = manage_keys.create(room.house, "tests", name=name, role=role)["key"]

    def carried(request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        answer = web.request(request.method, str(request.url), content=request.content, headers=headers)
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    return Signoff("http://testserver", key, retries=0, transport=httpx.MockTransport(carried))


@pytest.fixture
def owner(room: Room, web: TestClient) -> Signoff:
    return signed_in(room, web, "Olga", "model-owner")


@pytest.fixture
def ann(room: Room, web: TestClient) -> Signoff:
    return signed_in(room, web, "Ann", "reviewer")


def test_a_backlog_is_handed_in_labelled_and_measured(owner: Signoff, ann: Signoff) -> None:
    """From the first request to "so many of so many"; what cannot be asked about is named by its place."""
    started = owner.start_labelling(NAME, [*TEXTS, ("  ", {}), (TEXTS[0], {"channel": "app"})], calibration=2)
    assert (started.calibration, started.known) == (2, 0)
    assert [each["row"] for each in started.left_out] == [5]
    chosen = owner.choose_labelling(NAME)
    assert (chosen.waiting, chosen.by_model) == (started.train, False)
    while (item := ann.claim_label(NAME)) is not None:
        said = ann.give_label(item, ["card"] if "card" in item.text else [])
    progress = ann.labelling(NAME)
    assert progress.measured["done"] >= 1
    assert progress.queue["train"] == {"waiting": 0, "labelled": started.train, "skipped": 0}
    again = ann.undo_label(said.item)
    ann.return_label(again)
    ann.skip_label(ann.claim_label(NAME) or again)
    assert progress.examples["labelling"] - 1 == ann.labelling(NAME).examples["labelling"]


def test_examples_are_put_right_by_whoever_owns_the_model(owner: Signoff, ann: Signoff, room: Room) -> None:
    """A reviewer's key does not do it."""
    room.decided("one", ["card"])
    example = gather(room.house, room.policy).train[0].origin
    assert owner.correct_example(example, ["fees"]).labels == ["fees"]
    assert owner.set_example_aside(example).aside_by == "Olga"
    assert owner.take_example_in(example).aside_by is None
    with pytest.raises(SignoffError) as refused:
        ann.correct_example(example, ["card"])
    assert refused.value.code == "forbidden"


def test_refusals_say_what_is_wrong(owner: Signoff, ann: Signoff) -> None:
    """A workflow that is not there, a lease that is another's, a backlog of nothing."""
    owner.start_labelling(NAME, TEXTS, calibration=0)
    item = ann.claim_label(NAME)
    assert item is not None
    ann.claim_label(NAME)  # another page of hers: the first one's token is worth nothing now
    for call, code in (
        (lambda: ann.claim_label("none"), "not_found"),
        (lambda: ann.give_label(item, ["card"]), "lease_lost"),
        (lambda: owner.start_labelling(NAME, TEXTS), "bad_request"),
        (lambda: owner.start_labelling(NAME, [("text", {"color": "red"})]), "bad_request"),
        (lambda: owner.start_labelling(NAME, ["new"], calibration=2), "invalid_request"),
        (lambda: ann.start_labelling(NAME, ["new"]), "forbidden"),
    ):
        with pytest.raises(SignoffError) as caught:
            call()
        assert caught.value.code == code


def test_answers_are_as_the_reference_says(owner: Signoff, ann: Signoff, room: Room, web: TestClient) -> None:
    """No member more and none less."""
    keys = {name: f"Bearer {manage_keys.create(room.house, 't', name=name, role=role)['key']}" for name, role in (
        ("reviewer", "reviewer"), ("owner", "model-owner"))}  # fmt: skip

    def send(who: str, method: str, path: str, body: Any = None) -> Any:
        answer = web.request(method, path, json=body, headers={"Authorization": keys[who]})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    at = f"/v1/labelling/{NAME}"
    backlog = {"requests": [{"text": text} for text in TEXTS], "calibration": 1}
    replies.LabellingStarted.model_validate(send("owner", "POST", at, backlog))
    replies.LabellingChosen.model_validate(send("owner", "POST", f"{at}/choose"))
    item = send("reviewer", "POST", f"{at}/claim")
    replies.LabelItem.model_validate(item)
    path = f"/v1/labelling/items/{item['item']}"
    said = send("reviewer", "POST", f"{path}/label", {"token": item["token"], "labels": ["card"]})
    replies.LabelledItem.model_validate(said)
    replies.LabelItem.model_validate(send("reviewer", "POST", f"{path}/undo"))
    replies.LabellingProgress.model_validate(send("reviewer", "GET", at))
    token = send("reviewer", "POST", f"{at}/claim")["token"]
    said = send("reviewer", "POST", f"{path}/label", {"token": token, "labels": []})
    replies.ExampleView.model_validate(
        send("owner", "POST", f"/v1/examples/{said['example']}/correct", {"labels": ["fees"]})
    )
