from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyse import terms
from index.lexical import Bm25, Lexicon, words_of
from index.model import Document, DocumentKey
from index.prepare import Prepared, prepare
from index.segment import Segment, segment_of
from index.view import view_of
from tests.unit.index.hashing import COLLECTIONS, QUESTIONS, HashingEncoder

ENCODER = HashingEncoder(12)
SETTING = Bm25(k1=1.3, k3=5.0, head=2.5, b_head=0.4, b_body=0.7)


def prepared(documents: Sequence[Document]) -> list[Prepared]:
    return [prepare(each, ENCODER) for each in sorted(documents, key=lambda each: each.key)]


def segment(documents: Sequence[Document]) -> Segment:
    ready = prepared(documents)
    return segment_of(ready, ENCODER.encode_many([text for each in ready for text in each.encoded]))


def lexicon(documents: Sequence[Document], bm25: Bm25 = SETTING) -> Lexicon:
    return Lexicon(view_of(segment(documents), None, frozenset()), bm25)


def documents_of(*texts: str) -> list[Document]:
    return [Document(DocumentKey("c", f"{number}", 1), "", text) for number, text in enumerate(texts)]


def slow_bm25f(heads: list[list[str]], bodies: list[list[str]], request: str) -> list[float]:
    """The formula as it stands in the module's docstring, one text and one term at a time."""
    mean_head = max(sum(map(len, heads)) / max(len(heads), 1), 1.0)
    mean_body = max(sum(map(len, bodies)) / max(len(bodies), 1), 1.0)
    scores = []
    for head, body in zip(heads, bodies, strict=True):
        score = 0.0
        for term, times in Counter(terms(request)).items():
            holding = sum(term in one or term in other for one, other in zip(heads, bodies, strict=True))
            idf = math.log(1 + (len(heads) - holding + 0.5) / (holding + 0.5))
            weight = SETTING.head * Counter(head)[term] / (
                1 - SETTING.b_head + SETTING.b_head * len(head) / mean_head
            ) + Counter(body)[term] / (1 - SETTING.b_body + SETTING.b_body * len(body) / mean_body)
            asking = times * (SETTING.k3 + 1) / (times + SETTING.k3)
            score += idf * weight * (SETTING.k1 + 1) / (weight + SETTING.k1) * asking
        scores.append(score)
    return scores


@given(documents=COLLECTIONS, request=QUESTIONS)
def test_scores_are_those_of_the_formula(documents: list[Document], request: str) -> None:
    """The arrays give the same BM25F as the obvious slow way, for all documents and for some passages."""
    words, ready = lexicon(documents), prepared(documents)
    asked = words.ask(words_of(request))
    bodies = [[term for lines in each.lines for line in lines for term in line.terms] for each in ready]
    expected = slow_bm25f([list(each.head) for each in ready], bodies, request)
    np.testing.assert_allclose(words.scores(asked), expected, rtol=1e-5, atol=1e-6)
    heads = [list(head) for each in ready for head in each.heads]
    parts = [[term for line in lines for term in line.terms] for each in ready for lines in each.lines]
    of_passages = slow_bm25f(heads, parts, request)
    some = np.arange(0, len(heads), 2)
    np.testing.assert_allclose(
        words.passage_scores(asked, some), [of_passages[row] for row in some], rtol=1e-5, atol=1e-6
    )


def test_the_order_of_words_does_not_matter() -> None:
    """The same words in another order give bit for bit the same scores."""
    words = lexicon(documents_of("card fee refund", "fee euro", "refund bank card card"))
    one = words.scores(words.ask(words_of("card fee refund bank")))
    other = words.scores(words.ask(words_of("bank refund fee card")))
    np.testing.assert_array_equal(one, other)


def test_rare_terms_tell_more() -> None:
    """A term of one text is more telling than one of all; a term of none is not asked for."""
    words = lexicon(documents_of("card fee", "card", "card"))
    card, fee = (asked.term for asked in words.ask(words_of("card fee nothing")))
    assert fee.idf > card.idf > 0


@pytest.mark.parametrize("weight, first", [(5.0, 0), (0.1, 1)])
def test_words_of_the_title_count_as_much_as_they_are_told_to(weight: float, first: int) -> None:
    """The weight of the head decides between a word in a title and the same word in the text."""
    titled = Document(DocumentKey("c", "a", 1), "Refund", "A card fee.")
    untitled = Document(DocumentKey("c", "b", 1), "Card", "A refund fee.")
    words = lexicon([titled, untitled], Bm25(head=weight))
    assert int(np.argmax(words.scores(words.ask(words_of("refund"))))) == first


def test_a_term_asked_for_again_is_found_again() -> None:
    """What a term is worth is remembered, also that it does not occur, and the answers stay the same."""
    words = lexicon(documents_of("card fee", "refund"))
    first = words.ask(words_of("refund nothing card"))
    again = words.ask(words_of("refund nothing card"))
    assert [asked.term for asked in first] == [asked.term for asked in again]
    assert all(one.term is other.term for one, other in zip(first, again, strict=True))
    assert len(words._terms) == 3


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_no_texts_and_empty_texts_have_no_scores(texts: list[str]) -> None:
    """An index of nothing answers with nothing."""
    words = lexicon(documents_of(*texts))
    assert words.scores(words.ask(words_of("card"))).tolist() == [0.0] * len(texts)


@given(times=st.integers(1, 50))
def test_a_word_asked_for_often_counts_more_but_not_as_often(times: int) -> None:
    """Long requests repeat what they are about; the tenth time adds little."""
    words = lexicon(documents_of("card fee", "card refund", "bank"))
    once = words.scores(words.ask(words_of("card")))[0]
    often = words.scores(words.ask(words_of("card " * times)))[0]
    assert once <= often <= once * min(times, 1 + SETTING.k3) * 1.000001


@pytest.mark.parametrize("wrong", [{"k1": 0.0}, {"k3": -1.0}, {"head": math.nan}, {"b_head": 1.0}, {"b_body": -0.1}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    """A setting that would divide by nought or turn an order round is a mistake."""
    with pytest.raises(ValueError, match="b from 0 to below 1"):
        Bm25(**wrong)
