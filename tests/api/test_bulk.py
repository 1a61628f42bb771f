"""A lead clears many like cases at once over REST, and takes that back."""

from __future__ import annotations

import httpx

from service.settings import Settings
from service.usecases.house import open_house
from service.usecases.manage_keys import create

QUEUE = "retail-banking"


def test_look_then_do_it_then_see_why_not(shared_server):
    """What the preview showed is decided; a second time the word no longer fits; without the right it is refused."""
    house = open_house(Settings(home=shared_server.home))
    lead = create(house, "tests", name="Lea", role="lead")["key"]
    house.close()
    url, caller, reviewer = shared_server.url, shared_server.caller_key, shared_server.reviewer_key
    with httpx.Client(base_url=url, timeout=30) as client:

        def send(key, path, body):
            return client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})

        texts = [f"The ducks on pond {n} would like a mortgage on their reeds." for n in range(4)]
        cases = [send(caller, "/v1/decisions", {"workflow": QUEUE, "text": text}).json()["case"] for text in texts]
        body = {
            "action": "decide",
            "queue": QUEUE,
            "like": cases[0],
            "labels": [],
            "outcome": "allow",
            "reason_code": "none_of_these",
            "note": "Ducks are no customers.",
        }
        shown = send(lead, "/v1/cases/bulk", body | {"dry_run": True}).json()
        assert {item["case"] for item in shown["items"]} == set(cases)
        missing = send(lead, "/v1/cases/bulk", body)
        assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "confirm")
        assert send(reviewer, "/v1/cases/bulk", body | {"dry_run": True}).status_code == 403
        done = send(lead, "/v1/cases/bulk", body | {"confirm": shown["confirm"]}).json()
        assert (sorted(done["done"]), done["refused"]) == (sorted(cases), [])
        again = send(lead, "/v1/cases/bulk", body | {"confirm": shown["confirm"]})
        assert (again.status_code, again.json()["type"]) == (409, "/problems/bulk_changed")
        made = client.get("/v1/cases", params={"queue": QUEUE}, headers={"Authorization": f"Bearer {lead}"}).json()
        assert {item["state"] for item in made["items"] if item["id"] in cases} == {"delivered"}
