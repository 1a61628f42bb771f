"""Typed attributes as features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from service.learn.attributes import AttributeSchema, Row

ROWS: list[Row] = [
    {"amount": 10.0, "channel": "app", "vip": True, "day": "2026-03-02", "tags": ("new", "eu"), "note": "x1"},
    {"amount": 20.0, "channel": "web", "vip": False, "day": "2026-03-03", "tags": ("eu",), "note": "x2"},
    {"amount": 30.0, "channel": "app", "vip": True, "day": "2026-09-02", "tags": ("new",), "note": "x3"},
    {"amount": 40.0, "channel": "web", "vip": False, "day": "2026-09-03T10:00:00Z", "tags": (), "note": "x4"},
    {"channel": "fax", "vip": True, "tags": ("eu", "new"), "note": "x5"},
]


@pytest.fixture(scope="module")
def schema() -> AttributeSchema:
    return AttributeSchema.fit(ROWS)


def said(schema: AttributeSchema, row: Row) -> dict[str, float]:
    """The features that are not zero, by what they say."""
    values = schema.transform_one(row)
    return {what: float(value) for what, value in zip(schema.says, values, strict=True) if value}


def test_numbers_are_standardised_and_clipped(schema: AttributeSchema) -> None:
    """In standard deviations of the training rows; a thousand times the mean says no more than three of them."""
    deviation = np.std([10, 20, 30, 40])
    assert said(schema, {"amount": 40})["amount"] == pytest.approx(15 / deviation)
    assert said(schema, {"amount": 10_000})["amount"] == 3.0
    assert said(schema, {"amount": -10_000})["amount"] == -3.0


def test_categories_are_told_apart_and_the_rare_ones_are_other(schema: AttributeSchema) -> None:
    """A value of two rows or more has a feature of its own; a rarer or a new one is "other"."""
    assert said(schema, {"channel": "app"})["channel=app"] == 1
    assert said(schema, {"channel": "fax"}) == said(schema, {"channel": "carrier pigeon"})
    assert said(schema, {"channel": "fax"})["channel other"] == 1
    assert said(schema, {"vip": True})["vip=true"] == 1


def test_lists_count_as_much_as_single_values(schema: AttributeSchema) -> None:
    """Two values at once weigh as much as one: the features have the same length."""
    both = said(schema, {"tags": ("eu", "new")})
    assert both["tags=eu"] == both["tags=new"] == pytest.approx(0.5**0.5)
    assert said(schema, {"tags": ()})["tags missing"] == 1


def test_dates_are_places_in_week_and_year(schema: AttributeSchema) -> None:
    """The same weekday and season a year later look alike, and a date that is none is missing."""
    now, later = schema.transform_one({"day": "2026-03-02"}), schema.transform_one({"day": "2027-03-01"})
    assert now == pytest.approx(later, abs=0.05)
    assert said(schema, {"day": "2026-13-45"})["day missing"] == 1
    assert said(schema, {"day": "soon"})["day missing"] == 1


def test_what_says_nothing_is_left_out() -> None:
    """A string that is different in every row, and a value that is always the same."""
    assert AttributeSchema.fit([{"note": f"x{place}", "bank": "A", "limit": 5} for place in range(9)]).columns == ()
    sometimes = AttributeSchema.fit([{"limit": 5}, {"limit": 5}, {}])
    assert sometimes.width == 2  # that it is missing says something


@pytest.mark.parametrize("odd", [None, "x", float("nan"), float("inf"), True, 5, (), (1, 2), 10**400, {"a": 1}])
def test_nothing_raises(schema: AttributeSchema, odd: Any) -> None:
    """Whatever stands where a number, a value or a date was expected: finite features of the same width."""
    row = dict.fromkeys(("amount", "channel", "vip", "day", "tags", "unheard of"), odd)
    values = schema.transform_one(row)
    assert values.shape == (schema.width,)
    assert np.isfinite(values).all()


def test_missing_is_said(schema: AttributeSchema) -> None:
    """An empty row says of each attribute that it is not there, and nothing else."""
    found = said(schema, {})
    assert set(found) == {"amount missing", "channel missing", "vip missing", "day missing", "tags missing"}


def test_serving_and_training_see_the_same(schema: AttributeSchema) -> None:
    """A row of the training matrix is bit by bit what one request gets, also after it was stored."""
    again = AttributeSchema.from_json(schema.to_json())
    assert again == schema
    assert np.array_equal(schema.transform(ROWS), np.array([again.transform_one(row) for row in ROWS]))
    assert schema.transform([]).shape == (0, schema.width)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "colour", "name": "a"},
        {"type": "number", "name": "a", "mean": 0, "deviation": 0},
        {"type": "number", "name": "a", "mean": float("nan"), "deviation": 1},
        {"type": "category", "name": "a"},
    ],
)
def test_a_stored_schema_that_is_none_is_refused(entry: dict[str, object]) -> None:
    """Before anything is divided by nothing."""
    with pytest.raises((ValueError, KeyError)):
        AttributeSchema.from_json([entry])
