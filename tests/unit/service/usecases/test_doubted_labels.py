"""The guard against poisoned labels: 5 % flipped ones in new material are noticed, honest ones are not accused."""

from __future__ import annotations

from service.domain.types import Workflow
from service.learn.recipes import Kind, Recipe
from service.store.pointers import pointer
from service.usecases.doubted_labels import doubts_of
from service.usecases.examples import Example
from service.usecases.fit_model import Ground
from tests.unit.service.usecases.model_desk import SHOP, WAYS, requests

NEXT = {"delivery": "refund", "refund": "repair", "repair": "delivery"}
MORE = "sofa desk shelf clock kite drum flute chair rug vase".split()
TIMES = "noon dawn Easter May June July August spring autumn winter".split()


def ground(house):
    with house.store.read() as connection:
        found = pointer(connection, SHOP)
    assert found is not None
    workflow: Workflow = house.shelf.policy(found.release)
    return Ground(workflow, Recipe(Kind.VECTOR, definitions=False), house.encoder)


def old():
    return [Example(text, label) for text, label in requests()]


def new(flipped):
    """Three hundred further requests, the label of every so many flipped."""
    made = [(words.format(goods, time), label) for goods in MORE for time in TIMES for label, words in WAYS.items()]
    return [
        Example(text, NEXT[label] if flipped and place % flipped == 0 else label)
        for place, (text, label) in enumerate(made)
    ]


def test_one_label_in_twenty_flipped_is_noticed(shop):
    """With how many look wrong, before and since."""
    examples = [*old(), *new(20)]
    found = doubts_of(shop, ground(shop), examples, range(len(old()), len(examples)))
    assert found.found
    assert found.new[1] == 300
    assert found.new[0] >= 12
    assert "labels that came in since the last model look wrong" in found.words


def test_honest_labels_are_not_doubted(shop):
    """However many came in."""
    examples = [*old(), *new(0)]
    found = doubts_of(shop, ground(shop), examples, range(len(old()), len(examples)))
    assert not found.found
    assert found.words == ""


def test_flips_that_all_go_one_way_are_noticed_too(shop):
    """The head that judges the new labels saw none of them, so they cannot teach it to agree."""
    flipped = [
        Example(e.text, "repair" if e.label == "refund" and p % 5 == 1 else e.label) for p, e in enumerate(new(0))
    ]
    examples = [*old(), *flipped]
    assert doubts_of(shop, ground(shop), examples, range(len(old()), len(examples))).found


def test_nothing_new_is_nothing_to_doubt(shop):
    """And nothing is fitted for it."""
    assert not doubts_of(shop, ground(shop), old(), ()).found
