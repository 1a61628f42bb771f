from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyse import terms
from index.lexical import LexicalIndex, open_lexical, query, write_lexical

WORDS = ["card", "cards", "fee", "refund", "the", "euro", "bank", "not", "12"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=12)


def built(folder: Path, texts: list[str]) -> LexicalIndex:
    write_lexical(folder, "try", texts)
    return open_lexical(folder, "try", len(texts))


def slow_bm25(texts: list[str], request: str) -> list[float]:
    """The formula as it stands in the module's docstring, one text and one term at a time."""
    bags = [Counter(terms(text)) for text in texts]
    mean = max(sum(bag.total() for bag in bags) / len(bags), 1.0)
    scores = []
    for bag in bags:
        score = 0.0
        for term in terms(request):
            holding = sum(term in other for other in bags)
            idf = math.log(1 + (len(bags) - holding + 0.5) / (holding + 0.5))
            tf = bag[term]
            score += idf * tf * 2.2 / (tf + 1.2 * (1 - 0.75 + 0.75 * bag.total() / mean))
        scores.append(score)
    return scores


@given(texts=TEXTS, request_words=st.lists(st.sampled_from([*WORDS, "elsewhere"]), max_size=8))
def test_scores_are_those_of_the_formula(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], request_words: list[str]
) -> None:
    """The arrays give the same BM25 as the obvious slow way, for all texts and for some of them."""
    index = built(tmp_path_factory.mktemp("bm25"), texts)
    request = " ".join(request_words)
    postings = index.postings(query(request))
    expected = slow_bm25(texts, request)
    np.testing.assert_allclose(index.scores(postings), expected, rtol=1e-5, atol=1e-6)
    some = np.arange(0, len(texts), 2)
    np.testing.assert_allclose(index.scores_of(postings, some), [expected[row] for row in some], rtol=1e-5, atol=1e-6)


def test_the_order_of_words_does_not_matter(tmp_path: Path) -> None:
    """The same words in another order give bit for bit the same scores."""
    index = built(tmp_path, ["card fee refund", "fee euro", "refund bank card card"])
    one = index.scores(index.postings(query("card fee refund bank")))
    other = index.scores(index.postings(query("bank refund fee card")))
    np.testing.assert_array_equal(one, other)


def test_rare_terms_tell_more(tmp_path: Path) -> None:
    """A term of one text is more telling than one of all; a term of none is not in the list."""
    index = built(tmp_path, ["card fee", "card", "card"])
    telling = index.idf(index.postings(query("card fee nothing")))
    fee, card = index.vocabulary.find("fee"), index.vocabulary.find("card")
    assert fee is not None
    assert card is not None
    assert telling[fee] > telling[card] > 0
    assert set(telling) == {fee, card}


def test_a_term_asked_for_again_is_found_again(tmp_path: Path) -> None:
    """Places are remembered, those of terms that do not occur too, and the answers stay the same."""
    index = built(tmp_path, ["card fee", "refund"])
    first = [posting.number for posting in index.postings(query("refund nothing card"))]
    assert [posting.number for posting in index.postings(query("refund nothing card"))] == first
    assert [index.vocabulary[number] for number in first] == ["card", "refund"]
    assert len(index.known) == 3


def test_no_texts_and_empty_texts_have_no_scores(tmp_path: Path) -> None:
    """An index of nothing answers with nothing."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert built(tmp_path / "a", []).scores([]).shape == (0,)
    empty = built(tmp_path / "b", ["", ""])
    assert empty.scores(empty.postings(query("card"))).tolist() == [0.0, 0.0]


def test_postings_of_another_size_are_refused(tmp_path: Path) -> None:
    """Postings that point past the texts they are opened for are an error."""
    built(tmp_path, ["card", "fee"])
    with pytest.raises(ValueError, match="do not fit 1 texts"):
        open_lexical(tmp_path, "try", 1)
