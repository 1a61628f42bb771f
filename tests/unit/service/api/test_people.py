"""People over HTTP: for operations alone, with refusals that say what to do."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.api import replies_people


@pytest.fixture
def operator(bare_client: TestClient, keys: dict[str, str]) -> TestClient:
    bare_client.headers["Authorization"] = f"Bearer {keys['operations']}"
    return bare_client


def made(client: TestClient, name: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/people", json={"name": name, "role": "reviewer", **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_an_account_is_made_changed_reset_and_shut(operator: TestClient) -> None:
    """Every answer is as the reference describes it."""
    limits = [{"queue": "loans"}, {"queue": "cards", "role": "lead", "actions": ["claim"]}]
    ann = made(operator, "Ann Api", limits=limits, groups=["staff"])
    replies_people.PersonWithCode.model_validate(ann)
    assert ann["limits"][1] == {"queue": "cards", "role": "lead", "actions": ["claim"]}
    here = f"/v1/people/{ann['id']}"
    changed = operator.post(f"{here}/rights", json={"limits": []}).json()
    replies_people.Person.model_validate(changed)
    assert (changed["limits"], changed["groups"], changed["role"]) == ([], ["staff"], "reviewer")
    reset = operator.post(f"{here}/reset").json()
    assert reset["code"] != ann["code"]
    replies_people.PersonWithCode.model_validate(reset)
    replies_people.Sessions.model_validate(operator.get(f"{here}/sessions").json())
    assert operator.post(f"{here}/sessions/end", json={}).json() == {"ended": 0}
    replies_people.PersonDisabled.model_validate(operator.post(f"{here}/disable").json())
    assert operator.post(f"{here}/reset").status_code == 409
    replies_people.Person.model_validate(operator.post(f"{here}/enable").json())
    everybody = replies_people.People.model_validate(operator.get("/v1/people").json())
    assert ann["id"] in {person.id for person in everybody.items}
    assert "code" not in operator.get(here).json()


@pytest.mark.parametrize(
    "body, status, field",
    [
        ({"name": "Bob", "role": "king"}, 422, "role"),
        ({"name": "Bob", "role": "reviewer", "limits": [{"queue": "q", "role": "king"}]}, 422, "limits.0.role"),
        ({"name": "Bob", "role": "reviewer", "subject": "x"}, 422, "subject"),
        ({"name": "cli:bob", "role": "reviewer"}, 422, "name"),
        ({"name": "Bob", "role": "reviewer", "password": "x"}, 422, "password"),
    ],
)
def test_what_will_not_do_is_refused_with_its_field(
    operator: TestClient, body: dict[str, Any], status: int, field: str
) -> None:
    """Nobody sets a password for somebody else, either."""
    answer = operator.post("/v1/people", json=body)
    assert answer.status_code == status
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_name_that_is_somebodys_is_a_conflict(operator: TestClient) -> None:
    """However it is written."""
    made(operator, "Eve Api")
    answer = operator.post("/v1/people", json={"name": "EVE  api", "role": "reviewer"})
    assert answer.status_code == 409
    assert "stays one person's" in answer.json()["remedy"]


def test_nobody_is_found_who_is_not_there(operator: TestClient) -> None:
    """404 for every verb."""
    for path in ("", "/sessions"):
        assert operator.get(f"/v1/people/per_none{path}").status_code == 404
    for path, body in (("/rights", {}), ("/reset", None), ("/disable", None), ("/sessions/end", {})):
        assert operator.post(f"/v1/people/per_none{path}", json=body).status_code == 404
