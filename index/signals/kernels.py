"""What one signal makes of a column of documents: numbers of 0 to 1, 0 where a document has nothing to say. Pure.

Computed when searching, from the documents' own dates and fields, so that nothing goes stale: a vector that has age
built in is wrong the day after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite, log1p
from typing import Final

import numpy as np
import numpy.typing as npt

from index.model import FieldValue, Kernel, Prefer, Signal

Scores = npt.NDArray[np.float32]

#: Calendar period -> how many of them a year has.
PERIODS: Final[Mapping[str, int]] = {"year": 1, "quarter": 4, "month": 12}
_YEAR: Final = 365.0  #: days


def recency(signal: Signal, effective: npt.NDArray[np.int32], today: date) -> Scores:
    """How new each document is: 1 when in force since today or later, halved with each half-life, 0 without a date.

    `effective` holds proleptic days, 0 for none. The calendar kernel counts age in whole periods that have begun
    since, so that all documents of one year (quarter, month) are worth the same. Raises ValueError for a half-life
    that is not above 0.
    """
    if not signal.half_life_days > 0:
        raise ValueError(f"signal {signal.name}: the half-life has to be more than 0 days")
    if signal.kernel is Kernel.CALENDAR:
        each = _YEAR / PERIODS[signal.period]
        begun = _period(today, signal.period)
        ages = np.array([each * (begun - _period_of(day, signal.period)) for day in effective.tolist()], np.float64)
    else:
        ages = today.toordinal() - effective.astype(np.float64)
    scores: Scores = (0.5 ** (np.maximum(ages, 0.0) / signal.half_life_days)).astype(np.float32)
    scores[effective <= 0] = 0.0
    return scores


def _period_of(day: int, period: str) -> int:
    return _period(date.fromordinal(day), period) if day > 0 else 0


def _period(day: date, period: str) -> int:
    """Numbers the period a day lies in; periods that follow each other have numbers that do."""
    parts = PERIODS[period]
    return day.year * parts + (day.month - 1) * parts // 12


def number(signal: Signal, values: Sequence[FieldValue | None], asked: FieldValue | None) -> Scores | None:
    """How good each document's number is, straight from `least` to `most`; beyond them it is as good as at them.

    High ones, low ones, or those near the number the request asks for. None when near ones are preferred and the
    request asks for no number. Raises ValueError for bounds that leave nothing between them.
    """
    if not signal.least < signal.most or (signal.logarithmic and signal.least < 0):
        raise ValueError(f"signal {signal.name}: `least` has to be below `most`, and 0 or more on a logarithmic scale")
    goal: float | None = None
    if signal.prefer is Prefer.NEAR:
        goal = _place(signal, asked)
        if goal is None:
            return None
    places = [_place(signal, value) for value in values]
    return np.array([_liked(signal.prefer, place, goal) for place in places], dtype=np.float32)


def _place(signal: Signal, value: FieldValue | None) -> float | None:
    """Where between `least` and `most` a number lies, 0 to 1; None for what is no number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        return None
    held = min(max(float(value), signal.least), signal.most)
    if signal.logarithmic:
        return (log1p(held) - log1p(signal.least)) / (log1p(signal.most) - log1p(signal.least))
    return (held - signal.least) / (signal.most - signal.least)


def _liked(prefer: Prefer, place: float | None, goal: float | None) -> float:
    if place is None:
        return 0.0
    if goal is not None:
        return 1.0 - abs(place - goal)
    return place if prefer is Prefer.HIGH else 1.0 - place


def category(values: Sequence[FieldValue | None], asked: FieldValue | None) -> Scores | None:
    """The share of the words asked for that each document has, in any case; None when none are asked for."""
    wanted = _words(asked)
    if not wanted:
        return None
    return np.array([len(wanted & _words(value)) / len(wanted) for value in values], dtype=np.float32)


def authority(worth: Mapping[str, float], values: Sequence[FieldValue | None]) -> Scores:
    """What the best of each document's words is worth; words that are worth nothing are not listed."""
    known = {word.casefold(): min(max(value, 0.0), 1.0) for word, value in worth.items()}
    best = (max((known.get(word, 0.0) for word in _words(value)), default=0.0) for value in values)
    return np.array(list(best), dtype=np.float32)


def _words(value: FieldValue | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    words = value if isinstance(value, tuple) else (f"{value:g}",)
    return frozenset(word.casefold() for word in words)
