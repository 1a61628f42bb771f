"""A team's figures and known answers over HTTP and in the console: who sees them, and that both say the same."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api import replies_cases, replies_team
from service.api.routes import install
from service.console.routes import install as install_console
from service.domain.access import ROLES, Principal
from service.settings import Settings
from service.usecases import manage_keys, team_report
from service.usecases.house import House, open_house
from service.usecases.make_decision import Ask, decide

QUEUE = "retail-banking"
SAME = {"Sec-Fetch-Site": "same-origin"}
SAID = {"labels": ["complaint"], "outcome": "allow", "note": "as the shop says"}


class _Mixing:
    """The same policies, under which everything that is claimed is a copy as long as there is one."""

    def __init__(self, shelf: Any) -> None:
        self._shelf = shelf

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shelf, name)

    def policy(self, release: str) -> Any:
        found = self._shelf.policy(release)
        return dataclasses.replace(found, queue=dataclasses.replace(found.queue, known_answers=0.5))


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    opened = open_house(Settings(home=home))
    yield dataclasses.replace(opened, shelf=cast(Any, _Mixing(opened.shelf)), draw=lambda: 0.0)
    opened.close()


@pytest.fixture
def clients(house: House) -> dict[str, TestClient]:
    """By name: Ann, Ben and Lea, who leads, Eve, who audits, and Olga of operations."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install(app, house)
    install_console(app, house)
    roles = {"Ann": "reviewer", "Ben": "reviewer", "Lea": "lead", "Eve": "auditor", "Olga": "operations"}
    found = {}
    for name, role in roles.items():
        key = manage_keys.create(house, "test", name=name, role=role)["key"]
        client = TestClient(app, base_url="http://signoff.example", headers={"Authorization": f"Bearer {key}", **SAME})
        client.post("/console/sign-in", data={"key": key}, follow_redirects=False)
        found[name] = client
    return found


def asked(house: House, text: str) -> str:
    shop = Principal("k1", "shop", ROLES["caller"])
    case: str = json.loads(decide(house, shop, Ask(QUEUE, text)).body)["case"]
    return case


def decided(client: TestClient) -> str:
    lease = client.post(f"/v1/queues/{QUEUE}/claim").json()
    done = client.post(f"/v1/cases/{lease['case']}/decide", json={"token": lease["token"], **SAID})
    assert done.status_code == 200, done.text
    return str(lease["case"])


def test_known_answers_and_the_figures_of_a_team(house: House, clients: dict[str, TestClient]) -> None:
    """Marked by a lead, given to a reviewer, shown to leads and auditors; operations see the rest of the figures."""
    ann, ben, lea, eve, olga = (clients[name] for name in ("Ann", "Ben", "Lea", "Eve", "Olga"))
    source = asked(house, "Pigeons took my card and sang of refunds.")
    asked(house, "Pigeon number 1 sat on the roof.")
    assert decided(ben) == source
    refused = lea.post(f"/v1/cases/{source}/known-answer", json={"note": "sure", "outcome": "block"})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "conflict")
    assert ann.post(f"/v1/cases/{source}/known-answer", json={"note": "sure"}).status_code == 403
    assert "Its answer is sure" in lea.get(f"/console/cases/{source}").text
    assert "Its answer is sure" not in ann.get(f"/console/cases/{source}").text
    marked = lea.post(f"/v1/cases/{source}/known-answer", json={"note": "the <b>shop</b> & we agree"})
    assert marked.status_code == 201
    replies_team.KnownAnswer.model_validate_json(json.dumps(marked.json()), strict=True)
    copy = decided(ann)
    assert copy != source
    own = ann.get(f"/v1/cases/{copy}").json()
    replies_cases.Case.model_validate_json(json.dumps(own), strict=True)
    assert (own["kind"], own["known_answer"]) == ("held", None)
    assert "nown answer" not in ann.get(f"/console/cases/{copy}").text
    for judge in (lea, eve):
        team = judge.get(f"/v1/team?queue={QUEUE}&days=7").json()
        replies_team.Team.model_validate_json(json.dumps(team), strict=True)
        assert team["known_answers"]["people"] == [
            {"reviewer": "Ann", "decided": 1, "correct": 1, "share": 1.0, "interval": [0.025, 1.0]}
        ]
        assert [(each["reviewer"], each["decided"]) for each in team["people"]] == [("Ben", 1)]
        listed = judge.get("/v1/known-answers").json()
        replies_team.KnownAnswers.model_validate_json(json.dumps(listed), strict=True)
        assert [(each["case"], each["decided"], each["correct"]) for each in listed["items"]] == [(source, 1, 1)]
        page = judge.get("/console/team").text
        assert "Known answers" in page
        assert "1 of 1" in page
        assert "the &lt;b&gt;shop&lt;/b&gt; &amp; we agree" in page
        assert "given to Ann" in judge.get(f"/console/cases/{copy}").text
    assert olga.get("/v1/team").json()["known_answers"] is None
    assert "Known answers" not in olga.get("/console/team").text
    assert ann.get("/v1/team").status_code == 403
    assert ann.get("/v1/known-answers").status_code == 403
    assert lea.get("/v1/team?queue=retail-banking").json()["queues"][0]["queue"] == QUEUE
    whole = team_report.report(house, Principal("k", "Eve", ROLES["auditor"]), 14)
    assert eve.get("/v1/team").json()["agreement"] == whole["agreement"]
    ended = lea.post(f"/console/cases/{source}/known-answer/end", follow_redirects=False)
    assert ended.status_code == 303
    assert lea.get("/v1/known-answers").json()["items"] == []
    assert lea.get("/v1/known-answers?ended=true").json()["items"][0]["ended_why"] == "taken_back"
    again = lea.post(f"/console/cases/{source}/known-answer", data={"note": "sure after all"}, follow_redirects=False)
    assert again.status_code == 303
    assert lea.delete(f"/v1/cases/{source}/known-answer").status_code == 204
    assert lea.delete(f"/v1/cases/{source}/known-answer").status_code == 404


def test_a_lead_sees_the_figures_of_their_own_queues_only(house: House) -> None:
    """A queue that somebody does not lead is refused by name, and in nothing that they see."""
    from service.domain.access import Grant, Scope
    from service.errors import Forbidden

    cards = Principal("k", "Cleo", frozenset(), grants=(Grant("cards", frozenset({Scope.LEAD, Scope.REVIEW})),))
    asked(house, "Pigeons took my card and sang of refunds.")
    with pytest.raises(Forbidden):
        team_report.report(house, cards, 14, QUEUE)
    assert team_report.report(house, cards)["queues"] == []
