"""A shop whose labels name documents, so that replies can be drafted; people, and a clock that tests set."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from index.encoder import EncoderPool
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.settings import Settings
from service.store import drafts, ledger, pointers
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases import claim_case, publish_document, read_case, resolve_case
from service.usecases.establish import establish
from service.usecases.house import House, furnish
from service.usecases.make_decision import Ask, decide
from service.usecases.reload_rules import reload
from service.usecases.resolve_case import Resolution
from service.usecases.secret import make_secret
from tests.unit.service.usecases.document_desk import ANN, BOB, Clock
from tests.unit.service.usecases.labelling_room import PACK, RULE
from tests.unit.service.usecases.traffic import usual

SHOP = "shop"
RITA = Principal("k3", "Rita", ROLES["reviewer"])
LEA = Principal("k4", "Lea", ROLES["lead"])
CALLER = Principal("k2", "shop", ROLES["caller"])

REFUNDS = "We refund the price within 14 days of getting the goods back. Send them to returns@shop.example."
PARCELS = "A parcel arrives within 3 working days. The driver leaves a card when nobody is at home."
POLICY = """\
workflow: shop
packs: [p]
collections: [shop]
attributes:
  channel: {type: string, values: [app, web]}
queue: {name: shop}
guarantee: {alpha: 0.2, delta: 0.2}
evidence: off
replies:
  greeting: Thank you for your message.
  closing: |
    Kind regards
    The shop
  language_model:
    tone: Warm.
    most_words: 80
labels:
  - id: delivery
    title: Delivery
    outcome: allow
    autonomy: auto
    documents: [parcels]
  - id: refund
    title: Money back
    outcome: allow
    autonomy: draft
    documents: [refunds]
    public_reason: You get your money back.
    reply: |
      {public_reason}

      {passages}
  - {id: repair, outcome: allow, autonomy: draft}
"""
REFUND = "I sent the kettle back within two weeks, pay me my money for the goods. My card is 4111 1111 1111 1111."
DELIVERY = "When will the parcel with my kettle arrive?"


def build(folder: Path, encoder: EncoderPool) -> None:
    """Make the instance: once, for all tests to copy."""
    examples = [
        {"text": text, "label": label, "part": "calibration" if place < 120 else "train"}
        for place, (text, label) in enumerate(usual(300, 0))
    ]
    for path, text in (
        (folder / "workflows" / SHOP / "workflow.yaml", POLICY),
        (folder / "workflows" / SHOP / "examples.jsonl", "".join(json.dumps(each) + "\n" for each in examples)),
        (folder / "packs" / "p" / "pack.yaml", PACK),
        (folder / "packs" / "p" / "first.rule.yaml", RULE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    make_secret(folder)
    with desk_in(folder, encoder) as desk:
        for name, text in (("refunds", REFUNDS), ("parcels", PARCELS)):
            desk.approve(name, text)
        establish(desk.house, SHOP, "Olga", "opened")


@contextmanager
def desk_in(home: Path, encoder: EncoderPool) -> Iterator[ReplyDesk]:
    """The instance opened."""
    settings, clock = Settings(home=home), Clock()
    store = open_store(settings.database)
    migrate(store)
    secret = bytes.fromhex((home / "secret.key").read_text())
    house = furnish(settings, store, encoder, secret, clock)
    yield ReplyDesk(house, clock)
    house.close()


@dataclass
class ReplyDesk:
    """The instance, and what tests do with it."""

    house: House
    clock: Clock

    def approve(self, name: str, text: str) -> int:
        """Submitted by Ann, approved by Bob; the version."""
        written = {"id": name, "title": name.title(), "text": text, "collection": SHOP, "owner": "ops"}
        version = publish_document.submit(self.house, ANN, written)["version"]
        publish_document.approve(self.house, BOB, SHOP, name, version)
        return int(version)

    def asking(self, url: str, **settings: Any) -> None:
        """From now on a language model behind that address drafts."""
        given = {"writer_url": url, "writer_model": "small", "writer_seconds": 60.0, "writer_key": SecretStr("key")}
        changed = Settings(**{**self.house.settings.model_dump(), **given, **settings})
        self.house = dataclasses.replace(self.house, settings=changed)

    def unread(self) -> None:
        """Edit the policy: what a language model writes also goes out with what is automatic."""
        path = self.house.home / "workflows" / SHOP / "workflow.yaml"
        path.write_text(path.read_text().replace("    tone: Warm.\n", "    tone: Warm.\n    reviewed: false\n"))
        reload(self.house, "Olga")

    @property
    def pointer(self) -> pointers.Pointer:
        with self.house.store.read() as connection:
            found = pointers.pointer(connection, SHOP)
        assert found is not None
        return found

    def ask(self, text: str = REFUND, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(decide(self.house, CALLER, Ask(SHOP, text, {}, **more)).body)
        return answer

    def case(self, text: str = REFUND, **more: Any) -> str:
        return str(self.ask(text, **more)["case"])

    def claim(self, case: str, person: Principal = RITA) -> str:
        return str(claim_case.claim(self.house, person, case)["token"])

    def read(self, case: str, person: Principal = RITA) -> dict[str, Any]:
        return read_case.view(self.house, person, case)

    def decide(self, case: str, reply: str | None, labels: tuple[str, ...] = ("refund",)) -> dict[str, Any]:
        token = self.claim(case)
        resolution = Resolution(labels, "checked", Outcome.ALLOW, note="They say so.", reply=reply)
        return resolve_case.resolve(self.house, RITA, case, token, resolution)

    def drafts(self, case: str) -> list[Any]:
        with self.house.store.read() as connection:
            return drafts.of_case(connection, case)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's records of that kind, oldest first."""
        with self.house.store.read() as connection:
            records = [json.loads(record) for _, record, _ in ledger.walk(connection)]
        return [record["body"] for record in records if record["kind"] == kind]
