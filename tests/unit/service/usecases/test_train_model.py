"""Training makes a candidate with a report and a card, and changes nothing that answers."""

from __future__ import annotations

import pytest

from service.errors import Conflict, InvalidRequest
from service.learn.recipes import Kind, Recipe
from service.store import models, pointers
from service.usecases.promote_model import Promotion, Waived, promote, roll_back
from service.usecases.read_model import page, training_examples, view
from service.usecases.train_model import Wanted, train
from tests.unit.service.usecases.edits import records
from tests.unit.service.usecases.model_desk import OLGA, SAID, SHOP, candidate, label, requests


def answers(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, SHOP)
    assert found is not None
    return found.release


def test_a_workflow_begins_with_a_model_that_answers(shop):
    """Setting it up is its owner's own act."""
    (first,) = page(shop, workflow=SHOP)["items"]
    assert (first["state"], first["release"]) == ("active", answers(shop))
    assert first["certificate"]["use"] == 1


def test_what_is_trained_is_a_candidate(shop):
    """It has a report, a card and a certificate, stands on the ledger, and answers nobody."""
    before = answers(shop)
    model = candidate(shop)
    assert answers(shop) == before
    found = view(shop, model)
    assert (found["state"], found["kind"], found["base"]) == ("candidate", "vector", before)
    assert found["certificate"] is not None
    assert found["card"]["owner"] == "Olga"
    assert found["card"]["licence"] == SAID.licence
    assert "letters" in found["card"]["limits"]
    assert found["card"]["sources"] == {"file": 144}
    assert found["card_missing"] == []
    assert found["reliability"]["accuracy"] > 0.9
    assert found["curve"]["points"]
    (told,) = [body for body in records(shop, "model.trained") if body["by"] == OLGA.name and body["workflow"] == SHOP][
        -1:
    ]
    assert told["head"] == found["head"]


def test_a_second_model_on_the_same_cases_gets_less_of_delta(shop):
    """Each further try on the same calibration cases is tested at a smaller part of it."""
    found = view(shop, candidate(shop))["certificate"]
    assert found["use"] == 2
    assert found["level"] == pytest.approx(0.3 / 6)


def test_the_same_examples_in_the_same_way_teach_nothing_new(shop):
    """The very same head would be another model of the same name."""
    model = candidate(shop)
    with pytest.raises(Conflict, match=model):
        candidate(shop)


def test_new_checks_alone_make_another_model(shop):
    """The same head certified on the workflow's own traffic takes the place of the one certified on the file, and can
    be taken back like any other."""
    first, before = candidate(shop), answers(shop)
    promote(shop, OLGA, Promotion(first, "better", Waived(without_shadow=True, accept_less=True)))
    demo = answers(shop)
    said = [(text.replace("?", " at last?"), given) for text, given in requests()]
    label(shop, said[:20], part="calibration")
    second = candidate(shop)
    found = {each["id"]: each for each in page(shop, workflow=SHOP)["items"]}
    assert found[first]["head"] == found[second]["head"]
    assert found[first]["certificate"] != found[second]["certificate"]
    released = promote(shop, OLGA, Promotion(second, "live", Waived(without_shadow=True, accept_less=True)))
    states = {each["id"]: each["state"] for each in page(shop, workflow=SHOP)["items"]}
    assert (states[first], states[second], answers(shop)) == ("retired", "active", released.id)
    with pytest.raises(Conflict, match=second):
        candidate(shop)
    assert roll_back(shop, OLGA, second, "a mistake").id == demo
    states = {each["id"]: each["state"] for each in page(shop, workflow=SHOP)["items"]}
    assert (states[first], states[second]) == ("active", "retired")
    assert demo != before


def test_what_people_labelled_since_is_learned_from(shop):
    """With where it came from."""
    label(shop, [("Where does the courier have my sofa?", "delivery"), ("Give me my money for the sofa", "refund")])
    model = train(shop, Wanted(SHOP), "Olga")
    card = view(shop, model)["card"]
    assert card["sources"] == {"file": 144, "labelling": 2}
    assert set(view(shop, model)["card_missing"]) == {"owner", "licence"}


def test_training_examples_of_a_release_are_those_of_its_model(shop):
    """What was labelled after it was trained is not among them."""
    release = shop.shelf.open(answers(shop))
    before = training_examples(shop, release)
    label(shop, [("Where does the courier have my sofa?", "delivery")])
    assert training_examples(shop, release) == before
    assert "delivery" in {given for _, given in before}
    assert len(before) > 100


def test_a_workflow_that_is_not_there_is_named(shop):
    """As everywhere."""
    with pytest.raises(InvalidRequest, match="nowhere"):
        train(shop, Wanted("nowhere"), "Olga")


def test_what_is_wanted_survives_being_stored():
    """A job says later exactly what was asked."""
    wanted = Wanted(SHOP, Recipe(Kind.JOINED, attributes=True, votes=True), "lora", SAID)
    assert Wanted.from_json(SHOP, wanted.to_json()) == wanted


def test_a_candidate_survives_its_own_process(shop):
    """Head and calibration cases are in the database, so that any worker can promote it."""
    model = candidate(shop)
    with shop.store.read() as connection:
        row = models.get(connection, model)
    assert row is not None
    for path in (shop.home / "models").iterdir():
        path.unlink()
    assert shop.shelf.open(answers(shop)) is not None
    from service.usecases.shadow import candidate_release

    assert candidate_release(shop, row).head.labels == ("delivery", "refund", "repair")


def test_attributes_and_votes_of_the_documents_may_join(shop):
    """They are found out for every example, in training as in serving."""
    model = candidate(shop, Recipe(Kind.JOINED, attributes=True, votes=True))
    with shop.store.read() as connection:
        row = models.get(connection, model)
    assert row is not None
    assert row.recipe["votes"]
    assert view(shop, model)["reliability"]["accuracy"] > 0.9
