"""Signals in a search: they put what was found in another order, and let nothing in or out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import build_snapshot
from index.encoder import EncoderPool
from index.model import (
    DENSE,
    LEXICAL,
    MOST_WEIGHT,
    AllowedSet,
    Document,
    DocumentKey,
    Evidence,
    FieldValue,
    Query,
    Ranking,
    Signal,
    SignalKind,
)
from index.search import HybridSearcher
from index.snapshot import open_snapshot

TODAY = date(2026, 6, 1)
SIGNALS = (
    Signal("age", SignalKind.RECENCY),
    Signal("product", SignalKind.CATEGORY, field="products", attribute="product"),
    Signal("standing", SignalKind.AUTHORITY, field="standing", worth={"law": 1.0, "note": 0.2}),
    Signal("limit", SignalKind.NUMBER, field="limit", most=1_000),
    Signal("links", SignalKind.GRAPH),
)
NAMES = (DENSE, LEXICAL, *(signal.name for signal in SIGNALS))
RANKING = Ranking(signals={"policies": SIGNALS})


def document(place: int) -> Document:
    """Twelve notes on fees: later ones are newer, higher, weightier, and cite each other."""
    fields: Mapping[str, FieldValue] = {
        "limit": 90.0 * place,
        "products": ("card",) if place % 2 else ("loan",),
        "standing": ("law",) if place >= 8 else ("note",),
    }
    return Document(
        DocumentKey("policies", f"fee-{place:02}", 1),
        f"Fee number {place}",
        f"The fee for a transfer abroad is {place} euros for each transfer." + " Please ask at the desk." * place,
        date(2015 + place // 2, 1, 1),
        citations=(f"fee-{place - 1:02}", f"fee-{place - 2:02}") if place >= 4 else (),
        fields=fields,
    )


DOCUMENTS = [document(place) for place in range(12)]
KEYS = [each.key for each in DOCUMENTS]
EVERYTHING = AllowedSet(frozenset(KEYS), "all")


@pytest.fixture(scope="module")
def searcher(encoder: EncoderPool, tmp_path_factory: pytest.TempPathFactory) -> HybridSearcher:
    made = build_snapshot(DOCUMENTS, encoder, tmp_path_factory.mktemp("snapshots"), sequence=1)
    return HybridSearcher(open_snapshot(made.folder, encoder_digest=encoder.digest), ranking=RANKING)


@pytest.fixture(scope="module")
def asked(encoder: EncoderPool) -> Query:
    text = "fee for a transfer abroad"
    return Query(text, encoder.encode(text), TODAY, {"product": ("card",)})


def weighed(query: Query, weights: Mapping[str, float]) -> Query:
    return Query(query.text, query.vector, query.today, query.attributes, weights)


def alone(name: str) -> dict[str, float]:
    return {each: float(each == name) for each in NAMES}


def order(found: list[Evidence], name: str) -> list[float]:
    return [hit.parts[name] for hit in found]


@pytest.mark.parametrize("name", NAMES)
def test_each_part_alone_ranks_by_itself(searcher: HybridSearcher, asked: Query, name: str):
    """The hits come in the order of the one part that weighs something, which is their score."""
    found = searcher.search(weighed(asked, alone(name)), EVERYTHING, 12)
    assert len(found) == 12
    assert order(found, name) == sorted(order(found, name), reverse=True)
    assert order(found, name)[0] > order(found, name)[-1]
    assert [hit.score for hit in found] == pytest.approx(order(found, name))


def test_a_hit_shows_every_part_with_its_share(searcher: HybridSearcher, asked: Query):
    """A person can work the score out from what is shown."""
    weights = dict(zip(NAMES, (4, 3, 2, 1, 1, 1, 2), strict=True))
    for hit in searcher.search(weighed(asked, weights), EVERYTHING, 12):
        assert set(hit.parts) == set(hit.shares) == set(NAMES)
        assert sum(hit.shares.values()) == pytest.approx(1)
        assert hit.score == pytest.approx(sum(hit.shares[name] * hit.parts[name] for name in NAMES), abs=1e-6)


def test_signals_weigh_nothing_unless_said_otherwise(searcher: HybridSearcher, asked: Query):
    """Declared is not weighed: the same hits with the same scores as without them."""
    plain = HybridSearcher(searcher.base).search(asked, EVERYTHING, 12)
    found = searcher.search(asked, EVERYTHING, 12)
    assert [(hit.key, hit.score, hit.parts) for hit in found] == [(hit.key, hit.score, hit.parts) for hit in plain]


WEIGHT = st.one_of(st.just(0.0), st.just(MOST_WEIGHT), st.floats(0.001, 10))


@settings(max_examples=60)
@given(
    allowed=st.frozensets(st.sampled_from(KEYS)), weights=st.lists(WEIGHT, min_size=7, max_size=7), k=st.integers(1, 12)
)
def test_no_weight_outvotes_a_filter(
    searcher: HybridSearcher, asked: Query, allowed: frozenset[DocumentKey], weights: list[float], k: int
):
    """However weighty, new or well connected: what is not allowed never comes back, and what is found is the same."""
    if not sum(weights) > 0:
        return
    token = ",".join(key.id for key in sorted(allowed))
    query = weighed(asked, dict(zip(NAMES, weights, strict=True)))
    found = [hit.key for hit in searcher.search(query, AllowedSet(allowed, token), k)]
    assert len(found) == min(k, len(allowed))
    assert set(found) <= allowed
    if k >= len(allowed):
        assert set(found) == allowed


def test_what_is_gone_does_not_come_back_for_its_weight(searcher: HybridSearcher, asked: Query):
    """Retired is retired, even for the newest of the weightiest."""
    gone = frozenset(KEYS[-4:])
    without = HybridSearcher(searcher.base, gone=gone, ranking=RANKING)
    found = without.search(
        weighed(asked, {"age": MOST_WEIGHT, "standing": MOST_WEIGHT, "links": MOST_WEIGHT}), EVERYTHING, 12
    )
    assert len(found) == 8
    assert not {hit.key for hit in found} & gone


def test_the_graph_is_stored_with_the_snapshot_and_kept_for_the_next(encoder: EncoderPool, tmp_path: Path):
    """Built again from what was kept, it is the same snapshot: a decomposition's last bits differ between machines."""
    first = build_snapshot(DOCUMENTS, encoder, tmp_path / "a", sequence=1)
    again = build_snapshot(DOCUMENTS, encoder, tmp_path / "b", sequence=1, known=first.computed)
    assert (again.digest, again.computed) == (first.digest, {})
    graph = open_snapshot(first.folder, encoder_digest=encoder.digest).segment.graph
    assert graph.any(axis=1).tolist() == [place >= 2 for place in range(12)]
