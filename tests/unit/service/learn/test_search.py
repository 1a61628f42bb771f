"""What is chosen for a head, and within which budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.learn.material import Definition
from service.learn.recipes import Kind, Recipe
from service.learn.search import TrainOptions
from service.learn.train import fit


@pytest.mark.parametrize(
    "recipe, chosen",
    [
        (Recipe(definitions=False), ["lexical_weight", "strength"]),
        (Recipe(Kind.VECTOR, attributes=True), ["strength", "attribute_weight", "definition_weight"]),
        (Recipe(Kind.LEXICAL, votes=True, definitions=False), ["strength", "votes_weight"]),
        (Recipe(Kind.NEAREST, definitions=False), ["neighbours", "sharpness"]),
        (Recipe(Kind.PROTOTYPES), ["definition_weight"]),
        (Recipe(Kind.PROTOTYPES, definitions=False), []),
    ],
)
def test_only_what_a_recipe_uses_is_chosen(recipe: Recipe, chosen: list[str]) -> None:
    """And that which matters most first."""
    assert list(TrainOptions().axes(recipe)) == chosen


def test_the_budget_grows_with_what_is_to_be_chosen(lessons) -> None:
    """Two settings for two things, three more for the third; each trial differs from the one it came from by a step."""
    material = replace(lessons.material, attributes=[{"length": len(text)} for text in lessons.texts])
    found = fit(Recipe(attributes=True), material, encoder="e", options=TrainOptions(most_settings=2))
    assert 2 < len(found.report.trials) <= 5
    assert len({trial.setting for trial in found.report.trials}) == len(found.report.trials)


def test_definitions_of_well_known_labels_are_not_tried(lessons) -> None:
    """Where there are many examples of each label, definitions say no more and cost trials."""
    definitions = {"fees": Definition("fees", np.eye(16, dtype=np.float32)[2])}
    material = replace(lessons.material, definitions=definitions)
    known = fit(Recipe(), material, encoder="e", options=TrainOptions(most_settings=1, defined=10))
    assert {trial.setting.definition_weight for trial in known.report.trials} == {0.0}
    few = fit(Recipe(), material, encoder="e", options=TrainOptions(most_settings=1, defined=1000))
    assert few.report.trials[0].setting.definition_weight > 0
