"""A small workflow that nobody has labelled anything for: files, a database, people, and a clock that tests set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from service.domain.access import ROLES, Principal
from service.domain.types import Workflow
from service.settings import Settings
from service.store import artefacts, decisions, ledger, payloads, pointers
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases import label_queue
from service.usecases.backlog import Unlabelled
from service.usecases.collect import teach
from service.usecases.house import House, furnish
from service.usecases.start_labelling import at_hand, start
from tests.unit.service.usecases.document_desk import Clock

NAME = "small"
ANN = Principal("k1", "Ann", ROLES["reviewer"])
BEN = Principal("k2", "Ben", ROLES["reviewer"])

POLICY = """\
# the policy of a small workflow
workflow: small
packs: [p]
collections: [small]
attributes:
  channel: {type: string, values: [app, web]}
queue: {name: small, lease_minutes: 10}
guarantee: {alpha: 0.3, delta: 0.3}
labels:
  # money back
  - id: refund
    title: Money back
    definition: Somebody wants money back.
    outcome: allow
  - id: card  # of plastic
    title: Cards
  - id: fees
    title: Fees
"""

PACK = """\
apiVersion: signoff/rules/v1
pack: {id: p, owner: tests, title: One rule}
attributes:
  channel: {type: string, values: [app, web]}
"""

RULE = """\
- id: card-number
  title: Full card number in the text
  status: enforce
  severity: medium
  effect: flag
  reason_code: PII-02
  reason: The text has a full card number
  citation: ["PCI DSS 4.0, requirement 3.4"]
  review_by: 2099-06-30
  obligations: {redact: [card]}
  when:
    all: [pii('card')]
  tests:
    - {name: a card, text: "My card 4242 4242 4242 4242 was declined", expect: match}
    - {name: a wrong check digit, text: "My card 4242 4242 4242 4243 was declined", expect: no_match}
"""


class Room:
    """The instance, and what tests do with it."""

    def __init__(self, house: House, clock: Clock) -> None:
        self.house = house
        self.clock = clock

    @property
    def policy(self) -> Workflow:
        return at_hand(self.house, NAME)[0]

    @property
    def folder(self) -> Path:
        return self.house.home / "workflows" / NAME

    def hand_in(self, texts: Sequence[str], calibration: int = 0) -> Any:
        return start(self.house, self.policy, [Unlabelled(text) for text in texts], "Ann", calibration=calibration)

    def claim(self, who: Principal = ANN) -> dict[str, Any]:
        item = label_queue.claim_next(self.house, who, NAME)
        assert item is not None
        return item

    def label(self, *labels: str, who: Principal = ANN) -> dict[str, Any]:
        """Label whatever comes next."""
        item = self.claim(who)
        return label_queue.give(self.house, who, item["item"], item["token"], labels) | {"text": item["text"]}

    def examples_file(self, *rows: dict[str, Any]) -> None:
        (self.folder / "examples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def decided(
        self, text: str, labels: Sequence[str], drawn: float | None = None, by: str = "Ann", days: float = 0
    ) -> str:
        """A decision of somebody's request, reviewed and taught from; its id."""
        house, at = self.house, self.clock() + timedelta(days=days)
        decision, request = house.new_id("dec"), house.new_id("pay")
        data = json.dumps({"text": text, "attributes": {}, "subject": "s"}).encode()

        def work(connection: Any) -> None:
            _release(connection, at)
            payloads.add(connection, "s", at, (request, "request", data), (f"{request}a", "answer", b"{}"))
            made = {
                "id": decision,
                "workflow": NAME,
                "release": "rel_0",
                "principal": "caller",
                "groups": [],
                "document_sequence": 0,
                "created_at": at,
                "request": request,
                "answer": f"{request}a",
                "state": "final",
                "outcome": "allow",
                "decided_by": "reviewer",
                "labels": list(labels),
                "probability": drawn,
            }
            decisions.add(connection, made)
            self.teach(connection, decision, request, labels, drawn, by)

        house.store.commit(work)
        return decision

    def teach(
        self, connection: Any, decision: str, request: str, labels: Sequence[str], drawn: float | None, by: str = "Ann"
    ) -> bool:
        return teach(
            connection,
            self.house,
            decision=decision,
            request_payload=request,
            labels=labels,
            by=by,
            drawn=drawn,
            suggested="refund" if drawn is None else None,
            now=self.clock(),
        )

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        """The bodies of the ledger's records of these kinds, oldest first."""
        with self.house.store.read() as connection:
            records = [json.loads(record) for _, record, _ in ledger.walk(connection)]
        return [record["body"] for record in records if record["kind"] in kinds]


def _release(connection: Any, at: datetime) -> None:
    """A release of the workflow's decisions; no pointer names it, so the files count."""
    if pointers.release(connection, "rel_0") is None:
        digest = artefacts.put(connection, "rules", b"x", at)
        row: dict[str, Any] = dict.fromkeys(("rules", "policy", "head", "calibration", "snapshot", "encoder"), digest)
        row |= {"id": "rel_0", "workflow": NAME, "route": {}, "certificate": None, "refusal": None}
        pointers.add_release(connection, **row, created_at=at, created_by="tests", why="tests")


@contextmanager
def room_in(home: Path, encoder: Any = None) -> Iterator[Room]:
    """The room, with an encoder where a test needs vectors."""
    for path, text in (
        (home / "workflows" / NAME / "workflow.yaml", POLICY),
        (home / "packs" / "p" / "pack.yaml", PACK),
        (home / "packs" / "p" / "first.rule.yaml", RULE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings, clock = Settings(home=home), Clock()
    store = open_store(settings.database)
    migrate(store)
    house = furnish(settings, store, cast("Any", encoder), bytes(32), clock)
    yield Room(house, clock)
    house.close()
