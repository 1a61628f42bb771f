"""Guarantees for groups of labels, each with a promise of its own because a wrong one does more harm, or less.

The groups share delta, so that with confidence 1 - delta all their promises hold together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from service.domain.types import Bound, Certificate, LabelGroup, Refusal
from service.learn.binomial import check_promise, more_cases, smallest_n
from service.learn.guarantee import THRESHOLDS, Table, check_cases, first_place, granted, refused

_LOOSEST = len(THRESHOLDS) - 1


def certify_groups(
    confidence: npt.NDArray[np.floating],
    correct: npt.NDArray[np.bool_],
    group: npt.NDArray[np.integer],
    groups: Sequence[LabelGroup],
    delta: float,
    *,
    sample: str = "",
    level: float | None = None,
    later: float | None = None,
) -> Certificate | Refusal:
    """A threshold for each group of labels, or why it has none; a refused group takes nothing from the others.

    As `guarantee.certify`, with `group` of shape (n,): the place in `groups` of the labels that each case would be
    given, -1 for none. The groups begin with equal parts of the level. A group that is certified down to the loosest
    threshold needs its part no more and leaves it to the others (a graphical procedure of Bretz et al., 2009).
    """
    check_cases(confidence, correct)
    if group.shape != confidence.shape or not groups:
        raise ValueError("each case has a place among the groups, and there has to be a group")
    for each in groups:
        check_promise(each.alpha, delta)
    tables = [Table.of(confidence[group == g], correct[group == g], len(confidence)) for g in range(len(groups))]
    levels = [(delta if level is None else level) / len(groups)] * len(groups)
    # The starts belong to the first levels: what is tested in which order must not depend on what was found.
    firsts = [first_place(table, each.alpha, at) for table, each, at in zip(tables, groups, levels, strict=True)]
    places = _shared(tables, firsts, [each.alpha for each in groups], levels)
    found = zip(groups, tables, firsts, places, levels, strict=True)
    less = 1.0 if later is None else later / (delta if level is None else level)
    return _joined([_bound(*each, less) for each in found], tables[0].cases, delta, sample, level, less)


def _shared(
    tables: Sequence[Table], firsts: Sequence[int], alphas: Sequence[float], levels: list[float]
) -> list[int | None]:
    """The places granted; `levels` end as what each group was tested at."""
    finished: set[int] = set()
    while True:
        places = [granted(*each) for each in zip(tables, firsts, alphas, levels, strict=True)]
        newly = {g for g, place in enumerate(places) if place == _LOOSEST} - finished
        finished |= newly
        others = [g for g in range(len(tables)) if g not in finished]
        if not newly or not others:
            return places
        released = sum(levels[g] for g in newly)
        for g in others:
            levels[g] += released / len(others)


def _bound(group: LabelGroup, table: Table, first: int, place: int | None, level: float, less: float) -> Bound:
    needed = smallest_n(group.alpha, level)
    if place is not None:
        return Bound(group.name, group.labels, group.alpha, *table.at(place), THRESHOLDS[place], needed, level=level)
    told = refused(table, first, group.alpha, level, less * level)
    errors = int(table.errors[first])
    return Bound(group.name, group.labels, group.alpha, told.accepted, errors, None, needed, told.why, level)


def _joined(
    bounds: Sequence[Bound], cases: int, delta: float, sample: str, level: float | None, less: float
) -> Certificate | Refusal:
    """What the groups' bounds come to together; `less` is the part of its level that each has at a further try."""
    held = [(bound, bound.threshold) for bound in bounds if bound.threshold is not None]
    if held:
        return Certificate(
            alpha=max(bound.alpha for bound, _ in held),
            delta=delta,
            cases=cases,
            accepted=sum(bound.accepted for bound, _ in held),
            errors=sum(bound.errors for bound, _ in held),
            threshold=max(threshold for _, threshold in held),
            sample=sample,
            level=level,
            bounds=tuple(bounds),
        )
    lacking = [more_cases(cases, b.accepted, b.errors, b.alpha, less * (b.level or delta)) for b in bounds]
    nearest = min(range(len(bounds)), key=lambda g: (lacking[g] is None, lacking[g] or 0))
    return Refusal(
        alpha=bounds[nearest].alpha,
        delta=delta,
        cases=cases,
        accepted=bounds[nearest].accepted,
        needed=bounds[nearest].needed,
        why="; ".join(f"{bound.group or 'labels in no group'}: {bound.why}" for bound in bounds),
        sample=sample,
        level=level,
        bounds=tuple(bounds),
        more=lacking[nearest],
    )
