"""A small workflow to train models of: a shop's requests, which words alone tell apart, and people who label more."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.domain.access import ROLES, Principal
from service.domain.types import EvidencePolicy, Outcome
from service.learn.recipes import Kind, Recipe
from service.store import examples, payloads
from service.usecases.collect import words_of
from service.usecases.create_workflow import Plan, create_workflow
from service.usecases.house import House
from service.usecases.make_decision import Ask, decide
from service.usecases.model_card import Said
from service.usecases.train_model import Wanted, train

SHOP = "shop"
OLGA = Principal("k1", "Olga", ROLES["model-owner"])
PETE = Principal("k2", "Pete", ROLES["model-owner"])
CALLER = Principal("k3", "caller", ROLES["caller"])
SAID = Said("Olga", "the shop's own records", ("letters",))
VECTOR = Recipe(Kind.VECTOR)

GOODS = "shoes shirt lamp table phone kettle jacket mirror carpet radio bicycle toaster".split()
DAYS = "Monday Tuesday Friday Sunday".split()
WAYS = {
    "delivery": "When will the parcel with my {} arrive, it was promised for {}?",
    "refund": "I sent the {} back on {}, please pay me my money back.",
    "repair": "The {} is broken since {}, who can mend it?",
}


def requests() -> Iterator[tuple[str, str]]:
    """Text and label of every request there is."""
    for label, words in WAYS.items():
        for goods in GOODS:
            for day in DAYS:
                yield words.format(goods, day), label


def open_shop(house: House, folder: Path) -> None:
    """Make the workflow from its requests, with a promise that a few cases can keep."""
    path = folder / "shop.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("text", "label"), *requests()])
    plan = Plan(
        SHOP,
        path,
        None,
        "retail-banking",
        evidence=EvidencePolicy.OFF,
        outcome=Outcome.ALLOW,
        alpha=0.3,
        delta=0.3,
    )
    create_workflow(house, plan, "Olga")


def label(house: House, said: Sequence[tuple[str, str]], part: str = "train", by: str = "Rita") -> None:
    """Let somebody label further requests, as the labelling queue would."""
    now = house.clock()
    for text, given in said:
        payload = house.new_id("pay")
        data = json.dumps({"text": text, "attributes": {}}).encode()
        row = {
            "id": house.new_id("exa"),
            "workflow": SHOP,
            "payload": payload,
            "words": words_of(house, text),
            "labels": [given],
            "part": part,
            "source": "labelling",
            "by": by,
            "probability": 1.0,
            "created_at": now,
        }

        def work(connection, payload=payload, data=data, row=row):
            payloads.add(connection, None, now, (payload, "request", data))
            examples.add(connection, row)

        house.store.commit(work)


def candidate(house: House, recipe: Recipe = VECTOR, said: Said = SAID, by: str = "Olga") -> str:
    """A model of another kind than the one that answers."""
    return train(house, Wanted(SHOP, recipe, said=said), by)


def ask(house: House, number: int, **attributes: object) -> list[dict[str, object]]:
    """So many requests decided; the answers."""
    texts = [text.replace("?", " at last?") for text, _ in requests()][:: max(1, len(list(requests())) // number)]
    return [json.loads(decide(house, CALLER, Ask(SHOP, text, attributes)).body) for text in texts[:number]]
