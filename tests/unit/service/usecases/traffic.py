"""A kiosk's live traffic: requests of the kind that its model was made for, others, and people who check them."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from index.encoder import EncoderPool
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.settings import Settings
from service.store import ledger, pointers
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases.claim_case import claim
from service.usecases.establish import establish
from service.usecases.house import House, furnish
from service.usecases.make_decision import Ask, decide
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.secret import make_secret
from tests.unit.service.usecases.document_desk import Clock
from tests.unit.service.usecases.labelling_room import PACK, RULE

KIOSK = "kiosk"
OLGA = Principal("k1", "Olga", ROLES["model-owner"])
CALLER = Principal("k2", "shop", ROLES["caller"])
RITA = Principal("k3", "Rita", ROLES["reviewer"])

POLICY = """\
workflow: kiosk
packs: [p]
collections: [kiosk]
attributes:
  channel: {type: string, values: [app, web]}
queue: {name: kiosk}
guarantee: {alpha: 0.2, delta: 0.2}
evidence: off
random_check: 0.5
watch: {on_alarm: people}
labels:
  - {id: delivery, outcome: allow, autonomy: auto}
  - {id: refund, outcome: allow, autonomy: auto}
  - {id: repair, outcome: allow, autonomy: auto}
"""

_GOODS = "shoes shirt lamp table phone kettle jacket mirror carpet radio bicycle toaster".split()
_WAYS = {
    "delivery": ("When will the parcel with my {} arrive?", "Your driver has not brought the {} yet", "Where is my {}"),
    "refund": ("I sent the {} back, pay me my money", "Please give me the money for the {}", "Refund the {} to me"),
    "repair": ("The {} is broken, who can mend it?", "My {} does not work any more", "A part of the {} came off"),
}
_ENDS = ("", ", please", " today", " at once", ", thank you", " now")
_TOPICS = "tomato violin glacier volcano opera sonnet comet orchid".split()
_ASKED = ("Who painted the {} of Vienna?", "How deep grows a {} in winter?", "Which king loved the {} of his mother?",
          "Name three poems about the {}", "Is the {} older than the moon?", "Compare the {} with the sea")  # fmt: skip

#: Requests that no kiosk gets.
OTHERS = tuple(asked.format(topic) for topic in _TOPICS for asked in _ASKED)


def _requests(seed: int) -> list[tuple[str, str]]:
    every = [
        (words.format(goods) + end, label)
        for label, ways in _WAYS.items()
        for words in ways
        for goods in _GOODS
        for end in _ENDS
    ]
    random.Random(seed).shuffle(every)
    return every


def usual(number: int, seed: int = 1) -> list[tuple[str, str]]:
    """So many requests of the model's own kind, with what they are."""
    return _requests(seed)[:number]


def build(folder: Path, encoder: EncoderPool) -> None:
    """Make the instance: once, for all tests to copy."""
    examples = [
        {"text": text, "label": label, "part": "calibration" if place < 120 else "train"}
        for place, (text, label) in enumerate(_requests(0)[:300])
    ]
    for path, text in (
        (folder / "workflows" / KIOSK / "workflow.yaml", POLICY),
        (folder / "workflows" / KIOSK / "examples.jsonl", "".join(json.dumps(each) + "\n" for each in examples)),
        (folder / "packs" / "p" / "pack.yaml", PACK),
        (folder / "packs" / "p" / "first.rule.yaml", RULE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    make_secret(folder)
    with kiosk_in(folder, encoder) as kiosk:
        establish(kiosk.house, KIOSK, "Olga", "opened")


@contextmanager
def kiosk_in(home: Path, encoder: EncoderPool) -> Iterator[Kiosk]:
    """The instance opened."""
    settings, clock = Settings(home=home), Clock()
    store = open_store(settings.database)
    migrate(store)
    secret = bytes.fromhex((home / "secret.key").read_text())
    house = furnish(settings, store, encoder, secret, clock)
    yield Kiosk(house, clock)
    house.close()


def copied(built: Path, target: Path, encoder_folder: Path) -> Path:
    """A home of one's own, with the encoder that commands look for."""
    shutil.copytree(built, target)
    shutil.copytree(encoder_folder, target / "encoder", copy_function=os.link)
    return target


@dataclasses.dataclass
class Kiosk:
    """The instance, and what tests do with it."""

    house: House
    clock: Clock

    @property
    def pointer(self) -> pointers.Pointer:
        with self.house.store.read() as connection:
            found = pointers.pointer(connection, KIOSK)
        assert found is not None
        return found

    def under(self, **watch: Any) -> None:
        """Change what the policy says of watching."""
        release = self.house.shelf.open(self.pointer.release)
        workflow = release.workflow
        changed = dataclasses.replace(workflow, watch=dataclasses.replace(workflow.watch, **watch))
        self.house.shelf.put(dataclasses.replace(release, workflow=changed))

    def later(self, days: float) -> None:
        self.clock.now += timedelta(days=days)

    def send(self, texts: Iterable[str], **attributes: object) -> list[dict[str, Any]]:
        """Have them decided, every other one drawn for a check; the answers."""
        turn = iter(range(10**9))
        house = dataclasses.replace(self.house, draw=lambda: (next(turn) % 2) * 0.9)
        return [json.loads(decide(house, CALLER, Ask(KIOSK, text, attributes)).body) for text in texts]

    def check(
        self, answers: Sequence[dict[str, Any]], label: str | None = None, outcome: Outcome = Outcome.ALLOW
    ) -> None:
        """Rita decides every case there is: as the model says, or all alike."""
        for answer in answers:
            if answer["case"]:
                token = claim(self.house, RITA, answer["case"])["token"]
                labels = (label or answer["labels"][0]["label"],)
                resolve(
                    self.house, RITA, answer["case"], token, Resolution(labels, "checked", outcome, note="They say so.")
                )

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's records of that kind, oldest first."""
        with self.house.store.read() as connection:
            records = [json.loads(record) for _, record, _ in ledger.walk(connection)]
        return [record["body"] for record in records if record["kind"] == kind]
