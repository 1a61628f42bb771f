"""The ground that questions are asked on: the same search as a release's, over documents in memory."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoder import EncoderPool
from index.model import DocumentKey
from index.tuning.ground import Ground, Question, judgements, name, run
from index.tuning.lesson import lesson_of


def key(document: str) -> DocumentKey:
    return DocumentKey("help", document, 1)


def test_a_question_finds_its_document(ground: Ground, encoder: EncoderPool) -> None:
    """By vectors alone and with words."""
    asked = [Question.of("I want to block my card for a while", [key("card-freeze")])]
    vectors = encoder.encode_many([asked[0].text])
    for fused in (False, True):
        assert run(ground, asked, vectors, fused=fused)["0"][0] == "help/card-freeze@1"


def test_words_are_told_as_a_share_of_the_best(ground: Ground) -> None:
    """1 for the document that BM25 likes best, 0 for all where no word occurs."""
    words = ground.words("mortgage rate")
    assert words.argmax() == ground.rows["help/mortgage@1"]
    assert words.max() == 1
    assert not ground.words("zebra").any()


def test_passages_of_a_question(ground: Ground) -> None:
    """All of its documents' passages, or those that are known to answer; what is not here is passed over."""
    row = ground.rows["help/fees@1"]
    first, end = ground.segment.firsts[row : row + 2].tolist()
    assert end - first == 2
    assert ground.passages(Question.of("q", [key("fees"), key("gone")])).tolist() == [first, first + 1]
    assert ground.passages(Question("q", frozenset([key("fees")]), {key("fees"): frozenset([1])})).tolist() == [
        first + 1
    ]


def test_judgements_name_documents_as_runs_do() -> None:
    """Or nothing would ever be right."""
    assert judgements([Question.of("q", [key("loan")])]) == {"0": {name(key("loan")): 1}}


def test_a_question_that_nothing_answers_is_no_lesson(ground: Ground) -> None:
    """It could only teach what is wrong."""
    with pytest.raises(ValueError, match="nothing on this ground answers 'q'"):
        lesson_of(ground, [Question.of("q", [key("gone")])], np.zeros((1, 384), np.float32))


def test_a_small_pool_keeps_what_is_right_and_what_is_mistaken(ground: Ground, encoder: EncoderPool) -> None:
    """Fewer passages to compare with, the right ones among them, in the same order as before."""
    asked = [Question.of("my card is lost", [key("card-lost")]), Question.of("cost of a loan", [key("loan")])]
    vectors = encoder.encode_many([each.text for each in asked])
    whole, small = (lesson_of(ground, asked, vectors, pool=pool) for pool in (1000, 4))
    assert len(whole.passages) == len(ground.vectors) == 8
    assert 2 <= len(small.passages) <= 4
    for lesson in (whole, small):
        assert lesson.words.shape == (2, int(lesson.owners.max()) + 1)
        for row, document in zip(lesson.right, ("card-lost", "loan"), strict=True):
            first = ground.segment.firsts[ground.rows[f"help/{document}@1"]]
            assert (lesson.passages[row[0]] == ground.vectors[first]).all()
