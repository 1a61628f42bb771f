"""Searching documents: what a request would find, narrowed, weighted, and as of another day."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from index.model import Ranking, Signal, SignalKind
from service.domain.access import ROLES, Principal
from service.errors import InvalidRequest
from service.store import pointers
from service.usecases.publish_document import approve, retire, submit
from service.usecases.read_document import page
from service.usecases.search_documents import search
from tests.house import moved_by

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["operations"], frozenset({"staff"}))
BEN = Principal("k2", "Ben", ROLES["operations"])
WHERE = "where can I park my car at the branch"


def publish(house, name="parking", text="Park behind the branch, near the gate.", **more):
    document = {"collection": NAME, "id": name, "title": "Parking at branches", "text": text, **more}
    version = submit(house, ANN, document)["version"]
    approve(house, BEN, NAME, name, version)
    return version


def ids(found):
    return [f"{item['id'].removeprefix('doc_')}@{item['version']}" for item in found["items"]]


def test_each_hit_says_why_and_where(house):
    """Parts, each part's share, and a score that is their sum; the place in the document's text; its status."""
    text = "# Parking\n\nPark behind the branch, near the blue gate."
    publish(house, text=text)
    found = search(house, ANN, workflow=NAME, text=WHERE)
    best = found["items"][0]
    assert best["id"] == "doc_parking"
    assert best["score"] == pytest.approx(
        sum(best["shares"][name] * best["parts"][name] for name in best["parts"]), abs=1e-3
    )
    assert "blue gate" in text[best["start"] : best["end"]]
    assert best["status"] == "approved"
    assert found["as_of"] is None
    with house.store.read() as connection:
        assert found["sequence"] == pointers.document_sequence(connection)


def test_as_of_a_moment_finds_what_was_approved_then(house):
    """Yesterday the old version, last week nothing of it, today the new one; the status is today's."""
    start = house.clock()
    publish(moved_by(house, timedelta(days=1)))
    later = moved_by(house, timedelta(days=3))
    publish(later, text="Park in front of the branch from now on.")
    retire(moved_by(house, timedelta(days=5)), BEN, NAME, "parking", 2, "no more")
    now = moved_by(house, timedelta(days=6))
    assert "parking" not in str(ids(search(now, ANN, workflow=NAME, text=WHERE)))
    for days, expected in ((0.5, None), (2, "parking@1"), (4, "parking@2"), (5.5, None)):
        moment = start + timedelta(days=days)
        found = search(now, ANN, workflow=NAME, text=WHERE, as_of=moment)
        assert next((name for name in ids(found) if name.startswith("parking@")), None) == expected
    found = search(now, ANN, workflow=NAME, text=WHERE, as_of=start + timedelta(days=4))
    assert found["items"][0]["status"] == "retired"
    assert found["as_of"]


def test_filters_narrow_and_never_widen(house):
    """By id, place, own field; what is for another audience stays hidden whatever the filter says."""
    publish(house, "eu", jurisdiction=["EU"])
    publish(house, "gold", fields={"tier": ["gold"]})
    publish(house, "staff", audience=["staff"])
    publish(house, "board", audience=["board"])

    def narrowed(principal=ANN, **filters):
        wanted = {name.replace("__", "."): frozenset(values) for name, values in filters.items()}
        return set(ids(search(house, principal, workflow=NAME, text=WHERE, k=20, filters=wanted)))

    assert narrowed(jurisdiction={"EU"}) >= {"eu@1"}
    assert "gold@1" not in narrowed(jurisdiction={"EU"})
    assert narrowed(field__tier={"gold"}) == {"gold@1"}
    assert narrowed(id={"staff", "board"}) == {"staff@1"}
    assert narrowed(BEN, id={"staff", "board"}) == set()
    assert narrowed(collection={"elsewhere"}) == set()
    assert narrowed(shoe_size={"42"}) == set()


def test_weights_of_one_search(house):
    """Words alone: the parts are the same, their shares are not."""
    publish(house)
    both = search(house, ANN, workflow=NAME, text=WHERE)["items"][0]
    words = search(house, ANN, workflow=NAME, text=WHERE, weights={"dense": 0.0})["items"][0]
    assert both["shares"] == {"dense": 0.5, "lexical": 0.5}
    assert words["shares"]["lexical"] == 1.0


def test_a_signal_reads_the_attributes(house):
    """What the policy declares counts in a search as it does in a decision."""
    publish(house, "gold", fields={"tier": ["gold"]})
    publish(house, "plain")
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    release = house.shelf.open(found.release)
    signal = Signal("tier", SignalKind.CATEGORY, field="tier", attribute="segment")
    ranking = Ranking({"dense": 0.0, "lexical": 0.0, "tier": 1.0}, {NAME: (signal,)})
    workflow = dataclasses.replace(release.workflow, ranking=ranking)
    row = {**release.row, "policy": "with a signal"}
    house.shelf.hold({found.release: dataclasses.replace(release, workflow=workflow, row=row)})
    hit = search(house, ANN, workflow=NAME, text=WHERE, attributes={"segment": "gold"})["items"][0]
    assert (hit["id"], hit["parts"]["tier"]) == ("doc_gold", 1.0)


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"workflow": "none"}, "workflow"),
        ({"text": " \u200b "}, "text"),
        ({"text": "x" * 9_000}, "text"),
        ({"k": 0}, "k"),
        ({"k": 101}, "k"),
        ({"weights": {"fame": 1.0}}, "weights.fame"),
        ({"weights": {"dense": -1.0}}, "weights.dense"),
        ({"weights": {"dense": 0.0, "lexical": 0.0}}, "weights"),
        ({"attributes": {"chanel": "app"}}, "attributes.chanel"),
    ],
)
def test_what_is_wrong_is_named(house, wrong, field):
    """The field, the problem and the remedy, before anything is searched."""
    with pytest.raises(InvalidRequest) as refused:
        search(house, ANN, **{"workflow": NAME, "text": WHERE, **wrong})
    assert [problem.field for problem in refused.value.problems] == [field]
    assert refused.value.problems[0].remedy


def test_search_and_list_say_the_same_of_a_day_on_which_clocks_differed(house):
    """One machine's clock is two hours ahead: what it approved counts from its own time on, for both, though another
    approved after it."""
    start, mine = house.clock(), {"parking", "lots"}
    publish(house)
    ahead = moved_by(house, timedelta(hours=2))
    publish(ahead, text="Park in front of the branch from now on.")
    publish(house, "lots", text="The parking lot closes at eight.")
    retire(ahead, BEN, NAME, "lots", 1, "no more")
    publish(house, "lots", text="The parking lot closes at nine.")
    later = moved_by(house, timedelta(days=1))
    for hours, expected in ((-1, set()), (1, {"parking@1", "lots@2"}), (3, {"parking@2", "lots@2"})):
        moment = start + timedelta(hours=hours)
        found = search(later, ANN, workflow=NAME, text=WHERE, as_of=moment, filters={"id": frozenset(mine)})
        listed = page(later, ANN, collection=NAME, as_of=moment, limit=1_000)["items"]
        assert set(ids(found)) == expected
        assert {f"{each['id']}@{each['version']}" for each in listed if each["id"] in mine} == expected


def test_a_misspelt_field_is_told_and_not_an_empty_answer(house):
    """With the field meant; one that only others' documents have is as unknown as any."""
    publish(house, "gold", fields={"tier": ["gold"]})
    publish(house, "board", audience=["board"], fields={"secrecy": ["high"]})
    with pytest.raises(InvalidRequest) as refused:
        search(house, ANN, workflow=NAME, text=WHERE, filters={"field.teir": frozenset({"gold"})})
    (problem,) = refused.value.problems
    assert problem.field == "filters.fields.teir"
    assert problem.remedy == "did you mean `tier`?"
    with pytest.raises(InvalidRequest, match="secrecy"):
        search(house, BEN, workflow=NAME, text=WHERE, filters={"field.secrecy": frozenset({"high"})})
    silver = search(house, ANN, workflow=NAME, text=WHERE, filters={"field.tier": frozenset({"silver"})})
    assert silver["items"] == [], "a word that no document has is an answer"


def test_a_moment_before_the_first_approval_is_told(house):
    """An empty list alone would look like a search that found nothing."""
    now = house.clock()
    early = search(house, ANN, workflow=NAME, text=WHERE, as_of=now - timedelta(days=9_000))
    assert early["items"] == []
    assert early["notices"][0].startswith("Nothing that you may see was approved here before ")
    assert search(house, ANN, workflow=NAME, text=WHERE, as_of=now)["notices"] == []
    assert search(house, ANN, workflow=NAME, text=WHERE)["notices"] == []
