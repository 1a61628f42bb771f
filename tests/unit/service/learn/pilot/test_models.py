"""Small models from scratch, zero-shot, searches for settings, and rule packs."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from rules.reading.reader import read_pack
from service.learn.errors import CannotLearn
from service.learn.material import Definition
from service.learn.pilot.bags import BagWay
from service.learn.pilot.pack import PackRules
from service.learn.pilot.study import Range, Step, Values, search
from service.learn.pilot.ways import Asked, Fewer, Known
from service.learn.pilot.zero_shot import ZeroShot
from tests.unit.service.learn.pilot.world import requests

PACK = b"""\
apiVersion: signoff/rules/v1
pack: {id: words, owner: claims, title: Words}
matchers:
  card: {phrases: [my card is lost]}
  fee: {phrases: [why this fee]}
"""
RULES = b"""\
- id: card
  title: Card
  status: enforce
  severity: low
  effect: flag
  reason_code: CARD-01
  reason: The card is lost
  when: {any: ["matched('card')"]}
  tests:
    - {name: lost, text: my card is lost, expect: match}
    - {name: other, text: hello, expect: no_match}
- id: fee
  title: Fee
  status: enforce
  severity: low
  effect: review
  reason_code: FEE-01
  reason: A fee
  when: {any: ["matched('fee')"]}
  tests:
    - {name: fee, text: why this fee, expect: match}
    - {name: other, text: hello, expect: no_match}
"""


def known(each: int, seed: int = 0) -> Known:
    rows = requests(each, seed)
    return Known([row.text for row in rows], [row.label for row in rows], [{} for _ in rows], None)


def silent(what: str, done: int, total: int) -> None:
    """Nobody."""


def test_embeddings_from_scratch_learn_words() -> None:
    """Requests with words it was taught get their label; the same seed gives the same answers."""
    taught = BagWay(searched=False).teach(known(60), silent)
    unseen = known(20, seed=9)
    said = taught.answer(Asked(unseen.texts, unseen.attributes, None))
    right = np.mean([a == b for a, b in zip(said.chosen, unseen.labels, strict=True)])
    assert right > 0.95
    assert ((said.confidence > 0) & (said.confidence <= 1)).all()
    again = BagWay(searched=False).teach(known(60), silent).answer(Asked(unseen.texts, unseen.attributes, None))
    assert np.array_equal(said.confidence, again.confidence)
    with pytest.raises(CannotLearn, match="same label"):
        BagWay(searched=False).teach(Known(["a", "b"], ["x", "x"], [{}, {}], None), silent)


def test_a_way_that_is_given_fewer_examples() -> None:
    """At most so many of each label reach it."""
    few = Fewer(BagWay(searched=False), 12)
    assert few.name.endswith("12 a label")
    unseen = known(5, seed=9)
    fewer = few.teach(known(60), silent).answer(Asked(unseen.texts, unseen.attributes, None))
    plain = BagWay(searched=False).teach(known(60), silent).answer(Asked(unseen.texts, unseen.attributes, None))
    assert not np.array_equal(fewer.confidence, plain.confidence)


def test_zero_shot_looks_at_definitions_only() -> None:
    """The nearest definition decides; without definitions there is nothing to be near to."""
    definitions = {
        "a": Definition("first", np.array([1, 0], np.float32)),
        "b": Definition("x", np.array([0, 1], np.float32)),
    }
    way = ZeroShot("e" * 64, "some encoder")
    rows = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    said = way.teach(Known([], [], [], rows[:0], definitions), silent).answer(Asked(["", ""], [{}, {}], rows))
    assert said.chosen == ("a", "b")
    assert said.confidence[0] > said.confidence[1] > 0.5
    with pytest.raises(CannotLearn, match="no label has a definition"):
        way.teach(Known([], [], [], rows[:0]), silent)


def test_a_search_begins_with_the_usual_and_ends_no_worse() -> None:
    """The first setting is tried first; trials that are given up early count as tried; the budget is kept."""
    pytest.importorskip("optuna", reason="settings are searched with the extra `models`")
    heard: list[float] = []

    def loss(values: Values, go_on: Step) -> float:
        heard.append(values["x"])
        for step in range(3):
            if not go_on(abs(np.log10(values["x"])) + 1 / (step + 1)):
                break
        return float(abs(np.log10(values["x"])))

    found = search({"x": Range(0.001, 1_000, 30.0)}, loss, seconds=60, most=30, patience=30)
    assert heard[0] == pytest.approx(30)
    assert found.loss < found.first == pytest.approx(np.log10(30))
    assert found.trials == len(heard) == 30
    assert found.pruned > 0
    only = search({"x": Range(0.001, 1_000, 30.0)}, loss, seconds=0)
    assert only.trials == 1
    assert only.values["x"] == pytest.approx(30)


def test_a_pack_gives_the_labels_that_the_owner_names() -> None:
    """A rule that matches gives its label; one that asks for a person, and silence, leave it to people."""
    pack = read_pack({"words/pack.yaml": PACK, "words/words.rule.yaml": RULES})
    now = datetime(2026, 11, 21, tzinfo=UTC)
    way = PackRules(pack, {"card": "card_lost", "fee": "fees"}, (), now)
    asked = Asked(["Hello, my card is lost", "why this fee", "good morning"], [{}, {}, {}], None)
    said = way.teach(known(5), silent).answer(asked)
    assert said.chosen == ("card_lost", None, None)
    assert said.confidence.tolist() == [1, 0, 0]
    with pytest.raises(CannotLearn, match="has no rule cart"):
        PackRules(pack, {"cart": "card_lost"}, (), now).teach(known(5), silent)
    with pytest.raises(CannotLearn, match="which no example has"):
        PackRules(pack, {"card": "cards_lost"}, (), now).teach(known(5), silent)
