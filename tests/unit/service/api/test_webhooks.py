"""Webhooks and events over HTTP, as our own client speaks it: what comes back is what the reference says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from service.api import replies_webhooks
from service.api.limits import Lane, lane
from service.api.routes import install
from service.client import Signoff, SignoffError
from service.domain.event import TYPES
from service.usecases import manage_keys
from tests.databases import everything_in
from tests.unit.service.usecases import receiver as kinds
from tests.unit.service.usecases.post_room import PostRoom, post_room
from tests.unit.service.usecases.receiver import receiving

PUBLIC = "https://93.184.216.34/signoff"
MODELS: dict[tuple[str, str], type[BaseModel]] = {
    ("GET", "/v1/webhooks"): replies_webhooks.Webhooks,
    ("POST", "/v1/webhooks"): replies_webhooks.NewWebhook,
    ("GET", "/v1/events"): replies_webhooks.EventMessages,
    ("GET", "/v1/events/types"): replies_webhooks.EventTypes,
    ("GET", "deliveries"): replies_webhooks.Deliveries,
    ("POST", "pause"): replies_webhooks.Webhook,
    ("POST", "resume"): replies_webhooks.Webhook,
    ("POST", "rotate"): replies_webhooks.NewWebhook,
    ("POST", "test"): replies_webhooks.WebhookTest,
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PostRoom]:
    with post_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def web(room: PostRoom) -> Iterator[TestClient]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, room.house)
    with TestClient(app) as client:
        yield client


def client(room: PostRoom, web: TestClient, name: str, role: str) -> Signoff:
    """What comes back is held to the model that the reference shows."""
    key = manage_keys.create(room.house, "tests", name=name, role=role)["key"]

    def carried(request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in ("authorization", "content-type") if name in request.headers}
        answer = web.request(request.method, str(request.url), content=request.content, headers=headers)
        path = request.url.path
        model = MODELS.get((request.method, path)) or MODELS.get((request.method, path.rpartition("/")[2]))
        if model is not None and answer.is_success:
            model.model_validate(answer.json(), extra="forbid")
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    return Signoff("http://testserver", key, retries=0, transport=httpx.MockTransport(carried))


@pytest.fixture
def ben(room: PostRoom, web: TestClient) -> Signoff:
    return client(room, web, "Ben", "operations")


def refused(call: Any) -> SignoffError:
    with pytest.raises(SignoffError) as caught:
        call()
    return caught.value


def test_a_webhook_from_its_first_day_to_its_last(room: PostRoom, ben: Signoff) -> None:
    """Entered, tried, heard, changed, paused, resumed, removed; the secret is seen twice in its life."""
    with receiving() as receiver, room.sending():
        made = ben.create_webhook("core", receiver.url, types=["decision.*"])
        assert made.secret.startswith("whsec_")
        assert ben.try_webhook(made.id).delivered
        test = receiver.heard[0].verified(made.secret)
        assert (test["type"], test["data"]) == ("webhook.test", {"webhook": made.id})
        event = room.tell("dec_1")
        room.settled(made.id, 1)
        (row,) = ben.webhook_deliveries(made.id).items
        assert (row.event, row.state, row.status) == (event, "delivered", 204)
        assert ben.change_webhook(made.id, types=[], name="core banking").types == []
        again = ben.rotate_webhook(made.id, keep_hours=2)
        assert again.secret != made.secret
        assert len(again.secrets) == 2
        assert ben.pause_webhook(made.id).state == "paused"
        assert refused(lambda: ben.pause_webhook(made.id)).code == "conflict"
        second = room.tell("dec_1")
        assert ben.resume_webhook(made.id).state == "active"
        assert refused(lambda: ben.resume_webhook(made.id)).code == "conflict"
        room.settled(made.id, 2)
        ben.resend_event(made.id, second)
        kinds.wait_until(lambda: sum(each.id == second for each in receiver.heard) == 2)
    (listed,) = ben.webhooks()
    assert (listed.name, listed.last_delivered is not None) == ("core banking", True)
    assert "whsec" not in listed.model_dump_json()
    ben.remove_webhook(made.id)
    assert ben.webhooks() == []
    assert refused(lambda: ben.webhook(made.id)).code == "not_found"


def test_what_was_given_up_is_sent_again(room: PostRoom, ben: Signoff) -> None:
    """All of it, in one go."""
    from service.store.tables_webhooks import webhook_deliveries

    with receiving(kinds.status(400)) as receiver, room.sending():
        made = ben.create_webhook("core", receiver.url)
        room.tell("dec_1")
        room.settled(made.id, 1)
        room.house.store.commit(lambda c: c.execute(webhook_deliveries.update().values(state="dead")))
        assert ben.webhook(made.id).dead == 1
        receiver.answer = kinds.well
        assert ben.resend_events(made.id) == 1
        kinds.wait_until(lambda: room.states(made.id) == ["delivered"])
        assert ben.resend_events(made.id) == 0
        assert refused(lambda: ben.resend_events(made.id, delivered=True)).code == "invalid_request"
        assert ben.resend_events(made.id, delivered=True, since="2026-01-01") == 1


@pytest.mark.parametrize(
    "url, why",
    [
        ("https://127.0.0.1/", ""),
        ("http://127.0.0.1/", ""),
        ("https://10.0.0.5/", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
        ("https://[::ffff:10.0.0.5]/", "not a public address"),
        ("https://[::1]/", "not a public address"),
        ("http://93.184.216.34/", "plain http"),
        ("ftp://93.184.216.34/", "no address of the web"),
        ("https://user:secret@93.184.216.34/", "password"),
        ("https://93.184.216.34/#part", "fragment"),
        ("https:///path", "no address"),
        ("93.184.216.34", "no address"),
        ("https://93.184.216.34:99999/", "no address"),
        ("https://93.184.216.34/" + "x" * 1_990, "longer"),
    ],
)
def test_where_messages_may_go(ben: Signoff, url: str, why: str) -> None:
    """The field is named, with the remedy; the loopback is allowed here by its network."""
    if not why:
        assert ben.create_webhook("core", url).url == url
        return
    error = refused(lambda: ben.create_webhook("core", url))
    assert error.code == "invalid_request"
    assert error.errors[0]["field"] == "url"
    assert why in error.errors[0]["message"]
    assert error.errors[0]["remedy"]


def test_other_wrong_fields_are_named(ben: Signoff) -> None:
    """All at once."""
    error = refused(lambda: ben.create_webhook(" ", PUBLIC, types=["case.desided"], workflows=["bank"]))
    assert [each["field"] for each in error.errors] == ["types", "name", "workflows"]
    assert "case.decided" in error.errors[0]["remedy"]
    made = ben.create_webhook("core", PUBLIC)
    assert refused(lambda: ben.change_webhook(made.id)).code == "invalid_request"
    assert refused(lambda: ben.change_webhook("whk_none", name="x")).code == "not_found"
    assert refused(lambda: ben.webhook_deliveries(made.id, after="x")).code == "invalid_request"
    assert refused(lambda: ben.resend_event(made.id, "evt_none")).code == "not_found"
    assert refused(lambda: ben.rotate_webhook(made.id, keep_hours=-1)).code == "invalid_request"


def test_only_operations_may(room: PostRoom, web: TestClient) -> None:
    """A caller's or a reviewer's key opens none of it; a reviewer's no events either."""
    for role in ("caller", "reviewer", "auditor", "model-owner"):
        other = client(room, web, role, role)
        assert refused(other.webhooks).code == "forbidden"
        assert refused(lambda other=other: other.create_webhook("x", PUBLIC)).code == "forbidden"
    assert refused(lambda: client(room, web, "rita", "reviewer").events()).code == "forbidden"


def test_events_are_read_on_and_waited_for(room: PostRoom, web: TestClient, ben: Signoff) -> None:
    """The answer comes with the event, and long before the wait is over."""
    first = room.tell("dec_1", "decision.created")
    page = ben.events()
    assert [each.id for each in page.items] == [first]
    assert ben.events(page.next).items == []
    begun = time.monotonic()
    assert ben.events(page.next, wait=0.3).items == []
    assert 0.2 < time.monotonic() - begun < 5
    teller = threading.Timer(0.3, lambda: room.tell("dec_2"))
    teller.start()
    heard = ben.events(page.next, wait=20, types=["decision.final", "case.*"], workflows=["bank", "other"])
    assert [(each.type, each.data["outcome"]) for each in heard.items] == [("decision.final", "allow")]
    assert time.monotonic() - begun < 15
    teller.join()
    assert ben.events("last").next == heard.next
    assert refused(lambda: ben.events("nonsense")).code == "invalid_request"
    assert refused(lambda: ben.events(types=["nonsense"])).code == "invalid_request"


def test_waiting_for_events_costs_a_place_in_memory() -> None:
    """Not a place among those who work."""
    assert lane("/v1/events", "GET", b"after=7&wait=20") is Lane.WAITING
    assert lane("/v1/events", "GET", b"after=7") is Lane.WORK


def test_types_are_told_and_described(web: TestClient, ben: Signoff) -> None:
    """From the one table; the OpenAPI document has each as a webhook."""
    assert [each.type for each in ben.event_types()] == list(TYPES)
    document = web.get("/openapi.json").json()
    assert list(document["webhooks"]) == list(TYPES)
    message = document["webhooks"]["decision.final"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert message["properties"]["data"]["required"] == ["decision", "workflow", "outcome"]


def test_no_secret_is_stored_or_recorded(room: PostRoom, ben: Signoff) -> None:
    """Neither the key nor the address's path stands in the ledger; the key stands nowhere."""
    made = ben.create_webhook("core", PUBLIC + "?token=hush")
    again = ben.rotate_webhook(made.id)
    with room.house.store.read() as connection:
        from service.store import ledger

        records = b"".join(row.record for row in ledger.about(connection, made.id))
    assert b"hush" not in records
    assert b"webhook.rotated" in records
    stored = everything_in(room.house.store)
    assert made.id in stored
    for secret in (made.secret, again.secret):
        assert secret.removeprefix("whsec_") not in stored
