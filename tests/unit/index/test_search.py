from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import build_snapshot
from index.delta import make_delta
from index.encoder import EncoderPool
from index.errors import DisallowedEvidence
from index.model import AllowedSet, Document, DocumentKey, Evidence, Query, Ranking, Searcher, Signal, SignalKind
from index.search import HybridSearcher
from index.snapshot import open_snapshot
from tests.unit.index.hashing import COLLECTIONS, QUESTIONS, HashingEncoder, in_memory, snapshot_of

TOPICS = {
    "refunds": "A duplicate card payment is refunded within one working day. The customer need not ask twice.",
    "fees": "Transfers within the country are free of charge. Abroad a fee of five euros applies to each transfer.",
    "lost-card": "A lost or stolen card is blocked at once. A new card arrives by post within five days.",
    "complaints": "Complaints are answered in writing within fifteen days. The answer names the ombudsman.",
    "minors": "A young person opens an account together with a parent. From sixteen they may do so alone.",
    "statements": "Statements are kept for seven years. Older ones are printed for a fee.",
}
DOCUMENTS = [
    Document(
        DocumentKey("policies", name, version),
        name.replace("-", " ").title(),
        f"# Rule\n\n{text}",
        date(2020 + version, 1, 1),
    )
    for name, text in TOPICS.items()
    for version in (1, 2)
]
TEXTS = {document.key: document.text for document in DOCUMENTS}
KEYS = tuple(sorted(document.key for document in DOCUMENTS))
ALL = AllowedSet(frozenset(KEYS), "all")
TODAY = date(2023, 1, 1)
ASKED = ["my card was stolen", "I was charged twice, refund me", "fee for a transfer abroad", "zzz qqq", "", "the"]


@pytest.fixture(scope="module")
def searcher(encoder: EncoderPool, tmp_path_factory: pytest.TempPathFactory) -> HybridSearcher:
    made = build_snapshot(DOCUMENTS, encoder, tmp_path_factory.mktemp("snapshots"), sequence=1)
    return HybridSearcher(open_snapshot(made.folder, encoder_digest=encoder.digest))


def ask(
    searcher: HybridSearcher, encoder: EncoderPool, text: str, allowed: AllowedSet = ALL, k: int = 5
) -> Sequence[Evidence]:
    return searcher.search(Query(text, encoder.encode(text), TODAY), allowed, k)


@pytest.mark.parametrize(
    "question, expected",
    [
        ("somebody took my debit card", "lost-card"),
        ("they took the money two times, give it back", "refunds"),
        ("I want to complain to an ombudsman", "complaints"),
        ("may my daughter have an account", "minors"),
    ],
)
def test_the_right_document_comes_first(
    searcher: HybridSearcher, encoder: EncoderPool, question: str, expected: str
) -> None:
    """Meaning finds what words alone would miss, and words help where they are shared."""
    first = ask(searcher, encoder, question)[0]
    assert first.key.id == expected
    assert first.passage in TOPICS[expected].replace("# Rule\n\n", "")
    assert first.title
    assert first.heading == "Rule"


def test_a_hit_shows_its_parts(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """Score, cosine and parts are within bounds, the score is their mean, and the best sentence is marked."""
    hits = ask(searcher, encoder, "a stolen card is blocked")
    for hit in hits:
        assert set(hit.parts) == {"dense", "lexical"}
        assert hit.score == pytest.approx(sum(hit.shares[name] * part for name, part in hit.parts.items()), abs=1e-6)
        assert sum(hit.shares.values()) == pytest.approx(1)
        assert TEXTS[hit.key][hit.start : hit.end] == hit.passage
        assert 0 <= hit.score <= 1
        assert -1 <= hit.cosine <= 1
    start, end = hits[0].highlights[0]
    assert hits[0].passage[start:end] == "A lost or stolen card is blocked at once."
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_where_all_documents_are_candidates_none_is_looked_for(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """They are those that looking for the nearest gives."""
    for number, keys in enumerate((KEYS, KEYS[::2], KEYS[:1])):
        rows = searcher._masked(AllowedSet(frozenset(keys), f"few-{number}"))
        assert rows.few is not None
        assert len(rows.few) == len(keys)
        for text in ASKED:
            near = searcher._nearest_documents(encoder.encode(text), rows)
            assert sorted(near.tolist()) == rows.few.tolist()


def test_ties_are_broken_by_key(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """Two versions with the same words score the same; the lower key comes first, every time."""
    for question in ASKED:
        hits = ask(searcher, encoder, question, k=12)
        assert len({hit.key for hit in hits}) == len(hits)
        for before, after in itertools.pairwise(hits):
            assert before.score > after.score or (before.score == after.score and before.key < after.key)
        assert hits == ask(searcher, encoder, question, k=12)


@settings(max_examples=60, deadline=None)
@given(chosen=st.frozensets(st.sampled_from(KEYS)), question=st.sampled_from(ASKED), k=st.integers(1, 20))
def test_nothing_outside_the_allowed_set_ever_returns(
    searcher: HybridSearcher, encoder: EncoderPool, chosen: frozenset[DocumentKey], question: str, k: int
) -> None:
    """Whatever is allowed, only that comes back; and as much of it as was asked for, since meaning ranks everything."""
    stranger = DocumentKey("elsewhere", "unknown", 1)
    token = "|".join(map(str, sorted(chosen)))
    hits = ask(searcher, encoder, question, AllowedSet(chosen | {stranger}, token), k)
    assert {hit.key for hit in hits} <= chosen
    assert len(hits) == min(k, len(chosen))


def test_the_ranking_of_a_subset_is_not_disturbed_by_what_is_forbidden(
    searcher: HybridSearcher, encoder: EncoderPool
) -> None:
    """What a caller may not see leaves no trace in the order or the cosines of what they may see."""
    visible = frozenset(key for key in KEYS if key.version == 1)
    hits = ask(searcher, encoder, "my card was stolen", AllowedSet(visible, "first versions"), 6)
    everything = ask(searcher, encoder, "my card was stolen", ALL, 12)
    cosines = {hit.key: hit.cosine for hit in everything}
    assert [hit.key.id for hit in hits] == [hit.key.id for hit in everything if hit.key.version == 1]
    assert all(hit.cosine == pytest.approx(cosines[hit.key], abs=1e-6) for hit in hits)


def test_a_token_used_for_another_set_fails_closed(encoder: EncoderPool, searcher: HybridSearcher) -> None:
    """If a caller reuses a token for a smaller set, the search raises rather than return what is no longer allowed."""
    fresh = HybridSearcher(searcher.base)
    assert ask(fresh, encoder, "my card was stolen", AllowedSet(frozenset(KEYS), "same"))
    with pytest.raises(DisallowedEvidence, match="not in the allowed set"):
        ask(fresh, encoder, "my card was stolen", AllowedSet(frozenset(KEYS[:1]), "same"))


def test_few_allowed_sets_are_kept(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """However many callers come, only the latest allowed sets are held in memory."""
    small = HybridSearcher(searcher.base, allowed_sets=2)
    for key in KEYS[:5]:
        assert [hit.key for hit in ask(small, encoder, "card", AllowedSet(frozenset({key}), str(key)))] == [key]
    assert len(small._allowed) == 2


@pytest.mark.parametrize(
    "allowed", [AllowedSet(frozenset(), "none"), AllowedSet(frozenset({DocumentKey("x", "y", 1)}), "x")]
)
def test_nothing_allowed_finds_nothing(searcher: HybridSearcher, encoder: EncoderPool, allowed: AllowedSet) -> None:
    """An empty allowed set, or one of unknown documents, is an empty answer."""
    assert ask(searcher, encoder, "my card was stolen", allowed) == []
    assert ask(searcher, encoder, "my card was stolen", ALL, 0) == []


def test_an_empty_snapshot_finds_nothing(encoder: EncoderPool, tmp_path: Path) -> None:
    """A snapshot of no documents answers like any other."""
    made = build_snapshot([], encoder, tmp_path, sequence=0)
    empty = HybridSearcher(open_snapshot(made.folder, encoder_digest=encoder.digest))
    assert ask(empty, encoder, "card", ALL) == []


@pytest.mark.parametrize("vector", [np.zeros(3, np.float32), np.full(384, np.nan, np.float32)])
def test_a_vector_that_is_none_is_refused(searcher: HybridSearcher, vector: np.ndarray) -> None:
    """A vector of another shape, or one with holes, is a mistake to be heard of."""
    with pytest.raises(ValueError, match="384 finite numbers"):
        searcher.search(Query("card", vector, TODAY), ALL, 5)


def test_signals_count_where_their_collection_declares_them(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """With a weight, the newer of two equal documents comes first, and the part is shown with its share."""
    signals = {"policies": (Signal("recency", SignalKind.RECENCY, half_life_days=365),)}
    ranked = HybridSearcher(searcher.base, ranking=Ranking({"dense": 1, "lexical": 1, "recency": 0.5}, signals))
    query = Query("my card was stolen", encoder.encode("my card was stolen"), TODAY)
    hits = ranked.search(query, ALL, 2)
    assert [hit.key.version for hit in hits] == [2, 1]
    assert hits[0].parts["recency"] == pytest.approx(0.5)
    assert hits[0].shares == pytest.approx({"dense": 0.4, "lexical": 0.4, "recency": 0.2})
    assert ranked.digest != searcher.digest
    with pytest.raises(ValueError, match="recency"):
        searcher.search(replace(query, weights={"recency": 1.0}), ALL, 2)


def test_one_long_document_does_not_crowd_out_the_others(encoder: EncoderPool, tmp_path: Path) -> None:
    """A document with hundreds of near passages still leaves the other documents to be found."""
    book = "\n\n".join(f"# Part {part}\n\nA stolen card, case {part}." for part in range(300))
    documents = [Document(DocumentKey("a", "book", 1), "Stolen cards", book), *DOCUMENTS]
    made = build_snapshot(documents, encoder, tmp_path, sequence=1)
    searcher = HybridSearcher(open_snapshot(made.folder, encoder_digest=encoder.digest))
    allowed = AllowedSet(frozenset(document.key for document in documents), "with the book")
    hits = ask(searcher, encoder, "stolen card, case 17", allowed, 20)
    assert len(hits) == len(documents)
    assert (hits[0].key.id, hits[0].passage) == ("book", "A stolen card, case 17.")


def test_a_document_that_is_about_it_all_through_comes_before_one_that_mentions_it(tmp_path: Path) -> None:
    """Of two documents with the same nearest passage, the one whose other passages lie nearer comes first."""
    question = "A A stolen card."  # word for word the passage that both have
    near, far = "# A\n\nA stolen card.\n\n# B\n\nThe stolen cards.", "# A\n\nA stolen card.\n\n# B\n\nWire loan rate."
    documents = [Document(DocumentKey("c", "1", 1), "", far), Document(DocumentKey("c", "2", 1), "", near)]
    searcher = HybridSearcher(snapshot_of(documents, tmp_path, ENCODER))
    allowed = AllowedSet(frozenset(document.key for document in documents), "both")
    query = Query(question, ENCODER.encode(question), TODAY, weights={"lexical": 0.0})
    hits = searcher.search(query, allowed, 2)
    assert [hit.key.id for hit in hits] == ["2", "1"]
    assert hits[0].cosine == hits[1].cosine  # of the passage that is shown


def test_searching_from_many_threads_gives_the_same(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """Requests side by side, each with its own allowed set, get their own answers."""
    sets = [AllowedSet(frozenset(KEYS[start::3]), f"every third from {start}") for start in range(3)]
    vectors = [encoder.encode(question) for question in ASKED]

    def work(place: int) -> list[Evidence]:
        question = place % len(ASKED)
        return searcher.search(Query(ASKED[question], vectors[question], TODAY), sets[place % 3], 5)

    alone = [work(place) for place in range(60)]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(work, range(60))) == alone


ENCODER = HashingEncoder()


@settings(max_examples=150)
@given(documents=COLLECTIONS, questions=st.lists(QUESTIONS, min_size=1, max_size=3), drawn=st.data())
def test_a_view_answers_as_a_fresh_snapshot_would(
    documents: list[Document], questions: list[str], drawn: st.DataObject
) -> None:
    """However documents are split into base, delta and gone: the same hits, to the last bit of every score."""
    keys = [document.key for document in documents]
    base, wanted, named = (frozenset(each) for each in (drawn.draw(_subsets(keys)) for _ in range(3)))
    fresh = HybridSearcher(in_memory([each for each in documents if each.key in wanted], ENCODER))
    held = in_memory([each for each in documents if each.key in base], ENCODER)
    later = make_delta([each for each in documents if each.key in wanted - base], ENCODER)
    view = HybridSearcher(held, later.segment, base - wanted)
    for allowed in (AllowedSet(frozenset(keys), "all"), AllowedSet(named, "some")):
        for question in questions:
            query = Query(question, ENCODER.encode(question), TODAY)
            hits = view.search(query, allowed, 6)
            assert hits == fresh.search(query, allowed, 6)
            assert {hit.key for hit in hits} <= allowed.documents & wanted
    assert {key for key in keys if view.holds(key)} == set(wanted)


@settings(max_examples=8)
@given(documents=COLLECTIONS, question=QUESTIONS)
def test_files_answer_as_memory_does(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document], question: str
) -> None:
    """A snapshot that was written and opened finds what its segment found before."""
    opened = HybridSearcher(snapshot_of(documents, tmp_path_factory.mktemp("files"), ENCODER))
    memory = HybridSearcher(in_memory(documents, ENCODER))
    allowed = AllowedSet(frozenset(document.key for document in documents), "all")
    query = Query(question, ENCODER.encode(question), TODAY)
    assert opened.search(query, allowed, 9) == memory.search(query, allowed, 9)


def _subsets(keys: list[DocumentKey]) -> st.SearchStrategy[set[DocumentKey]]:
    return st.sets(st.sampled_from(keys)) if keys else st.just(set())


@settings(max_examples=40)
@given(documents=COLLECTIONS, question=QUESTIONS, near=st.booleans(), count=st.integers(0, 6), drawn=st.data())
def test_nothing_forbidden_or_gone_returns_even_where_it_is_nearest(
    documents: list[Document], question: str, near: bool, count: int, drawn: st.DataObject
) -> None:
    """What is allowed may be what lies nearest to the request, or farthest from it; the rest leaves no trace."""
    snapshot = in_memory(documents, ENCODER)
    query = Query(question, ENCODER.encode(question), TODAY)
    everything = AllowedSet(frozenset(snapshot.keys), "all")
    order = [hit.key for hit in HybridSearcher(snapshot).search(query, everything, len(documents))]
    chosen = frozenset(order[:count] if near else order[len(order) - count :])
    gone = frozenset(drawn.draw(_subsets(order)))
    hits = HybridSearcher(snapshot, gone=gone).search(query, AllowedSet(chosen, "chosen"), len(documents))
    assert {hit.key for hit in hits} == chosen - gone


def test_a_hundred_and_more_equal_documents_come_in_order_of_key(tmp_path: Path) -> None:
    """Where more documents tie than are ranked, those with the lowest keys are taken, from whichever segment."""
    twins = [Document(DocumentKey("c", f"{number:03}", 1), "Same", "The same words.") for number in range(300)]
    view = HybridSearcher(snapshot_of(twins[::2], tmp_path, ENCODER), make_delta(twins[1::2], ENCODER).segment)
    allowed = AllowedSet(frozenset(twin.key for twin in twins), "all")
    hits = view.search(Query("same words", ENCODER.encode("same words"), TODAY), allowed, 40)
    assert [hit.key for hit in hits] == [twin.key for twin in twins[:40]]


def test_a_gone_document_that_is_found_all_the_same_is_refused(searcher: HybridSearcher, encoder: EncoderPool) -> None:
    """Results are looked up among the gone once more, so that no mistake within can bring one back."""
    broken = HybridSearcher(searcher.base, gone=frozenset(KEYS[:1]))
    broken._view = searcher._view
    with pytest.raises(DisallowedEvidence, match="gone"):
        ask(broken, encoder, "I want to complain to an ombudsman", k=12)


def test_the_digest_names_what_is_searched_and_how(tmp_path: Path) -> None:
    """The same content and ranking have the same name; a delta, a gone document or another weight changes it."""
    one, two, three = (Document(DocumentKey("c", name, 1), name, f"{name} card") for name in ("one", "two", "three"))
    base = snapshot_of([one, two], tmp_path, ENCODER)
    delta = make_delta([three], ENCODER).segment
    edited = make_delta([replace(three, text="three fees")], ENCODER).segment
    searchers = [
        HybridSearcher(base),
        HybridSearcher(base, delta),
        HybridSearcher(base, edited),
        HybridSearcher(base, delta, frozenset({one.key})),
        HybridSearcher(base, delta, frozenset({two.key})),
        HybridSearcher(base, ranking=Ranking({"dense": 2, "lexical": 1})),
    ]
    assert len({searcher.digest for searcher in searchers}) == len(searchers)
    assert HybridSearcher(base, make_delta([three], ENCODER).segment).digest == searchers[1].digest


def test_it_is_a_searcher(searcher: HybridSearcher) -> None:
    """It can stand wherever the protocol is asked for, and is named by what it searches."""
    engine: Searcher = searcher
    assert engine.digest == HybridSearcher(searcher.base).digest
