"""What a head is to be made of."""

from __future__ import annotations

import pytest

from service.learn.errors import CannotLearn
from service.learn.recipes import Kind, Recipe


def test_a_recipe_is_read_back() -> None:
    """What is stored with a model says again how it was made; what is left out is as usual."""
    recipe = Recipe(Kind.VECTOR, attributes=True, several=True)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert Recipe.from_json({}) == Recipe() == Recipe(Kind.JOINED, definitions=True)


@pytest.mark.parametrize(
    "content, why",
    [
        ({"kind": "magic"}, "no head of kind 'magic'"),
        ({"colour": True}, "has no 'colour'"),
        ({"votes": "yes"}, "votes of a recipe is true or false"),
        ({"kind": "nearest", "votes": True}, "cannot join"),
        ({"kind": "prototypes", "attributes": True}, "cannot join"),
    ],
)
def test_a_recipe_that_makes_no_head_is_refused(content: dict[str, object], why: str) -> None:
    """In words that say which part of it."""
    with pytest.raises(CannotLearn, match=why):
        Recipe.from_json(content)
