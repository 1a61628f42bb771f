"""A model's life over HTTP: trained in the background, compared in shadow, promoted, answering, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from service.api import replies_models as replies
from service.client import Signoff, SignoffError
from service.settings import Settings
from service.usecases.house import open_house
from service.usecases.manage_keys import create
from tests.house import LiveServer

WORKFLOW = "retail-banking"
TEXT = "I was charged twice for the same card payment, number {}."


@pytest.fixture
def key(live_server: LiveServer) -> str:
    """Of somebody who owns models."""
    house = open_house(Settings(home=live_server.home))
    made: str = create(house, "tests", name="olga", role="model-owner")["key"]
    house.close()
    return made


@pytest.fixture
def owner(live_server: LiveServer, key: str) -> Iterator[Signoff]:
    with Signoff(live_server.url, key, timeout=60) as client:
        yield client


@pytest.fixture
def http(live_server: LiveServer, key: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server.url, headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
        yield client


def fits(model: type[BaseModel], response: httpx.Response) -> Any:
    """The answer is a success, and its members are those of the reference, no more and no less."""
    assert response.is_success, response.text
    model.model_validate_json(response.content)
    return response.json()


def test_from_the_training_to_the_rollback(live_server: LiveServer, owner: Signoff, http: httpx.Client) -> None:
    """Every decision made meanwhile names the release, and so the model, that made it."""
    (first,) = owner.models(workflow=WORKFLOW)
    assert first.state == "active"
    fits(replies.Models, http.get("/v1/models"))
    fits(replies.Model, http.get(f"/v1/models/{first.id}"))
    fits(replies.Simulation, http.get(f"/v1/models/{first.id}/simulation", params={"alpha": [0.05, 0.2]}))

    asked = http.post("/v1/models", json={"workflow": WORKFLOW, "kind": "vector"})
    job = fits(replies.Job, asked)
    assert (asked.status_code, asked.headers["location"]) == (202, f"/v1/jobs/{job['id']}")
    with pytest.raises(SignoffError) as refused:
        owner.train_model(WORKFLOW)
    assert refused.value.code == "conflict"
    fits(replies.JobList, http.get("/v1/jobs"))
    ended = owner.wait_for_job(job["id"], 600)
    fits(replies.Job, http.get(f"/v1/jobs/{job['id']}"))
    assert ended.state == "done", ended.why
    model = ended.model
    assert model is not None
    assert owner.model(model).state == "candidate"

    assert owner.shadow_model(model).state == "shadow"
    with Signoff(live_server.url, live_server.keys.caller, timeout=60) as caller:
        before = caller.decide(TEXT.format(1), WORKFLOW).release
        with pytest.raises(SignoffError) as refused:
            owner.promote_model(model, "better")
        assert refused.value.code == "not_promotable"
        fits(replies.ShadowReport, http.get(f"/v1/models/{model}/shadow"))

        said = {"owner": "olga", "licence": "own records", "without_shadow": True, "accept_less": True}
        promoted = http.post(f"/v1/models/{model}/promote", json={"why": "a test", **said})
        released = fits(replies.ModelReleased, promoted)
        assert released["before"] == before
        assert caller.decide(TEXT.format(2), WORKFLOW).release == released["release"]

        back = owner.roll_back_model(model, "a test")
        assert back.release == before
        assert caller.decide(TEXT.format(3), WORKFLOW).release == before
    states = {each.id: each.state for each in owner.models(workflow=WORKFLOW)}
    assert states == {first.id: "active", model: "retired"}
    with pytest.raises(SignoffError) as refused:
        owner.reject_model(model, "late")
    assert refused.value.code == "conflict"


def test_only_a_model_owner_trains(live_server: LiveServer) -> None:
    """Others may look."""
    with Signoff(live_server.url, live_server.keys.operations, timeout=60) as operations:
        assert operations.models()
        with pytest.raises(SignoffError) as refused:
            operations.train_model(WORKFLOW)
        assert refused.value.status == 403
