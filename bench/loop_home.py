"""The home folder that `bench.loop` serves from: a workflow that was shown a few examples, and the people who use it.

Made by Signoff's own commands as its owner would. One request in two is drawn for a blind check: as long as people
decide everything anyway that costs nothing, and the draws are what a certificate is made on.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.data import Message
from bench.decide_home import compiled_encoder, signoff
from service.settings import Settings
from service.usecases.house import House, open_house
from service.usecases.initialise import prepare_home
from service.usecases.manage_keys import create

WORKFLOW = "loop"
ALPHA = 0.1
DRAWN = 0.5  #: share of the requests that people check blind
KEYS = "keys.json"

#: Who works with the instance, and as what.
PEOPLE = {
    "desk": "caller",
    "rita": "reviewer",
    "rob": "reviewer",
    "ann": "model-owner",
    "ben": "model-owner",
}

_PACK = {
    "pack.yaml": """apiVersion: signoff/rules/v1
pack: {id: few-rules, owner: bench@example.org, title: What is never automatic}
matchers:
  threat: {phrases: [i will hurt you, burn down your branch]}
""",
    "threat.rule.yaml": """- id: threat
  title: Threatens somebody
  status: enforce
  severity: critical
  effect: block
  reason_code: THR-01
  reason: The text threatens somebody
  review_by: 2099-12-31
  when: {all: ["matched('threat')"]}
  tests:
    - {name: a threat, text: I will hurt you., expect: match}
    - {name: an injury, text: I hurt my hand., expect: no_match}
""",
}


def make_home(folder: Path, first: Sequence[Message], compared: int) -> None:
    """Fill `folder` with `home` and the people's keys. `compared`: decisions a candidate has to show itself on."""
    home, pack = folder / "home", folder / "few-rules"
    pack.mkdir()
    for name, text in _PACK.items():
        (pack / name).write_text(text, encoding="utf-8")
    with (folder / "first.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *first])
    prepare_home(Settings(home=home), seed=compiled_encoder())
    create_it = ["workflow", "create", WORKFLOW, "--examples", str(folder / "first.csv"), "--rules", str(pack)]
    signoff(home, *create_it, "--outcome", "allow", "--alpha", str(ALPHA))
    with (home / "workflows" / WORKFLOW / "workflow.yaml").open("a", encoding="utf-8") as policy:
        policy.write(f"random_check: {DRAWN}\nchanges: {{second_person: true}}\n")
        policy.write("models: {owner: Ann, licence: BANKING77 under CC-BY-4.0, limits: [nothing but this bench], ")
        policy.write(f"shadow_decisions: {compared}}}\n")
    signoff(home, "rules", "reload")
    with _opened(home) as house:
        keys = {name: create(house, "bench", name=name, role=role)["key"] for name, role in PEOPLE.items()}
    (folder / KEYS).write_text(json.dumps(keys), encoding="utf-8")


@contextmanager
def _opened(home: Path) -> Iterator[House]:
    house = open_house(Settings(home=home))
    try:
        yield house
    finally:
        house.close()
