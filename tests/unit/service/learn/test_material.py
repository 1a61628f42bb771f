"""What a head learns from."""

from __future__ import annotations

import numpy as np
import pytest

from service.learn.errors import CannotLearn
from service.learn.lesson import Lesson
from service.learn.material import Definition, Material, definition_text
from service.learn.recipes import Recipe

VECTORS = np.eye(4, dtype=np.float32)
LABELS = [("b",), ("a",), ("a",), ()]


def test_parts_that_do_not_belong_together_are_refused() -> None:
    """Rows of another number, or definitions of another encoder."""
    texts = ["w", "x", "y", "z"]
    with pytest.raises(CannotLearn, match="rows of attributes"):
        Material(texts, LABELS, VECTORS, attributes=[{}])
    with pytest.raises(CannotLearn, match="rows of votes"):
        Material(texts, LABELS, VECTORS, votes=[{}] * 5)
    with pytest.raises(CannotLearn, match="definition of a"):
        Material(texts, LABELS, VECTORS, definitions={"a": Definition("an a", np.ones(3, np.float32))})


def test_a_lesson_tells_who_belongs_where() -> None:
    """With one label a request, an example without any is outside; with several it is an example like others."""
    material = Material(["w", "x", "y", "z"], LABELS, VECTORS, attributes=[{"n": place} for place in range(4)])
    one = Lesson.of(Recipe(), material)
    assert one.names == ("a", "b")
    assert one.rows.tolist() == [0, 1, 2]
    assert one.truth.tolist() == [[False, True], [True, False], [True, False]]
    assert one.outside is not None
    assert one.outside.attributes == [{"n": 3}]
    assert one.fewest == 1
    several = Lesson.of(Recipe(several=True), material)
    assert several.rows.tolist() == [0, 1, 2, 3]
    assert several.outside is None
    assert several.strata.tolist() == [1, 0, 0, 2]


def test_an_example_is_dealt_out_by_its_rarest_label() -> None:
    """So that no fold is without it."""
    material = Material(["w", "x", "y", "z"], [("a", "b"), ("a",), ("a",), ("a", "b")], VECTORS)
    assert Lesson.of(Recipe(several=True), material).strata.tolist() == [1, 0, 0, 1]


def test_a_definition_is_one_text() -> None:
    """Title, definition and what is included, as sentences."""
    said = definition_text("Card lost", "The card is gone.", ["stolen cards", ""])
    assert said == "Card lost. The card is gone. stolen cards"
