"""Kinds of request that fare worse are found, and only those."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from service.learn.intervals import clopper_pearson
from service.learn.slices import MISSING, changes, slices


def requests(rng: np.random.Generator, count: int) -> list[dict[str, Any]]:
    return [
        {
            "language": str(rng.choice(["en", "de", "fr"], p=[0.7, 0.2, 0.1])),
            "amount": float(rng.gamma(2.0, 50.0)),
            "vulnerable": bool(rng.uniform() < 0.1),
            "tags": tuple(tag for tag in ("new", "vip") if rng.uniform() < 0.3),
        }
        for _ in range(count)
    ]


def test_a_language_that_fares_worse_is_found() -> None:
    """With its exact interval, corrected for all that were looked at, and before everything else."""
    rng = np.random.default_rng(4)
    asked = requests(rng, 2000)
    wrong = rng.uniform(size=2000) < np.where([each["language"] == "fr" for each in asked], 0.12, 0.03)
    found = slices(asked, wrong)
    first = found[0]
    assert (first.attribute, first.value, first.worse) == ("language", "fr", True)
    assert (first.low, first.high) == pytest.approx(clopper_pearson(first.hits, first.cases))
    assert first.rate == pytest.approx(0.12, abs=0.05)
    assert [one.value for one in found if one.worse] == ["fr"]
    assert {one.attribute for one in found} == {"language", "amount", "vulnerable", "tags"}


def test_among_many_sound_slices_none_is_blamed() -> None:
    """Over a hundred looks at requests that all fare the same, something is called worse in 5 % at most."""
    rng = np.random.default_rng(1)
    asked = requests(rng, 600)
    blamed = sum(any(one.worse for one in slices(asked, rng.uniform(size=600) < 0.05)) for _ in range(100))
    assert blamed / 100 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)


def test_values_in_words() -> None:
    """Numbers of many values in quarters, lists by each member, what is missing as such."""
    asked: list[dict[str, Any]] = [{}] * 30
    asked += [{"amount": float(n), "tags": ("vip",) if n % 2 else (), "ok": n < 50} for n in range(100)]
    found = {(one.attribute, one.value): one.cases for one in slices(asked, np.zeros(130, dtype=bool))}
    assert found["amount", "below 24.75"] == 25
    assert found["amount", "49.5 to 74.25"] == 25
    assert found["amount", "74.25 and more"] == 25
    assert found["amount", MISSING] == 30
    assert found["tags", "vip"] == 50
    assert found["tags", MISSING] == 80
    assert found["ok", "yes"] == found["ok", "no"] == 50


def test_small_slices_are_not_looked_at() -> None:
    """Nobody is judged by a handful of requests; nor is everything a slice of itself."""
    asked: list[dict[str, Any]] = [{"language": "en", "kind": "a"}] * 95 + [{"language": "de", "kind": "a"}] * 5
    found = slices(asked, np.array([False] * 95 + [True] * 5))
    assert [(one.attribute, one.value) for one in found] == [("language", "en")]
    assert slices(asked, np.array([False] * 95 + [True] * 5), least=5)[0].value == "de"


def test_a_candidate_that_is_worse_for_some_is_found() -> None:
    """Better on the whole and worse for one language: that one slice says so."""
    rng = np.random.default_rng(2)
    asked = requests(rng, 2000)
    french = np.array([each["language"] == "fr" for each in asked])
    before = rng.uniform(size=2000) < 0.06
    after = np.where(french, before | (rng.uniform(size=2000) < 0.12), before & (rng.uniform(size=2000) < 0.5))
    found = changes(asked, before, after)
    assert [(one.attribute, one.value) for one in found if one.worse] == [("language", "fr")]
    everything = next(one for one in found if one.value == "all")
    assert everything.after < everything.before
    assert everything.cases == 2000


def test_a_candidate_that_only_differs_is_not_worse() -> None:
    """Over a hundred candidates that err elsewhere as often, one is called worse in 5 % at most."""
    rng = np.random.default_rng(3)
    asked = requests(rng, 500)
    blamed = 0
    for _ in range(100):
        before, after = rng.uniform(size=500) < 0.08, rng.uniform(size=500) < 0.08
        blamed += any(one.worse for one in changes(asked, before, after))
    assert blamed / 100 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)


def test_answers_belong_to_requests() -> None:
    """One for each, of booleans."""
    with pytest.raises(ValueError, match="do not fit"):
        slices([{}], np.zeros(2, dtype=bool))
    with pytest.raises(ValueError, match="do not fit"):
        changes([{}], np.zeros(1, dtype=bool), np.zeros(2, dtype=bool))
