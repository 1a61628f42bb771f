"""Dealing questions out: each judges once, by what never saw it."""

from __future__ import annotations

import numpy as np

from index.model import DocumentKey
from index.tuning.ground import Question
from index.tuning.rounds import rounds, unseen


def questions(texts: list[str]) -> list[Question]:
    return [Question.of(text, [DocumentKey("c", f"d{place % 7}", 1)]) for place, text in enumerate(texts)]


def test_each_question_judges_once_and_never_where_it_taught() -> None:
    """Over the five rounds the judging parts are all questions, and no round shares a question between its parts."""
    asked = questions([f"question {number}" for number in range(83)])
    dealt = list(rounds(asked))
    assert sorted(np.concatenate([each.judge for each in dealt]).tolist()) == list(range(83))
    for each in dealt:
        assert sorted(np.concatenate([each.learn, each.watch, each.judge]).tolist()) == list(range(83))
        assert len(each.learn) > len(each.judge) > len(each.watch) > 0


def test_the_same_words_never_part() -> None:
    """Or a question would be judged by its own twin."""
    asked = questions([f"Where is card {number // 2}{'?' if number % 2 else ' ?!'}" for number in range(60)])
    for each in rounds(asked):
        judged = set(each.judge.tolist())
        assert all((place ^ 1) in judged for place in judged)


def test_unseen_are_those_whose_documents_nobody_learned_of() -> None:
    """A question with one known document among its right ones is not new."""
    key = [DocumentKey("c", name, 1) for name in "abc"]
    asked = [Question.of("1", [key[0]]), Question.of("2", [key[1]]), Question.of("3", [key[0], key[2]])]
    assert unseen(asked, np.array([0]), np.array([1, 2])).tolist() == [1]
