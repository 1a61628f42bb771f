"""The parts of a score, and what they come to together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import DENSE, LEXICAL, MOST_WEIGHT, FieldValue, Prefer, Query, Ranking, Signal, SignalKind
from index.signals.parts import check_weights, fuse_parts, parts_of, weights_of

TODAY = date(2026, 6, 1)
AGE = Signal("age", SignalKind.RECENCY)
PRODUCT = Signal("product", SignalKind.CATEGORY, field="products", attribute="product")
STANDING = Signal("standing", SignalKind.AUTHORITY, field="standing", worth={"law": 1.0, "note": 0.5})
AMOUNT = Signal("amount", SignalKind.NUMBER, field="limit", attribute="amount", most=100, prefer=Prefer.NEAR)
LINKS = Signal("links", SignalKind.GRAPH)
ALL = (AGE, PRODUCT, STANDING, AMOUNT, LINKS)


@dataclass
class Rows:
    """Candidates in memory; says which columns were asked for."""

    collection: Sequence[str]
    days: Sequence[int] = ()
    held: Sequence[Mapping[str, FieldValue]] = ()
    vectors: Sequence[Sequence[float]] = ()
    asked: list[str] = field(default_factory=list)

    def collections(self):
        self.asked.append("collections")
        return self.collection

    def ids(self):
        self.asked.append("ids")
        return [str(place) for place in range(len(self.collection))]

    def effective(self):
        self.asked.append("effective")
        return np.array(self.days, dtype=np.int32)

    def fields(self):
        self.asked.append("fields")
        return self.held

    def graph(self):
        self.asked.append("graph")
        return np.array(self.vectors, dtype=np.float32)


def text(dense, lexical):
    return {DENSE: np.array(dense, np.float32), LEXICAL: np.array(lexical, np.float32)}


def asks(**more) -> Query:
    return Query("words", np.zeros(2, np.float32), TODAY, **more)


def ranked(*signals: Signal, collection: str = "c", **weights: float) -> Ranking:
    return Ranking({DENSE: 1.0, LEXICAL: 1.0, **weights}, {collection: signals})


def test_by_default_meaning_and_words_count_alike_and_nothing_else_is_asked():
    """A ranking with signals that weigh nothing costs nothing."""
    rows = Rows(["c", "c"])
    fused = fuse_parts(rows, text([1, 0], [0.5, 1]), ranked(*ALL), asks())
    assert fused.scores.tolist() == [0.75, 0.5]
    assert fused.explain(0) == ({DENSE: 1.0, LEXICAL: 0.5}, {DENSE: 0.5, LEXICAL: 0.5})
    assert rows.asked == []


def test_the_score_is_the_sum_of_share_times_part():
    """Each part is shown with its share, and together they are the score."""
    rows = Rows(["c", "c"], days=[TODAY.toordinal(), 0])
    fused = fuse_parts(rows, text([1, 0], [0.5, 1]), ranked(AGE, age=2.0), asks())
    parts, shares = fused.explain(0)
    assert parts == {DENSE: 1.0, LEXICAL: 0.5, "age": 1.0}
    assert shares == {DENSE: 0.25, LEXICAL: 0.25, "age": 0.5}
    assert fused.scores.tolist() == [0.875, 0.25]


def test_a_query_may_weigh_part_by_part():
    """What it does not name stays as the workflow has it."""
    ranking = ranked(AGE, age=1.0)
    assert weights_of(ranking, asks()) == {DENSE: 1, LEXICAL: 1, "age": 1}
    assert weights_of(ranking, asks(weights={"age": 0, LEXICAL: 3})) == {DENSE: 1, LEXICAL: 3, "age": 0}


@pytest.mark.parametrize(
    "weights, place",
    [
        ({"agee": 1.0}, "agee"),
        ({"age": -1.0}, "age"),
        ({"age": float("nan")}, "age"),
        ({"age": float("inf")}, "age"),
        ({"age": MOST_WEIGHT * 1.01}, "age"),
        ({DENSE: 0.0, LEXICAL: 0.0}, "weights"),
    ],
)
def test_weights_that_mean_nothing_are_refused_with_their_place(weights, place):
    """Unknown parts, numbers below 0 or beyond measure, and nothing at all."""
    ((found, reason, remedy),) = check_weights(weights, ranked(AGE))
    assert found == place
    assert reason
    assert remedy
    with pytest.raises(ValueError, match=place):
        weights_of(ranked(AGE), asks(weights=weights))


def test_the_parts_of_a_ranking_are_its_signals_and_the_two_that_always_are():
    """Whatever the collection."""
    ranking = Ranking(signals={"c": (AGE,), "d": (AGE, LINKS)})
    assert parts_of(ranking) == {DENSE, LEXICAL, "age", "links"}


def test_each_collection_is_scored_by_its_own_signals():
    """A document is not worse off because another collection has a signal that its own has not."""
    rows = Rows(["c", "d"], days=[0, 0])
    fused = fuse_parts(rows, text([1, 1], [1, 1]), ranked(AGE, age=2.0), asks())
    assert fused.scores.tolist() == [0.5, 1.0]
    assert fused.explain(0)[1] == {DENSE: 0.25, LEXICAL: 0.25, "age": 0.5}
    assert fused.explain(1) == ({DENSE: 1.0, LEXICAL: 1.0}, {DENSE: 0.5, LEXICAL: 0.5})


def test_one_name_may_mean_another_signal_in_another_collection():
    """Each collection says how its own are computed."""
    slow = Signal("age", SignalKind.RECENCY, half_life_days=730)
    ranking = Ranking({DENSE: 0, LEXICAL: 0, "age": 1}, {"c": (AGE,), "d": (slow,)})
    year_ago = date(2025, 6, 1).toordinal()
    fused = fuse_parts(Rows(["c", "d"], days=[year_ago] * 2), text([1, 1], [1, 1]), ranking, asks())
    assert fused.scores.tolist() == pytest.approx([0.5, 0.5**0.5])


def test_a_signal_the_request_says_nothing_of_leaves_its_weight_to_the_others():
    """Without the attribute there is no such part, rather than one that is 0 for all."""
    rows = Rows(["c"], held=[{"products": ("card",), "limit": 40.0}])
    ranking = ranked(PRODUCT, AMOUNT, product=2.0, amount=1.0)
    silent = fuse_parts(rows, text([1], [0]), ranking, asks())
    assert silent.scores.tolist() == [0.5]
    assert "product" not in silent.explain(0)[0]
    told = fuse_parts(rows, text([1], [0]), ranking, asks(attributes={"product": ("card",), "amount": 50.0}))
    parts, shares = told.explain(0)
    assert parts == pytest.approx({DENSE: 1, LEXICAL: 0, "product": 1, "amount": 0.9})
    assert shares == pytest.approx({DENSE: 0.2, LEXICAL: 0.2, "product": 0.4, "amount": 0.2})


def test_where_nothing_that_counts_says_anything_the_score_is_0():
    """Only age counts, and this collection has no such signal."""
    ranking = Ranking({DENSE: 0, LEXICAL: 0, "age": 1}, {"c": (AGE,)})
    fused = fuse_parts(Rows(["d"], days=[0]), text([1], [1]), ranking, asks())
    assert fused.scores.tolist() == [0]
    assert fused.explain(0) == ({DENSE: 1, LEXICAL: 1}, {DENSE: 0, LEXICAL: 0})


def test_no_part_depends_on_the_weights():
    """Company is held by meaning and words in equal parts, so what was seen teaches other weights too."""
    rows = Rows(["c"] * 3, vectors=[[1, 0], [0.6, 0.8], [0, 1]])
    scores = text([1, 0.2, 0.6], [0.1, 0.9, 0.3])
    even = fuse_parts(rows, scores, ranked(LINKS, links=1.0), asks())
    skewed = fuse_parts(rows, scores, ranked(LINKS, links=9.0), asks(weights={DENSE: 7.0, LEXICAL: 0.0}))
    assert even.parts["links"].tolist() == skewed.parts["links"].tolist()


def test_no_candidates_no_scores():
    """Nothing is asked of nobody."""
    rows = Rows([])
    assert fuse_parts(rows, text([], []), ranked(*ALL, age=1.0), asks()).scores.tolist() == []
    assert rows.asked == []


UNIT = st.floats(0, 1, width=32)
WEIGHT = st.one_of(st.just(0.0), st.floats(0, MOST_WEIGHT), st.floats(1e-300, 1e-12))


@given(st.data())
def test_whatever_the_weights_scores_are_0_to_1_and_explained(data):
    """Shares add up to 1 and the score to what is shown, to the precision of what is stored."""
    count = data.draw(st.integers(1, 5))
    column = st.lists(UNIT, min_size=count, max_size=count)
    rows = Rows(
        data.draw(st.lists(st.sampled_from("cd"), min_size=count, max_size=count)),
        days=data.draw(st.lists(st.integers(0, TODAY.toordinal()), min_size=count, max_size=count)),
        held=[{"products": ("card",), "standing": ("note",)}] * count,
        vectors=[[1.0, 0.0]] * count,
    )
    weights = {name: data.draw(WEIGHT) for name in (DENSE, LEXICAL, "age", "product", "standing", "links")}
    ranking = Ranking(weights, {"c": ALL})
    query = asks(attributes=data.draw(st.sampled_from([{}, {"product": ("card",)}])))
    if not sum(weights.values()) > 0:
        return
    fused = fuse_parts(rows, text(data.draw(column), data.draw(column)), ranking, query)
    for place, score in enumerate(fused.scores.tolist()):
        parts, shares = fused.explain(place)
        assert -1e-6 <= score <= 1 + 1e-6
        assert all(0 <= part <= 1 for part in parts.values())
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5) or not any(shares.values())
        assert score == pytest.approx(sum(shares[name] * part for name, part in parts.items()), abs=1e-5)
