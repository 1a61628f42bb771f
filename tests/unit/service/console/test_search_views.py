"""The staff search page."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Ranking, Signal, SignalKind
from service.console.search_views import (
    Wanted,
    contributions,
    found_views,
    signal_attributes,
    weight_fields,
    weights,
    why,
)
from tests.unit.service.console.document_material import hit
from tests.unit.service.console.test_rooms import WORKFLOW

EVEN = {"dense": 0.5, "lexical": 0.5}


def test_the_sentence_names_what_put_a_passage_first() -> None:
    """The part that gives more than in the next one, whatever gives most."""
    first = hit(parts={"dense": 1.0, "lexical": 0.9}, shares=EVEN)
    second = hit("fees", parts={"dense": 1.0, "lexical": 0.2}, shares=EVEN)
    assert why(first, second) == "Ahead of the next one by 0.35, by words."


def test_the_sentence_tells_what_spoke_against_it() -> None:
    """Behind in one part, ahead in two others."""
    three = {"dense": 0.4, "lexical": 0.4, "recency": 0.2}
    first = hit(parts={"dense": 1.0, "lexical": 0.9, "recency": 0.1}, shares=three)
    second = hit(parts={"dense": 0.5, "lexical": 0.5, "recency": 1.0}, shares=three)
    assert why(first, second) == "Ahead of the next one by 0.18, by meaning and words, though behind in recency."


def test_the_last_and_the_equal_have_sentences_too() -> None:
    """What most of the score is; as good as the next."""
    assert why(hit(), None) == "Most of its score is meaning."
    assert why(hit(), hit("fees")) == "As good as the next one."
    assert why(hit(parts={}, shares={}, score=0.0), None) == ""


def test_a_part_that_only_one_of_two_has_counts() -> None:
    """Collections declare signals of their own."""
    signal = hit(parts={"dense": 0.5, "lexical": 0.5, "authority": 1.0}, shares={**EVEN, "authority": 0.3})
    assert why(signal, hit(parts={"dense": 0.5, "lexical": 0.5}, shares=EVEN)).endswith("by authority.")


@given(
    st.lists(
        st.fixed_dictionaries({name: st.floats(0, 1) for name in ("dense", "lexical", "recency")}),
        min_size=1,
        max_size=4,
    )
)
def test_every_list_of_passages_has_its_sentences(parts: list[dict[str, float]]) -> None:
    """However near or far apart they are; what the parts give together is the score."""
    shares = {"dense": 0.4, "lexical": 0.35, "recency": 0.25}
    items = sorted((hit(parts=each, shares=shares) for each in parts), key=lambda item: -item["score"])
    shown = found_views(items)
    assert [each.place for each in shown] == list(range(1, len(items) + 1))
    assert all(each.why for each in shown)
    for item in items:
        assert sum(contributions(item).values()) == pytest.approx(item["score"])


def test_a_passage_leads_to_its_place_in_the_document() -> None:
    """In the very version that was found; one that is approved no more says so."""
    (shown,) = found_views([hit()])
    assert shown.address == "/console/documents/retail-banking/disputes?version=2&from=20&to=30#found"
    assert shown.status is None
    (past,) = found_views([hit(status="superseded")])
    assert past.status is not None
    assert past.status.short == "Superseded"


def test_filters_are_lists_by_commas_and_only_those_that_are_set() -> None:
    """An empty field narrows nothing."""
    wanted = Wanted(jurisdiction="GB, IE,", owner=" ", collection="retail-banking")
    assert wanted.filters == {"jurisdiction": frozenset({"GB", "IE"}), "collection": frozenset({"retail-banking"})}


def test_weights_are_numbers_or_named() -> None:
    """Those left empty are the policy's."""
    assert weights({"weight.dense": "2", "weight.lexical": " ", "text": "x"}) == ({"dense": 2.0}, ())
    assert weights({"text": "x"}) == (None, ())
    _, (problem,) = weights({"weight.dense": "two"})
    assert problem.field == "weights.dense"


def test_the_form_offers_the_parts_that_the_policy_knows() -> None:
    """Each with its usual weight, and the attributes that its signals look at."""
    near = Signal("amount_near", SignalKind.NUMBER, field="amount", attribute="amount")
    ranking = Ranking({"dense": 1.0, "lexical": 1.0}, {"retail": (near, Signal("recency", SignalKind.RECENCY))})
    workflow = dataclasses.replace(WORKFLOW, ranking=ranking)
    fields = weight_fields(workflow, {"weight.recency": "0.2"})
    assert [(field.part, field.usual, field.value) for field in fields] == [
        ("Meaning", "1", ""),
        ("Words", "1", ""),
        ("Amount near", "0", ""),
        ("Recency", "0", "0.2"),
    ]
    assert signal_attributes(workflow) == {"amount"}
