"""The pages of webhooks in a browser without scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.console.routes import install
from service.usecases import manage_keys
from tests.unit.service.usecases import receiver as kinds
from tests.unit.service.usecases.post_room import PostRoom, post_room
from tests.unit.service.usecases.receiver import receiving, wait_until

HERE = "/console/webhooks"
SAME = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    with post_room(tmp_path) as opened:
        yield opened


@contextmanager
def browser(room: PostRoom, role: str) -> Iterator[TestClient]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, room.house)
    with TestClient(app) as web:
        key = manage_keys.create(room.house, "tests", name=role, role=role)["key"]
        assert web.post("/console/sign-in", data={"key": key}, headers=SAME, follow_redirects=False).status_code == 303
        web.headers.update(SAME)
        yield web


def test_operations_day(room: PostRoom) -> None:
    """Enter one, keep its secret, try it, see what failed, mend it, send it anew, remove it."""
    with receiving(kinds.status(500)) as receiver, browser(room, "operations") as web, room.sending():
        assert "Nobody is told of anything" in web.get(HERE).text
        form = {"name": f"core {HOSTILE}", "url": receiver.url, "types": "decision.*\n\n", "workflows": ""}
        page = web.post(HERE, data=form).text
        found = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(page))
        assert found is not None
        assert HOSTILE not in page
        (row,) = room_webhooks(room)
        address = f"{HERE}/{row['id']}"
        assert "whsec_" not in web.get(address).text, "shown once"
        assert "did not arrive" in web.post(f"{address}/test").text
        event = room.tell("dec_1")
        room.settled(row["id"], 1)
        page = web.get(address).text
        assert "Nothing has arrived since" in page
        assert "status that is no success" in page
        receiver.answer = kinds.well
        assert "The test message arrived: 204" in web.post(f"{address}/test").text
        assert "It is sent anew" in web.post(f"{address}/deliveries/{event}/resend").text
        wait_until(lambda: room.states(row["id"]) == ["delivered"])
        receiver.heard[-1].verified(found[0])
        assert "Arrived" in web.get(f"{address}?state=delivered").text
        assert "None is in that state" in web.get(f"{address}?state=dead").text
        assert "Paused" in web.post(f"{address}/pause").text
        assert web.post(f"{address}/pause").status_code == 409
        assert "Resumed" in web.post(f"{address}/resume").text
        assert "Changed" in web.post(address, data={**form, "name": "core"}).text
        bad = web.post(address, data={**form, "types": "case.desided"})
        assert (bad.status_code, "case.decided" in bad.text) == (422, True)
        rotated = web.post(f"{address}/rotate", data={"keep_hours": "1"}).text
        assert "whsec_" in rotated
        assert found[0] not in html.unescape(rotated)
        assert "Removed" in web.post(f"{address}/remove").text
        assert web.get(address).status_code == 404


def room_webhooks(room: PostRoom) -> list[dict[str, str]]:
    from service.usecases import manage_webhooks

    return manage_webhooks.listing(room.house)


def test_what_was_typed_is_still_there_when_it_is_refused(room: PostRoom) -> None:
    """With what is wrong about it."""
    with browser(room, "operations") as web:
        answer = web.post(HERE, data={"name": "core", "url": "https://10.0.0.5/x", "types": "case.*"})
    assert answer.status_code == 422
    assert "not a public address" in answer.text
    assert "https://10.0.0.5/x" in answer.text
    assert "SIGNOFF_WEBHOOK_NETWORKS" in answer.text


def test_only_operations_see_them(room: PostRoom) -> None:
    """Nor may anybody be sent there from another site."""
    with browser(room, "reviewer") as web:
        assert web.get(HERE).status_code == 403
    with browser(room, "operations") as web:
        assert f'href="{HERE}"' in web.get(HERE).text
        assert web.post(HERE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_paused_webhook_is_told_where_operations_begin_their_day(room: PostRoom) -> None:
    """With its name and the way to it; not to anybody else, and no more once it is resumed."""
    with browser(room, "operations") as web:
        page = web.post(HERE, data={"name": f"core {HOSTILE}", "url": "http://127.0.0.1:9/", "types": ""})
        assert page.status_code == 200
        (row,) = room_webhooks(room)
        assert "paused" not in web.get("/console").text
        web.post(f"{HERE}/{row['id']}/pause")
        start = web.get("/console").text
        assert "1 webhook paused" in start
        assert f"{HERE}/{row['id']}" in start
        assert HOSTILE not in start
        with browser(room, "lead") as other:
            assert "webhook paused" not in other.get("/console").text
        web.post(f"{HERE}/{row['id']}/resume")
        assert "webhook paused" not in web.get("/console").text
