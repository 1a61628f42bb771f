"""Typed attributes as features. What was learned of each (its range, its values) lies with the head.

Nothing a request may say raises: a value that was not learned is "other", one of another type or none is "missing".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rules.model import AttributeValue

Row: TypeAlias = Mapping[str, AttributeValue]
Values: TypeAlias = npt.NDArray[np.float32]

_FARTHEST = 3.0  # standard deviations from the mean; beyond, a number says no more
_HUGE = 1e100  # beyond, a number is no measurement, and its square no number
_LEAST = 2  # examples that have a value, or it counts as other
_MOST = 50  # values of one attribute
_WEEK, _YEAR = 7, 365.25


@dataclass(frozen=True, slots=True)
class Number:
    """A number in standard deviations from the training mean, clipped."""

    name: str
    mean: float
    deviation: float  #: above 0

    @property
    def width(self) -> int:
        return 2

    @property
    def says(self) -> tuple[str, ...]:
        return (self.name, f"{self.name} missing")

    def fill(self, out: Values, value: object) -> None:
        number = _as_number(value)
        if number is None:
            out[1] = 1
        else:
            out[0] = min(max((number - self.mean) / self.deviation, -_FARTHEST), _FARTHEST)


@dataclass(frozen=True, slots=True)
class Category:
    """One of a few values, or several of them at once (then each weighs less); booleans are two values."""

    name: str
    values: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.values) + 2

    @property
    def says(self) -> tuple[str, ...]:
        return (*(f"{self.name}={value}" for value in self.values), f"{self.name} other", f"{self.name} missing")

    def fill(self, out: Values, value: object) -> None:
        given = _as_values(value)
        for each in given:
            out[self.values.index(each) if each in self.values else len(self.values)] = len(given) ** -0.5
        if not given:
            out[-1] = 1


@dataclass(frozen=True, slots=True)
class Day:
    """A date by its place in the week and in the year.

    The date itself would be no feature: those to come lie outside of whatever was learned.
    """

    name: str

    @property
    def width(self) -> int:
        return 5

    @property
    def says(self) -> tuple[str, ...]:
        return (
            *(f"{self.name} in {period} ({wave})" for period in ("week", "year") for wave in ("sine", "cosine")),
            f"{self.name} missing",
        )

    def fill(self, out: Values, value: object) -> None:
        day = _as_date(value)
        if day is None:
            out[-1] = 1
            return
        turns = (2 * math.pi * day.weekday() / _WEEK, 2 * math.pi * day.timetuple().tm_yday / _YEAR)
        out[:4] = [wave(turn) for turn in turns for wave in (math.sin, math.cos)]


Column: TypeAlias = Number | Category | Day


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """What was learned of the attributes: one entry for each that tells requests apart."""

    columns: tuple[Column, ...]

    @classmethod
    def fit(cls, rows: Sequence[Row]) -> AttributeSchema:
        """From the attributes of the training examples. What never varies, or hardly ever repeats, is left out."""
        names = sorted({name for row in rows for name in row})
        found = (_column(name, [row[name] for row in rows if name in row], len(rows)) for name in names)
        return cls(tuple(column for column in found if column is not None))

    @property
    def says(self) -> tuple[str, ...]:
        """What each feature means."""
        return tuple(said for column in self.columns for said in column.says)

    @property
    def width(self) -> int:
        return sum(column.width for column in self.columns)

    def transform_one(self, row: Row) -> Values:
        """The features of one request, shape (width,)."""
        out = np.zeros(self.width, dtype=np.float32)
        start = 0
        for column in self.columns:
            end = start + column.width
            column.fill(out[start:end], row.get(column.name))
            start = end
        return out

    def transform(self, rows: Sequence[Row]) -> Values:
        """Rows of `transform_one`, shape (n, width)."""
        return np.array([self.transform_one(row) for row in rows], dtype=np.float32).reshape(len(rows), self.width)

    def to_json(self) -> list[dict[str, Any]]:
        return [_column_to_json(column) for column in self.columns]

    @classmethod
    def from_json(cls, content: Sequence[Mapping[str, Any]]) -> AttributeSchema:
        """ValueError, KeyError or TypeError for what `to_json` would not give."""
        return cls(tuple(_column_from_json(entry) for entry in content))


def _column(name: str, values: Sequence[AttributeValue], rows: int) -> Column | None:
    numbers = np.array([number for value in values if (number := _as_number(value)) is not None])
    if len(numbers) > len(values) / 2:
        mean, deviation = float(numbers.mean()), float(numbers.std())
        if deviation == 0.0 and len(values) == rows:
            return None  # always there and always the same
        return Number(name, mean, deviation or 1.0)
    if sum(_as_date(value) is not None for value in values) > len(values) / 2:
        return Day(name)
    counts = Counter(each for value in values for each in set(_as_values(value)))
    kept = sorted((value for value, count in counts.items() if count >= _LEAST), key=lambda v: (-counts[v], v))[:_MOST]
    if not kept or (len(counts) == 1 and len(values) == rows):
        return None
    return Category(name, tuple(kept))


def _as_number(value: object) -> float | None:
    """A number that can be reckoned with; neither booleans nor what is too large or none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_HUGE < value < _HUGE:
        return None
    return float(value)


def _as_values(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(dict.fromkeys(each for each in value if isinstance(each, str)))
    return ()


def _as_date(value: object) -> date | None:
    """The day of a date or time in ISO 8601."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _column_to_json(column: Column) -> dict[str, Any]:
    match column:
        case Number(name, mean, deviation):
            return {"type": "number", "name": name, "mean": mean, "deviation": deviation}
        case Category(name, values):
            return {"type": "category", "name": name, "values": list(values)}
        case Day(name):
            return {"type": "day", "name": name}


def _column_from_json(entry: Mapping[str, Any]) -> Column:
    match entry["type"]:
        case "number":
            number = Number(entry["name"], float(entry["mean"]), float(entry["deviation"]))
            if not (number.deviation > 0 and math.isfinite(number.deviation) and math.isfinite(number.mean)):
                raise ValueError(f"the range of attribute {number.name} is not one")
            return number
        case "category":
            return Category(entry["name"], tuple(entry["values"]))
        case "day":
            return Day(entry["name"])
        case other:
            raise ValueError(f"an attribute of type {other!r} is not known")
