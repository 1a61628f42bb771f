"""What would change, worked out over the calibration cases without changing anything."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.access import ROLES, Principal, Scope
from service.errors import Busy, Conflict, NotFound
from service.store import pointers
from service.usecases import preview_document
from service.usecases.preview_document import preview
from service.usecases.publish_document import approve, retire, submit
from service.usecases.read_document import view
from service.usecases.search_documents import search

ANN, BOB = (Principal(f"k{name}", name, ROLES["operations"]) for name in ("ann", "bob"))


def named(house):
    """Collection and id of a document that a label names."""
    with house.store.read() as connection:
        policy = house.shelf.policy(pointers.pointers(connection)[0].release)
    return policy.name, policy.collections[0], next(label.documents[0] for label in policy.labels if label.documents)


def sequence(house):
    with house.store.read() as connection:
        return pointers.document_sequence(connection)


def test_retiring_a_document_that_labels_name_shows_what_goes_to_people(house):
    """Fewer automatic decisions, the cases by their texts, and the database as it was."""
    workflow, collection, name = named(house)
    before = (sequence(house), view(house, ANN, collection, name))
    would = preview(house, ANN, collection, name, before[1]["version"])
    (told,) = would["workflows"]
    assert (would["step"], would["replaces"], told["workflow"]) == ("retire", None, workflow)
    assert told["automatic_after"] < told["automatic_before"]
    assert told["cases_changed"] > 0
    assert 0 <= told["answers_changed"] <= told["cases_changed"]
    first = told["examples"][0]
    assert first["text"]
    assert first["before"]["automatic"]
    assert name in first["before"]["documents"]
    assert not first["after"]["automatic"]
    assert name not in first["after"]["documents"]
    assert before == (sequence(house), view(house, ANN, collection, name))


def test_what_a_preview_of_a_retirement_says_comes_true(house):
    """Afterwards the share of automatic decisions is the one foretold."""
    _, collection, name = named(house)
    version = view(house, ANN, collection, name)["version"]
    foretold = preview(house, ANN, collection, name, version)["workflows"][0]
    retire(house, ANN, collection, name, version, "test")
    new = submit(house, ANN, {"collection": collection, "id": "zzz", "title": "Z", "text": "Nothing to do with it."})
    now = preview(house, ANN, collection, "zzz", new["version"])["workflows"][0]
    assert now["automatic_before"] == foretold["automatic_after"]


def test_an_approval_is_previewed_with_the_version_it_replaces(house):
    """Words about something else no longer justify the label; nothing of them is found until they are approved."""
    workflow, collection, name = named(house)
    old = view(house, ANN, collection, name)
    words = "Zebras graze on the savannah in the evening."
    new = submit(house, ANN, {"collection": collection, "id": name, "title": "Zebras", "text": words})
    would = preview(house, BOB, collection, name, new["version"])
    assert (would["step"], would["replaces"]) == ("approve", old["version"])
    assert would["sentences"][0] == f"Version {new['version']} would be found instead of version {old['version']}."
    assert would["workflows"][0]["automatic_after"] < would["workflows"][0]["automatic_before"]
    assert found(house, workflow, words) == []
    approve(house, BOB, collection, name, new["version"])
    assert found(house, workflow, words) == [new["version"]]


def found(house, workflow, words):
    items = search(house, ANN, workflow=workflow, text=words, k=3)["items"]
    return [item["version"] for item in items if item["passage"].startswith("Zebras")]


def test_words_previewed_and_then_rewritten_are_never_found(house):
    """What was worked out for a version that waits is not kept for the version that is approved."""
    from service.usecases.publish_document import return_to_draft

    workflow, collection, name = named(house)
    document = {"collection": collection, "id": name, "title": "Zebras"}
    version = submit(house, ANN, {**document, "text": "Zebras graze where lions sleep."})["version"]
    preview(house, BOB, collection, name, version)
    return_to_draft(house, BOB, collection, name, version, "no lions")
    submit(house, ANN, {**document, "text": "Zebras graze where nobody sleeps."})
    approve(house, BOB, collection, name, version)
    passages = [
        item["passage"] for item in search(house, ANN, workflow=workflow, text="zebras and lions", k=3)["items"]
    ]
    assert any("nobody" in passage for passage in passages)
    assert not any("lions" in passage for passage in passages)


def test_a_version_of_the_future_is_previewed_on_its_first_day(house):
    """Not today, when it would change nothing."""
    _, collection, name = named(house)
    document = {"collection": collection, "id": name, "title": "Z", "text": "Zebras.", "effective_from": "2999-01-01"}
    new = submit(house, ANN, document)
    would = preview(house, BOB, collection, name, new["version"])
    assert would["sentences"][0].startswith("From 2999-01-01 on, version")
    assert would["workflows"][0]["cases_changed"] > 0


def test_texts_of_cases_are_for_those_who_may_read_decisions(house):
    """Others see how many change, and how."""
    _, collection, name = named(house)
    blind = dataclasses.replace(ANN, scopes=ANN.scopes - {Scope.READ})
    version = view(house, ANN, collection, name)["version"]
    examples = preview(house, blind, collection, name, version)["workflows"][0]["examples"]
    assert examples
    assert all(example["text"] is None for example in examples)


def test_a_document_that_no_workflow_searches_changes_nothing(desk):
    """And says so."""
    desk.submit()
    would = preview(desk.house, BOB, "c", "fees", 1)
    assert would["workflows"] == []
    assert would["sentences"][-1] == "No workflow searches the collection c."


def test_what_has_ended_or_does_not_exist_is_not_previewed(desk):
    """A conflict, and a not found."""
    desk.approved()
    desk.retire(1)
    with pytest.raises(Conflict):
        preview(desk.house, BOB, "c", "fees", 1)
    with pytest.raises(NotFound):
        preview(desk.house, BOB, "c", "fees", 2)


def test_one_preview_at_a_time(desk):
    """The next one is told to come again, and gets its turn."""
    desk.submit()
    with preview_document._turn, pytest.raises(Busy):
        preview(desk.house, BOB, "c", "fees", 1)
    assert preview(desk.house, BOB, "c", "fees", 1)["version"] == 1
