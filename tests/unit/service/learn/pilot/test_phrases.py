"""Rules that could have been written by hand."""

from __future__ import annotations

import pytest

from service.learn.errors import CannotLearn
from service.learn.pilot.phrases import PhraseRules, learn_phrases
from service.learn.pilot.ways import Answers, Asked, Known
from tests.unit.service.learn.pilot.world import requests


def known(texts: list[str], labels: list[str]) -> Known:
    return Known(texts, labels, [{}] * len(texts), None)


def test_phrases_that_mean_one_label_decide() -> None:
    """Requests with telling words get their label; others go to a person."""
    examples = requests(40)
    taught = PhraseRules().teach(known([each.text for each in examples], [each.label for each in examples]), print)
    unseen = requests(20, seed=5)
    said: Answers = taught.answer(Asked([*(each.text for each in unseen), "zzz"], [{}] * 81, None))
    assert list(said.chosen[:-1]) == [each.label for each in unseen]
    assert said.chosen[-1] is None
    assert said.confidence[-1] == 0
    assert taught.size > 0


def test_a_phrase_is_less_sure_the_fewer_texts_hold_it() -> None:
    """Three of three are not as sure as thirty of thirty, and a word of both labels means neither."""
    texts = ["rare word here"] * 3 + ["common term here"] * 30 + ["other text here"] * 30
    phrases = {phrase.words: phrase for phrase in learn_phrases(texts, ["a"] * 33 + ["b"] * 30)}
    assert phrases["common"].sure > phrases["rare"].sure
    assert "here" not in phrases


def test_nothing_telling_is_said() -> None:
    """Rather than a list of nothing."""
    with pytest.raises(CannotLearn, match="no phrase"):
        PhraseRules().teach(known(["one", "two"], ["a", "b"]), print)
