"""Who cites whom, as vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import DocumentKey
from index.signals.graph import DIM, fold_in, graph_key, graph_vectors


def cites(**who: str):
    return [(DocumentKey("c", name, 1), tuple(cited.split())) for name, cited in sorted(who.items())]


def ring(first: int, count: int) -> list[tuple[DocumentKey, tuple[str, ...]]]:
    """`count` documents of which each cites the next few."""
    names = [f"d{place:04}" for place in range(first, first + count)]
    return [
        (DocumentKey("c", name, 1), tuple(names[(place + step) % count] for step in (1, 2, 3)))
        for place, name in enumerate(names)
    ]


def test_documents_that_keep_the_same_company_lie_near_each_other():
    """Two groups that cite among themselves: near within, far across."""
    citations = cites(a1="a2 a3", a2="a3", a3="a1", b1="b2 b3", b2="b3", b3="b1")
    vectors = graph_vectors(citations)
    near = vectors @ vectors.T
    assert near[:3, :3].min() > 0.5
    assert near[:3, 3:].max() < 0.01


def test_who_neither_cites_nor_is_cited_says_nothing():
    """A row of zeros, and no columns at all where nobody cites anybody."""
    vectors = graph_vectors(cites(a="b", alone="", b="", c="d", d="", odd="not-here odd"))
    assert vectors.any(axis=1).tolist() == [True, False, True, True, True, False]
    assert graph_vectors(cites(a="", b="")).shape == (2, 0)
    assert graph_vectors([]).shape == (0, 0)


def test_where_everybody_keeps_everybodys_company_nothing_is_told():
    """Two documents that cite each other, and nobody else: that they are met together is no surprise."""
    assert not graph_vectors(cites(a="b", b="a")).any()


def test_citations_stay_within_their_collection():
    """The same id in another collection is another document."""
    citations = [(DocumentKey(collection, name, 1), ("b",)) for collection in ("c", "d") for name in ("a", "b")]
    vectors = graph_vectors(citations)
    assert vectors[0] @ vectors[1] > 0.5
    assert abs(vectors[0] @ vectors[3]) < 1e-6


def test_versions_of_a_document_have_one_place():
    """What any of them cites counts for all."""
    citations = [
        (DocumentKey("c", "a", 1), ("b",)),
        (DocumentKey("c", "a", 2), ("d",)),
        *cites(b="", d="", x="y", y=""),
    ]
    vectors = graph_vectors(citations)
    assert np.array_equal(vectors[0], vectors[1])
    assert vectors[0] @ vectors[2] > 0
    assert vectors[0] @ vectors[3] > 0


def test_rows_are_no_longer_than_1_and_short_where_little_is_known():
    """In a graph of many corners, few of them fit into the dimensions: the others say little, and never noise."""
    pairs = [(DocumentKey("c", f"{name}{place:03}", 1), (f"b{place:03}",)) for name in "ab" for place in range(300)]
    for citations in (pairs, [*ring(0, 40), *pairs]):
        lengths = np.linalg.norm(graph_vectors(citations), axis=1)
        assert lengths.max() <= 1 + 1e-6
    ring_length, corner_length = lengths[:40].mean(), lengths[40:].mean()
    assert ring_length > 0.8
    assert corner_length < ring_length / 2


def test_large_graphs_find_the_same_as_small_ones():
    """Beyond a few hundred documents the directions are found by projection: near in a ring stays near."""
    vectors = graph_vectors(ring(0, 60)), graph_vectors([*ring(0, 60), *ring(1_000, 400)], DIM * 4)
    small, large = (each[:60] / np.linalg.norm(each[:60], axis=1, keepdims=True) for each in vectors)
    for distance in (1, 2, 3):
        assert (large[0] @ large[distance]) > 0.5
        assert (small[0] @ small[distance]) > 0.5
    assert abs(large[0] @ large[30]) < 0.3


def test_a_document_that_everybody_cites_joins_nobody():
    """A hub of thousands is no company, and costs no square of them."""
    citations: list[tuple[DocumentKey, tuple[str, ...]]]
    citations = [(DocumentKey("c", f"d{place:04}", 1), ("hub",)) for place in range(3_000)]
    citations += [*cites(hub=""), (DocumentKey("c", "x", 1), ("y", "hub")), (DocumentKey("c", "y", 1), ("x", "hub"))]
    vectors = graph_vectors(citations)
    assert abs(vectors[0] @ vectors[1]) <= abs(vectors[-1] @ vectors[-2])


def test_the_same_citations_give_the_same_vectors():
    """Bit for bit on one machine, whatever order the cited ids are in."""
    citations = ring(0, 400)
    turned = [(key, tuple(reversed(cited))) for key, cited in citations]
    assert np.array_equal(graph_vectors(citations), graph_vectors(turned))
    assert graph_key(citations) == graph_key(turned)


def test_a_key_names_all_that_counts():
    """Other citations, versions, collections or dimensions have another key."""
    base = cites(a="b", b="")
    others = [
        cites(a="b", b="a"),
        cites(a="b", c=""),
        [(DocumentKey("c", "a", 2), ("b",)), base[1]],
        [(DocumentKey("d", "a", 1), ("b",)), base[1]],
    ]
    keys = {graph_key(base), graph_key(base, 8), *map(graph_key, others)}
    assert len(keys) == len(others) + 2


def test_a_later_document_has_its_place_by_its_neighbours():
    """The mean of those it cites and of its own earlier version; nothing without any."""
    known = {("c", "a"): np.array([1, 0], np.float32), ("c", "b"): np.array([0, 1], np.float32)}
    later = [
        (DocumentKey("c", "new", 1), ("a", "b", "a", "nobody")),
        (DocumentKey("c", "a", 2), ()),
        (DocumentKey("c", "alone", 1), ()),
        (DocumentKey("d", "new", 1), ("a",)),
    ]
    vectors = fold_in(later, lambda collection, name: known.get((collection, name)), 2)
    assert vectors.tolist() == [[0.5, 0.5], [1, 0], [0, 0], [0, 0]]
    assert vectors.dtype == np.float32


IDS = st.sampled_from("abcdefgh")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(IDS, st.integers(1, 2), st.lists(IDS, max_size=4)), max_size=10, unique_by=lambda row: row[:2])
)
def test_any_graph_has_finite_vectors_of_length_1_at_most(rows):
    """Loops, missing ids, one document or none."""
    citations = [(DocumentKey("c", name, version), tuple(cited)) for name, version, cited in rows]
    vectors = graph_vectors(citations)
    assert len(vectors) == len(rows)
    assert np.isfinite(vectors).all()
    assert (np.linalg.norm(vectors, axis=1) <= 1 + 1e-5).all()


@pytest.mark.parametrize("dim", [1, 3, 8])
def test_no_more_dimensions_than_asked_for_or_than_there_are_documents(dim):
    """Stored vectors are as wide as they need to be."""
    assert graph_vectors(ring(0, 5), dim).shape == (5, min(dim, 5))
