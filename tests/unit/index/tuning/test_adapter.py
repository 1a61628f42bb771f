"""Tuning an adapter, judged by turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from index.encoder import EncoderPool
from index.model import DENSE, LEXICAL, DocumentKey, Ranking
from index.tuning.adapter import fit_options, tune_adapter, tune_beside
from index.tuning.compare import verdict
from index.tuning.fit import FitOptions
from index.tuning.ground import Ground, Question
from index.tuning.lesson import lesson_of

OPTIONS = FitOptions(steps=100, batch=32)


def test_a_word_that_only_customers_use_is_learned(
    ground: Ground, encoder: EncoderPool, slang: Sequence[Question]
) -> None:
    """Each question is judged by an adapter that never saw it, and still most are found first."""
    asked = slang
    vectors = encoder.encode_many([each.text for each in asked])
    tuned = tune_adapter(ground, asked, vectors, encoder.digest, options=OPTIONS)
    assert tuned.judged.questions == len(asked)
    assert tuned.judged.fused.gain.low > 0.2
    assert tuned.adapter.encoder == encoder.digest
    fresh = encoder.encode("excuse me, zorp")
    key = ground.find("excuse me, zorp", tuned.adapter.apply(fresh), fused=True)[0]
    assert key == "help/card-freeze@1"


def test_too_few_questions_are_refused(ground: Ground, encoder: EncoderPool, slang: Sequence[Question]) -> None:
    """A round without anybody to judge says nothing."""
    asked = slang[:5]
    with pytest.raises(ValueError, match="too few to learn from"):
        tune_adapter(ground, asked, np.zeros((5, encoder.dim), np.float32), encoder.digest)


def test_lessons_that_do_not_help_people_are_not_better(
    ground: Ground, encoder: EncoderPool, slang: Sequence[Question]
) -> None:
    """What is learned elsewhere is judged by questions that had no part in it."""
    asked = slang[:40]
    vectors = encoder.encode_many([each.text for each in asked])
    # The lesson sends customers' words where they do not belong.
    wrong = [Question.of(each.text, [DocumentKey("help", "fees", 1)]) for each in asked]
    lesson = lesson_of(ground, wrong, vectors)
    tuned = tune_beside([lesson], ground, asked, vectors, encoder.digest, options=OPTIONS)
    assert tuned.judged.questions == 32  # the others said when to stop
    assert not verdict(tuned.judged, tuned.new).better


def test_words_weigh_in_the_loss_as_in_the_ranking() -> None:
    """So that what is learned is what the search will miss."""
    assert fit_options(Ranking({DENSE: 1.0, LEXICAL: 0.5})).words == FitOptions().words / 2
    assert fit_options(Ranking({DENSE: 2.0, LEXICAL: 0.0}), replace(OPTIONS, words=3.0)).words == 0
    with pytest.raises(ValueError, match="no weight"):
        fit_options(Ranking({LEXICAL: 1.0}))
