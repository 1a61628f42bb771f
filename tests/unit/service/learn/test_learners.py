"""How each kind of head is fitted, and that it serves as it was fitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.learn.design import Outlook, Setting
from service.learn.judge import Seen
from service.learn.learners import Nearest, Prototypes, Regression, Taught, cosines_to_others
from service.learn.lesson import Lesson
from service.learn.linear import LinearHead
from service.learn.material import Definition, Material
from service.learn.nearest import NearestHead, as_logits
from service.learn.openset import Domain, Score
from service.learn.recipes import Kind, Recipe
from service.learn.search import TrainOptions
from service.learn.several import OneLabel
from tests.unit.service.learn.conftest import Examples

OPTIONS = TrainOptions()
SETTING = Setting(lexical_weight=0.7, attribute_weight=0.3, votes_weight=2.0, neighbours=5)


def rich(examples: Examples) -> Material:
    """With attributes and votes, and a definition of one label."""
    definition = Definition("a lost card", np.eye(16, dtype=np.float32)[0])
    return replace(
        examples.material,
        attributes=[
            {"length": len(text), "day": f"2026-03-{1 + place % 28:02}"} for place, text in enumerate(examples.texts)
        ],
        votes=[{label: 0.5, "fees": 0.25} for label in examples.labels],
        definitions={"card_lost": definition},
    )


@pytest.mark.parametrize("several", [False, True])
def test_a_regression_serves_as_it_was_fitted(lessons, unseen, several: bool) -> None:
    """All four blocks: one request's logits are those of the matrix product, weights of the blocks included."""
    recipe = Recipe(attributes=True, votes=True, several=several)
    lesson = Lesson.of(recipe, rich(lessons))
    outlook = Outlook.fit(recipe, lesson.names, lesson.inside, OPTIONS.lexicon)
    taught = Taught(outlook.design(lesson.inside), lesson.truth, several, outlook.definitions(lesson.inside))
    model = Regression(OPTIONS.axes(recipe), 10).fit(taught, SETTING)
    head = model.head(outlook, OneLabel(1.0), Domain(Score.ENERGY, 0.0), "e")
    assert isinstance(head, LinearHead)
    asked = rich(unseen).take(np.arange(20))
    assert asked.attributes is not None
    assert asked.votes is not None
    said = model.said(outlook.design(asked))
    rows = zip(asked.vectors, asked.texts, asked.attributes, asked.votes, strict=True)
    for row, (vector, text, attributes, votes) in enumerate(rows):
        assert head.logits(Seen(vector, text, attributes, votes)) == pytest.approx(said.logits[row], rel=1e-3, abs=1e-4)
    assert said.scores.keys() == {Score.JOINT_ENERGY if several else Score.ENERGY, Score.MAX_LOGIT}


@pytest.mark.parametrize("several", [False, True])
def test_the_nearest_serve_as_they_were_fitted(lessons, unseen, several: bool) -> None:
    """The same logits and the same cosine."""
    recipe = Recipe(Kind.NEAREST, several=several)
    lesson = Lesson.of(recipe, lessons.material)
    outlook = Outlook.fit(recipe, lesson.names, lesson.inside, OPTIONS.lexicon)
    model = Nearest({}).fit(Taught(outlook.design(lesson.inside), lesson.truth, several), SETTING)
    head = model.head(outlook, OneLabel(1.0), Domain(Score.SIMILARITY, 0.0), "e")
    assert isinstance(head, NearestHead)
    said = model.said(outlook.design(unseen.material.take(np.arange(10))))
    for row, seen in enumerate(unseen.seen[:10]):
        votes, total, cosine = head.examples.ask(seen.vector)
        assert as_logits(votes, total, several=several) == pytest.approx(said.logits[row])
        assert head.judge(seen).energy == cosine == said.scores[Score.SIMILARITY][row]


def test_definitions_count_what_they_are_said_to(lessons) -> None:
    """As examples of that weight, or not at all; nothing is known of their attributes and votes."""
    recipe = Recipe(attributes=True, votes=True)
    lesson = Lesson.of(recipe, rich(lessons))
    outlook = Outlook.fit(recipe, lesson.names, lesson.inside, OPTIONS.lexicon)
    taught = Taught(outlook.design(lesson.inside), lesson.truth, False, outlook.definitions(lesson.inside))
    design, truth, counts = taught.weighed(replace(SETTING, definition_weight=2.0))
    assert len(design) == len(truth) == len(lessons.texts) + 1
    assert counts is not None
    assert counts[-1] == 2.0
    assert lesson.names[truth[-1].argmax()] == "card_lost"
    assert not design.attributes[-1].any()
    assert not design.votes[-1].any()
    assert taught.weighed(replace(SETTING, definition_weight=0.0)) == (taught.design, taught.truth, None)


def test_an_example_is_compared_with_the_others_of_its_label() -> None:
    """Its own part of the mean is taken out; a lone example has no others to be like."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(7, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    truth = np.array([[1, 1, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    found = cosines_to_others(vectors, truth, truth.T @ vectors)
    for row in range(7):
        for label in range(3):
            others = np.delete(vectors, row, axis=0)[np.delete(truth[:, label], row) > 0]
            mean = others.sum(axis=0)
            length = np.linalg.norm(mean)
            assert found[row, label] == pytest.approx(vectors[row] @ mean / length if length > 0 else 0.0)


def test_prototypes_are_means_of_unit_length(lessons) -> None:
    """With one label a request nothing else is learned."""
    recipe = Recipe(Kind.PROTOTYPES)
    lesson = Lesson.of(recipe, lessons.material)
    outlook = Outlook.fit(recipe, lesson.names, lesson.inside, OPTIONS.lexicon)
    model = Prototypes({}).fit(Taught(outlook.design(lesson.inside), lesson.truth, False), SETTING)
    mean = lessons.vectors[lesson.truth[:, 1]].mean(axis=0)
    assert model.linear.dense[:, 1] == pytest.approx(mean / np.linalg.norm(mean), rel=1e-4)
    assert not model.linear.bias.any()
