"""A round through every page of the console, with something on each of them that people wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Browser, BrowserContext

import service.console.routes
from service.domain.access import ROLES, Principal
from service.settings import Settings
from service.store import doubts
from service.usecases import label_queue, manage_people
from service.usecases.backlog import Unlabelled
from service.usecases.collect import words_of
from service.usecases.house import open_house
from service.usecases.manage_keys import create
from service.usecases.publish_document import submit
from service.usecases.start_labelling import at_hand, start
from tests.house import LiveServer

WORKFLOW = "retail-banking"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
HELD = "I was charged twice for one card payment. Mend it or I go to the ombudsman."

#: Answers that are no page: a part of one, or a way to another.
NO_PAGES = frozenset(
    {
        "/console/decisions/find",
        "/console/labelling/{workflow}/doubts/look",
        "/console/models/jobs",
        "/console/live",
        "/console/cases/{case_id}/colleagues",
        "/console/cases/{case_id}/draft",
        "/console/provider",
        "/console/provider/back",
    }
)


#: A line of a file that people write words into.
_WRITTEN = re.compile(
    r"^(?P<before> *(?:- )?(?:title|definition|reason|public_reason): )(?P<text>[^|>].*)$", re.MULTILINE
)
_BOUND = re.compile(r"^(?P<before> {6}- )(?P<text>\w.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Stop:
    """A page: the route that answers, the address, and who opens it."""

    route: str
    address: str
    who: str


def routes() -> set[str]:
    """Every page's route."""
    app = FastAPI()
    service.console.routes.install(app, None)  # type: ignore[arg-type]
    found = {context.path or "" for context in iter_route_contexts(app.routes) if "GET" in (context.methods or ())}
    return {path for path in found if path.startswith("/console")} - NO_PAGES


def write_into_files(home: Path, words: str) -> None:
    """Put `words` where files can carry them: names and reasons of workflow, labels and rules."""

    def longer(line: re.Match[str]) -> str:
        return line["before"] + json.dumps(yaml.safe_load(line["text"]) + words)

    policy = home / "workflows" / WORKFLOW / "workflow.yaml"
    written = _BOUND.sub(longer, _WRITTEN.sub(longer, policy.read_text()))
    policy.write_text(written.replace("random_check: 0.0", "random_check: 0.0\nchanges: {second_person: true}", 1))
    for pack in (home / "packs").rglob("*.rule.yaml"):
        pack.write_text(_WRITTEN.sub(longer, pack.read_text()))


class Tour:
    """A server whose pages all have something on them; `words` are at the end of everything that people wrote."""

    def __init__(self, server: LiveServer, words: str = "") -> None:
        self.server = server
        self.words = words
        self.keys = {"rita": server.reviewer_key, "ops": server.operations_key, "audit": server.keys.auditor}
        house = open_house(Settings(home=server.home))
        names = {
            "maria": ("maria" + words, "reviewer"),
            "olga": ("olga" + words, "model-owner"),
            "lena": ("lena" + words, "lead"),
        }
        self.keys |= {who: create(house, "tests", name=name, role=role)["key"] for who, (name, role) in names.items()}
        self.person = manage_people.create(house, "tests", name="Paula" + words[:60], role="reviewer")["id"]
        house.close()
        self.blind = self._checked_blind()
        write_into_files(server.home, words.translate({ord("{"): "(", ord("}"): ")"}))  # braces name an attribute there
        self.call("ops", "/v1/rules/reload", {})
        self.stops = (*self._cases(), *self._documents(), *self._models(), *self._rules(), *self._others())

    def sign_in(self, browser: Browser, who: str, **options: Any) -> BrowserContext:
        """A browser of one's own, signed in."""
        context = browser.new_context(viewport={"width": 1360, "height": 900}, **options)
        page = context.new_page()
        page.goto(f"{self.server.url}/console/sign-in")
        page.get_by_text("With an API key").click()  # there are accounts too
        page.fill("#key", self.keys[who])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "sign-in" not in address)
        return context

    def call(self, who: str, path: str, body: object | None = None) -> Any:
        """One request to the API, which must succeed."""
        answer = httpx.request(
            "GET" if body is None else "POST",
            self.server.url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.keys.get(who, self.server.caller_key)}"},
            timeout=120,
        )
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json() if answer.content else None

    def ask(self, text: str) -> Any:
        asked = {
            "workflow": WORKFLOW,
            "text": text,
            "attributes": {"country": "AT" + self.words, "segment": self.words or "retail"},
            "subject": "customer-7",
        }
        return self.call("caller", "/v1/decisions", asked)

    def _cases(self) -> Iterator[Stop]:
        waiting, taken, decided = (self.ask(HELD + each + self.words) for each in ("", " It was 20.", " It was 30."))
        self.call("maria", f"/v1/cases/{taken['case']}/claim", {})
        token = self.call("maria", f"/v1/cases/{decided['case']}/claim", {})["token"]
        said = {"labels": [], "outcome": "block", "reason_code": "none_of_these", "note": "Not for us.", "token": token}
        written = {"note": "Not for us." + self.words, "reply": "We are sorry." + self.words}
        self.call("maria", f"/v1/cases/{decided['case']}/decide", said | written)
        yield Stop("/console", "/console", "rita")
        queue = self.call("rita", f"/v1/cases/{waiting['case']}")["queue"]
        yield Stop("/console/queues/{queue}", f"/console/queues/{queue}", "rita")
        yield Stop("/console/queues/{queue}", f"/console/queues/{queue}?state=decided", "audit")
        for case in (waiting["case"], taken["case"], decided["case"], self.blind):
            yield Stop("/console/cases/{case_id}", f"/console/cases/{case}", "rita")
        self.waiting = waiting["case"]
        beside = "/console/cases/{case_id}/beside"
        yield Stop(beside, f"/console/cases/{waiting['case']}/beside", "rita")
        for case in (waiting["case"], taken["case"]):
            self.call("maria", f"/v1/cases/{case}/comment", {"text": "Look at page 2." + self.words})
        many = "/console/queues/{queue}/bulk"
        yield Stop(many, f"/console/queues/{queue}/bulk", "lena")
        yield Stop(many, f"/console/queues/{queue}/bulk?like={decided['case']}&least=0.7", "lena")
        yield Stop("/console/team", "/console/team", "lena")
        yield Stop("/console/cases/{case_id}", f"/console/cases/{taken['case']}", "lena")
        yield Stop("/console/decisions", "/console/decisions", "ops")
        yield Stop("/console/decisions/{decision_id}", f"/console/decisions/{decided['id']}", "ops")
        yield Stop("/console/decisions/{decision_id}/rules", f"/console/decisions/{decided['id']}/rules", "ops")
        about = "/console/decisions/{decision_id}/explanation"
        yield Stop(about, f"/console/decisions/{waiting['id']}/explanation", "olga")

    def _checked_blind(self) -> str:
        """A case that was drawn at random, while everything was."""
        policy = self.server.home / "workflows" / WORKFLOW / "workflow.yaml"
        written = policy.read_text()
        policy.write_text(written.replace("random_check: 0.0", "random_check: 1.0", 1))
        self.call("ops", "/v1/rules/reload", {})
        policy.write_text(written)
        decision = self.ask(CLEAR)["id"]
        items = self.call("rita", f"/v1/cases?queue={WORKFLOW}")["items"]
        return str(next(each["id"] for each in items if each["decision"] == decision))

    def _documents(self) -> Iterator[Stop]:
        house, ann = (
            open_house(Settings(home=self.server.home)),
            Principal("k1", "Ann" + self.words, ROLES["operations"]),
        )
        body = f"# Herons{self.words}\n\nHerons on the roof are left alone.{self.words}"
        document = {
            "collection": WORKFLOW,
            "id": "herons",
            "title": "Herons on the roof" + self.words,
            "text": body,
            "owner": "Facilities" + self.words,
        }
        submit(house, ann, document)
        self.call("ops", f"/v1/documents/{WORKFLOW}/herons/approve", {"version": 1})
        submit(house, ann, document | {"text": body + "\n\nAnd fed." + self.words})
        house.close()
        here = "/console/documents/{collection}/{document_id}"
        one = f"/console/documents/{WORKFLOW}/herons"
        yield Stop("/console/documents", "/console/documents", "ops")
        yield Stop("/console/documents/import", "/console/documents/import", "ops")
        yield Stop("/console/documents/new", "/console/documents/new", "ops")
        yield Stop(here, one, "ops")
        yield Stop(here + "/edit", one + "/edit?version=2", "ops")
        yield Stop(here + "/diff", one + "/diff?older=1&newer=2", "ops")
        yield Stop(here + "/preview", one + "/preview?version=2", "ops")
        yield Stop("/console/search", "/console/search?text=herons+roof", "ops")

    def _models(self) -> Iterator[Stop]:
        house = open_house(Settings(home=self.server.home))
        policy, _ = at_hand(house, WORKFLOW)
        ann = Principal("k1", "Ann" + self.words, ROLES["reviewer"])
        start(house, policy, [Unlabelled("I forgot my PIN" + self.words)], "tests", calibration=0)
        item = label_queue.claim_next(house, ann, WORKFLOW)
        assert item is not None
        said = label_queue.give(house, ann, item["item"], item["token"], ["complaint"])
        found = {"id": house.new_id("dou"), "workflow": WORKFLOW, "example": said["example"], "labels": ["complaint"]}
        chances = {"looks_like": "pin_help", "too_much": False, "probability": 0.98, "given": 0.01}
        row = found | chances | {"words": words_of(house, item["text"]), "found_at": house.clock()}
        house.store.commit(lambda connection: doubts.replace(connection, WORKFLOW, [row]))
        house.close()
        model = self.call("olga", "/v1/models")["items"][0]["id"]
        yield Stop("/console/labelling", "/console/labelling", "rita")
        yield Stop("/console/labelling/{workflow}", f"/console/labelling/{WORKFLOW}", "rita")
        yield Stop("/console/labelling/{workflow}/doubts", f"/console/labelling/{WORKFLOW}/doubts", "olga")
        yield Stop("/console/labelling/{workflow}/proposals", f"/console/labelling/{WORKFLOW}/proposals", "olga")
        yield Stop("/console/models", "/console/models", "olga")
        yield Stop("/console/models/{model_id}", f"/console/models/{model}", "olga")
        yield Stop("/console/watch", "/console/watch", "olga")
        yield Stop("/console/watch/{workflow}", f"/console/watch/{WORKFLOW}", "olga")

    def _rules(self) -> Iterator[Stop]:
        path = self.server.home / "packs/retail-banking/conduct.rule.yaml"
        path.write_text(path.read_text().replace("severity: medium", "severity: high", 1))
        proposed = self.call("ops", "/v1/rules/reload", {})
        releases = self.call("ops", "/v1/releases")["items"]
        rule, first = "authority-or-lawyer-named", releases[-1]["id"]
        why = {"minutes": 60, "why": "It fires on addresses." + self.words}
        self.call("ops", f"/v1/rules/{rule}/disable", why)
        yield Stop("/console/rules", "/console/rules", "ops")
        yield Stop("/console/rules/change", "/console/rules/change", "ops")
        yield Stop("/console/rules/rollback", f"/console/rules/rollback?workflow={WORKFLOW}&to={first}", "ops")
        yield Stop("/console/rules/proposals", "/console/rules/proposals", "ops")
        one = "/console/rules/proposals/{proposal_id}"
        yield Stop(one, f"/console/rules/proposals/{proposed['proposal']}", "ops")
        yield Stop("/console/rules/history", "/console/rules/history", "audit")
        yield Stop("/console/rules/{rule_id}", f"/console/rules/{rule}", "ops")
        yield Stop("/console/rules/{rule_id}/file", f"/console/rules/{rule}/file", "ops")
        yield Stop("/console/rules/{rule_id}/disable", "/console/rules/irish-authority-named/disable", "ops")

    def _others(self) -> Iterator[Stop]:
        told = {"name": "core" + self.words, "url": "https://93.184.216.34/x", "types": ["webhook.*"], "workflows": []}
        hook = self.call("ops", "/v1/webhooks", told)["id"]  # it hears of itself alone, so nothing is sent
        yield Stop("/console/webhooks", "/console/webhooks", "ops")
        yield Stop("/console/webhooks/{webhook}", f"/console/webhooks/{hook}", "ops")
        yield Stop("/console/people", "/console/people", "ops")
        yield Stop("/console/people/{person}", f"/console/people/{self.person}", "ops")
        yield Stop("/console/account", "/console/account", "rita")
        yield Stop("/console/password", "/console/password", "")
        yield Stop("/console/preferences", "/console/preferences", "rita")
        yield Stop("/console/try", "/console/try", "ops")
        yield Stop("/console/sign-in", "/console/sign-in", "")
        yield Stop("/console/{rest:path}", "/console/nowhere", "rita")


def told(found: Any) -> str:
    """What axe found, short enough to read."""
    return json.dumps(found, indent=1, ensure_ascii=False)
