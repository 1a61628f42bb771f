"""A key that is limited to workflows: what belongs to another one is answered as what does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from service.api.auth import needs_of
from service.api.confined import OWNERS, WITHIN
from service.api.routes import install
from service.domain.access import ROLES, Scope
from service.domain.key import new_key
from service.errors import Forbidden
from service.store import access, labelling
from service.store.tables import decisions
from service.store.tables_learning import examples, jobs, models
from service.usecases import manage_keys
from service.usecases.sign_in import digest_of, open_session
from tests.unit.service.api.test_auth import guarded
from tests.unit.service.usecases import traffic

ELSEWHERE = "elsewhere"  # a workflow of somebody else's
IDS = {
    "decision_id": "dec_0",
    "case_id": "case_0",
    "workflow": "nowhere",
    "item": "lab_0",
    "example": "exa_0",
    "model_id": "mod_0",
    "job_id": "job_0",
    "queue": "nowhere",
}
#: In the table, though nothing in their addresses is of a workflow: what each does instead has a test of its own.
OWN_WAY = {"POST /v1/cases/bulk", "POST /v1/queues/{queue}/claim", "GET /v1/events/types"}


@dataclass
class Place:
    """A kiosk with something of everything, and keys of each role: of its workflow, of another one, of all."""

    kiosk: traffic.Kiosk
    app: FastAPI
    client: TestClient
    keys: dict[tuple[str, str], str]
    ids: dict[str, str]

    def ask(self, method: str, path: str, role: str, of: str, **more: Any) -> httpx.Response:
        header = {"Authorization": f"Bearer {self.keys[role, of]}"}
        return self.client.request(method, path, headers=header, **more)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def place(built_kiosk: Any, quick_encoder: Any, encoder_folder: Any, tmp_path_factory: Any) -> Iterator[Place]:
    home = traffic.copied(built_kiosk, tmp_path_factory.mktemp("confined") / "home", encoder_folder)
    with traffic.kiosk_in(home, quick_encoder) as kiosk:
        kiosk.send([*traffic.OTHERS[:3], *(text for text, _ in traffic.usual(5))])
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        install(app, kiosk.house)
        keys = {}
        for role in ROLES:
            narrow = manage_keys.Narrow(workflows=[traffic.KIOSK])
            keys[role, traffic.KIOSK] = manage_keys.create(
                kiosk.house, "test", name=f"{role} here", role=role, narrow=narrow
            )["key"]
            keys[role, "all"] = manage_keys.create(kiosk.house, "test", name=role, role=role)["key"]
            keys[role, ELSEWHERE] = _key_of_another(kiosk, role)
        with TestClient(app) as client:
            yield Place(kiosk, app, client, keys, _something_of_everything(kiosk))


def _key_of_another(kiosk: traffic.Kiosk, role: str) -> str:
    """Of a workflow that is not there yet, so it cannot be made in the usual way."""
    key, now = new_key(), kiosk.clock()
    row: dict[str, Any] = {"id": f"key_{role}", "name": f"{role} there", "role": role, "groups": []}
    row |= {"digest": digest_of(key), "created_at": now, "workflows": [ELSEWHERE]}
    kiosk.house.store.commit(lambda connection: access.add_key(connection, row))
    return key


def _something_of_everything(kiosk: traffic.Kiosk) -> dict[str, str]:
    """The id of a thing of each kind, all of the kiosk's workflow."""
    house, now = kiosk.house, kiosk.clock()
    with house.store.read() as connection:
        made = connection.execute(decisions.select().where(decisions.c.case.is_not(None))).first()
        row = next(iter(connection.exec_driver_sql("SELECT head, encoder FROM releases")))
    assert made is not None
    shared = {"workflow": traffic.KIOSK, "payload": made.request, "words": "w", "part": "train", "created_at": now}
    said = {"id": "exa_1", "labels": [], "source": "labelling", "by": "Ann", "probability": 1.0}
    item = {"id": "lab_1", "place": 1, "state": "queued", "created_by": "Ann"}
    job = {"id": "job_1", "kind": "train", "state": "done", "asked": {}, "progress": {}, "by": "Ann"}
    model = {"id": "mod_1", "state": "candidate", "head": row[0], "encoder": row[1], "calibration": "c"}
    model |= {"examples": "e", "recipe": {}, "report": {}, "card": {}, "created_by": "Ann"}

    def work(connection: Any) -> None:
        connection.execute(examples.insert(), {**shared, **said})
        labelling.add(connection, [{**shared, **item}])
        connection.execute(jobs.insert(), {**job, "workflow": traffic.KIOSK, "created_at": now})
        connection.execute(models.insert(), {**model, "workflow": traffic.KIOSK, "created_at": now})

    house.store.commit(work)
    ids = {"decision_id": made.id, "case_id": made.case, "workflow": traffic.KIOSK, "queue": traffic.KIOSK}
    return ids | {"item": "lab_1", "example": "exa_1", "model_id": "mod_1", "job_id": "job_1"}


def routes_of(app: FastAPI) -> list[tuple[str, str, str, bool]]:
    """(method, path as it is written in the code, a role that may, whether it reads a body) of every guarded route."""
    found = []
    for context in iter_route_contexts(app.routes):
        asked = needs_of(context.dependant) if hasattr(context, "dependant") else ()
        scopes: set[Scope] = {scope for need in asked for scope in need.scopes}
        if scopes:
            role = next(role for role, carried in ROLES.items() if carried & scopes)
            reads = getattr(context.original_route, "reads_body", False)
            found += [(method, context.path or "", role, reads) for method in sorted(context.methods or ())]
    return found


def test_every_row_of_the_table_is_a_route_that_names_something(place: Place) -> None:
    """Nothing in it is gone, and what is kept by its address has an id of something there."""
    paths = {f"{method} {path}" for method, path, *_ in routes_of(place.app)}
    coming = {"POST /v1/decisions/{decision_id}/appeal", "GET /v1/decisions/{decision_id}/dossier"}
    assert set(WITHIN) - coming - {"POST /v1/decisions/{decision_id}/replay"} <= paths
    for name, how in WITHIN.items():
        owned = OWNERS.keys() & set(re.findall(r"{(\w+)}", name))
        assert owned or how.named_in or name in OWN_WAY, name


def test_what_belongs_to_another_workflow_is_not_there(place: Place) -> None:
    """Every route, every id: 404 by the words for what does not exist, or 403 where all of the deployment is told."""
    foreign = refused = 0
    for method, path, role, reads in routes_of(place.app):
        name, how = f"{method} {path}", WITHIN.get(f"{method} {path}")
        there = _filled(path, place.ids)
        if how is None:
            answer = place.ask(method, there, role, ELSEWHERE)
            assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden"), name
            assert traffic.KIOSK not in answer.text.replace(there, ""), name
            refused += 1
            continue
        if name in OWN_WAY:
            continue
        params = {"workflow": traffic.KIOSK} if how.named_in == "query" else None
        body = {"workflow": traffic.KIOSK, "text": "Where is my parcel?", "token": "t", "why": "because"}
        answer = place.ask(method, there, role, ELSEWHERE, params=params, json=body if reads else None)
        assert answer.status_code == 404, (name, answer.text)
        foreign += 1
        nothing = _filled(path, IDS)
        params = {"workflow": IDS["workflow"]} if how.named_in == "query" else None
        body |= {"workflow": IDS["workflow"]}
        told = place.ask(method, nothing, role, ELSEWHERE, params=params, json=body if reads else None)
        assert told.status_code == 404, (name, told.text)
        assert _without_ids(answer, place.ids) == _without_ids(told, IDS), name
    assert (foreign > 50, refused > 40) == (True, True)


def _filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x"), path)


def _without_ids(answer: httpx.Response, ids: dict[str, str]) -> str:
    text = re.sub(r'"request_id": "[^"]*"', "", answer.text)
    for one in ids.values():
        text = text.replace(one, "?")
    return text


def test_what_is_of_its_own_workflow_is_there(place: Place) -> None:
    """The same key reads, lists and decides what is its own, and need not say which workflow it has only one of."""
    for path in (
        f"/v1/decisions/{place.ids['decision_id']}",
        f"/v1/cases/{place.ids['case_id']}",
        f"/v1/jobs/{place.ids['job_id']}",
        "/v1/decisions",
        "/v1/cases",
        "/v1/jobs",
        "/v1/releases",
    ):
        role = "model-owner" if path in ("/v1/jobs", "/v1/releases") or "job" in path else "auditor"
        answer = place.ask("GET", path, role, traffic.KIOSK)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.json().get("items", [1]), path
        if answer.json().get("items"):
            assert {item["workflow"] for item in answer.json()["items"]} == {traffic.KIOSK}
    asked = {"workflow": traffic.KIOSK, "text": "Where is my shirt?", "attributes": {}}
    assert place.ask("POST", "/v1/decisions", "caller", traffic.KIOSK, json=asked).status_code in (200, 202)


def test_lists_hold_nothing_of_another_workflow(place: Place) -> None:
    """Without a filter too: decisions, cases, exports and events."""
    for path in ("/v1/decisions", "/v1/cases", "/v1/events"):
        assert place.ask("GET", path, "auditor", ELSEWHERE).json()["items"] == [], path
        assert place.ask("GET", path, "auditor", traffic.KIOSK).json()["items"] != [], path
    assert place.ask("GET", "/v1/cases/export", "auditor", ELSEWHERE).text == ""
    assert place.ask("GET", "/v1/cases/export", "auditor", traffic.KIOSK).text != ""


def test_a_shared_queue_gives_only_what_is_there(place: Place) -> None:
    """Claim-next passes over cases of other workflows; in bulk they are neither found nor done."""
    path = f"/v1/queues/{traffic.KIOSK}/claim"
    assert place.ask("POST", path, "reviewer", ELSEWHERE).status_code == 204
    bulk = {"queue": traffic.KIOSK, "action": "unhold", "dry_run": True}
    found = place.ask("POST", "/v1/cases/bulk", "lead", ELSEWHERE, json=bulk)
    assert (found.status_code, found.json()["count"]) == (200, 0)
    named = {"cases": [place.ids["case_id"]], "action": "unhold", "dry_run": True}
    assert place.ask("POST", "/v1/cases/bulk", "lead", ELSEWHERE, json=named).status_code == 404
    claimed = place.ask("POST", path, "reviewer", traffic.KIOSK)
    assert claimed.status_code == 200
    token = {"token": claimed.json()["token"]}
    given = place.ask("POST", f"/v1/cases/{claimed.json()['case']}/return", "reviewer", traffic.KIOSK, json=token)
    assert given.status_code == 204, given.text


def test_with_several_workflows_one_is_named(place: Place) -> None:
    """A list is of one of them at a time; events are of all."""
    key, now = new_key(), place.kiosk.clock()
    row: dict[str, Any] = {"id": "key_two", "name": "two", "role": "auditor", "groups": [], "digest": digest_of(key)}
    row |= {"created_at": now, "workflows": [ELSEWHERE, traffic.KIOSK]}
    place.kiosk.house.store.commit(lambda connection: access.add_key(connection, row))
    place.keys["auditor", "two"] = key
    answer = place.ask("GET", "/v1/decisions", "auditor", "two")
    assert answer.status_code == 422
    assert f"{ELSEWHERE}, {traffic.KIOSK}" in answer.json()["errors"][0]["remedy"]
    named = place.ask("GET", "/v1/decisions", "auditor", "two", params={"workflow": traffic.KIOSK})
    assert named.json()["items"]
    assert place.ask("GET", "/v1/events", "auditor", "two").json()["items"]


def test_a_stop_of_everything_is_not_for_a_key_of_one_workflow(place: Place) -> None:
    """Halt says which one; leaving it out would stop the others too."""
    answer = place.ask("POST", "/v1/halt", "operations", traffic.KIOSK, json={"workflow": None, "why": "a drill"})
    assert answer.status_code == 422
    assert not place.kiosk.pointer.halted


def test_such_a_key_does_not_open_the_console(place: Place) -> None:
    """Its pages tell of the whole deployment."""
    with pytest.raises(Forbidden, match="limited to workflows"):
        open_session(place.kiosk.house, place.keys["operations", traffic.KIOSK])


def test_guarded_routes_are_what_the_inventory_walks(place: Place) -> None:
    """This walk and that of the other tests find the same routes."""
    assert len(routes_of(place.app)) == len(list(guarded(place.app)))
