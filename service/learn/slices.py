"""Whether some kinds of request fare worse than the others: by each value of each attribute.

A slice is all requests with one value of one attribute. Many slices are looked at, and among many some look bad by
chance, so each is called worse only after Holm's correction for all that were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rules.model import AttributeValue
from service.learn.intervals import clopper_pearson, holm

#: A slice is called worse at this level, all slices together.
LEVEL = 0.05

MISSING = "missing"
_LEAST = 20  # requests of a slice, below which it is not looked at
_DISTINCT = 8  # values of a number, above which it is cut into quarters
_MOST = 25  # values of an attribute, the most frequent ones

Flags = npt.NDArray[np.bool_]
Attributes = Sequence[Mapping[str, AttributeValue]]


@dataclass(frozen=True, slots=True)
class Slice:
    """One kind of request, and how often something is so there: wrong, or reviewed."""

    attribute: str
    value: str
    cases: int
    hits: int
    low: float  #: of the exact interval of the share, 0 to 1
    high: float
    p: float  #: how likely so high a share is by chance beside the rest, corrected for all slices; 0 to 1
    worse: bool  #: it is higher than elsewhere, and not by chance

    @property
    def rate(self) -> float:
        return self.hits / self.cases if self.cases else 0.0


def slices(attributes: Attributes, hit: Flags, *, least: int = _LEAST, level: float = LEVEL) -> tuple[Slice, ...]:
    """Every slice of at least so many requests, the most conspicuous first.

    `hit`, shape (n,), says of each request whether it was wrong, or reviewed, or whatever is asked. Each slice is
    compared with all other requests by Fisher's exact test, one-sided.
    """
    from scipy.stats import hypergeom

    _check(attributes, hit)
    members = _members(attributes, least)
    counts = [(len(places), int(np.count_nonzero(hit[places]))) for places in members.values()]
    cases, hits = np.array(counts, dtype=np.int64).reshape(-1, 2).T
    chances = holm(hypergeom.sf(hits - 1, len(hit), np.count_nonzero(hit), cases).tolist())
    found = [
        Slice(name, value, of, wrong, *clopper_pearson(wrong, of), p, p <= level)
        for (name, value), (of, wrong), p in zip(members, counts, chances, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (each.p, -each.rate, each.attribute, each.value)))


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of request, and how often two models are wrong there on the same requests."""

    attribute: str
    value: str
    cases: int
    before: int  #: wrong by the one that answers
    after: int  #: wrong by the candidate
    p: float  #: how likely such a worsening is by chance, corrected for all slices; 0 to 1
    worse: bool  #: the candidate is wrong more often there, and not by chance


def changes(
    attributes: Attributes, before: Flags, after: Flags, *, least: int = _LEAST, level: float = LEVEL
) -> tuple[Change, ...]:
    """Every slice of at least so many requests, and all of them as a slice of its own, the most conspicuous first.

    `before` and `after`, shape (n,), say of each request whether the one and the other was wrong on it. Only requests
    on which they differ count: the exact test of McNemar (1947), one-sided.
    """
    from scipy.special import bdtrc

    _check(attributes, before)
    _check(attributes, after)
    members = {("", "all"): np.arange(len(before)), **_members(attributes, least)}
    spoilt, mended = after & ~before, before & ~after
    chances = []
    for places in members.values():
        bad, good = int(np.count_nonzero(spoilt[places])), int(np.count_nonzero(mended[places]))
        chances.append(float(bdtrc(bad - 1, bad + good, 0.5)) if bad else 1.0)
    found = [
        Change(
            name, value, len(places), int(before[places].sum()), int(after[places].sum()), corrected, corrected <= level
        )
        for (name, value), places, corrected in zip(members, members.values(), holm(chances), strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (each.p, each.before - each.after, each.attribute, each.value)))


def _check(attributes: Attributes, flags: Flags) -> None:
    if len(attributes) != len(flags) or flags.dtype != np.bool_:
        raise ValueError(f"{len(flags)} answers do not fit {len(attributes)} requests")


def _members(attributes: Attributes, least: int) -> dict[tuple[str, str], npt.NDArray[np.int64]]:
    """The places of each slice that is large enough and is not everything."""
    found: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
    for name in sorted({name for each in attributes for name in each}):
        by_value: dict[str, list[int]] = {}
        for place, values in enumerate(_said([each.get(name) for each in attributes])):
            for value in values:
                by_value.setdefault(value, []).append(place)
        frequent = sorted(by_value.items(), key=lambda each: (-len(each[1]), each[0]))[:_MOST]
        for value, places in frequent:
            if least <= len(places) < len(attributes):
                found[name, value] = np.array(places, dtype=np.int64)
    return found


def _said(values: Sequence[AttributeValue | None]) -> list[tuple[str, ...]]:
    """The values in words: those of many-valued numbers as quarters of their range, of lists each one."""
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(set(numbers)) <= _DISTINCT:
        return [_words(value) for value in values]
    cuts = np.unique(np.quantile(numbers, (0.25, 0.5, 0.75)))

    def band(number: float) -> str:
        above = int(np.searchsorted(cuts, number, side="right"))
        if above == 0:
            return f"below {cuts[0]:g}"
        return f"{cuts[above - 1]:g} and more" if above == len(cuts) else f"{cuts[above - 1]:g} to {cuts[above]:g}"

    return [
        (band(float(value)),) if isinstance(value, int | float) and not isinstance(value, bool) else _words(value)
        for value in values
    ]


def _words(value: AttributeValue | None) -> tuple[str, ...]:
    match value:
        case None:
            return (MISSING,)
        case bool():
            return ("yes" if value else "no",)
        case tuple():
            return value or (MISSING,)
        case float():
            return (f"{value:g}",)
    return (str(value),)
