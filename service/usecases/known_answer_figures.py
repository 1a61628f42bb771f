"""How often people gave the right answer where it was known: of each person, and of each label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from service.domain.access import Principal
from service.learn.intervals import clopper_pearson
from service.store import known_answers
from service.usecases.house import House
from service.usecases.known_answers import judged_by
from service.usecases.team import USUAL_DAYS, among


def figures(house: House, principal: Principal, days: int = USUAL_DAYS, queue: str | None = None) -> dict[str, Any]:
    """`all`, `people` and `labels` of the queues that the principal leads, or of all for auditors: each with `decided`,
    `correct`, `share` and its exact 95 % interval (Clopper and Pearson, 1934).

    By label: of the copies whose known answer has it. Empty lists while nobody decided a copy.
    """
    mine, since = among(judged_by(principal), queue), house.clock() - timedelta(days=days)
    with house.store.read() as connection:
        rows = known_answers.results(connection, mine, since)
    people, labels = defaultdict[str, list[bool]](list), defaultdict[str, list[bool]](list)
    for row in rows:
        people[row.person].append(row.correct)
        for label in row.labels or ("none",):
            labels[label].append(row.correct)
    return {
        "all": shown([row.correct for row in rows]),
        "people": [{"reviewer": name, **shown(of)} for name, of in sorted(people.items())],
        "labels": [{"label": name, **shown(of)} for name, of in sorted(labels.items())],
    }


def shown(found: Collection[bool]) -> dict[str, Any]:
    """So many decided, so many of them rightly, and between what shares the true one lies."""
    right, of = sum(found), len(found)
    low, high = clopper_pearson(right, of)
    return {
        "decided": of,
        "correct": right,
        "share": round(right / of, 4) if of else None,
        "interval": [round(low, 4), round(high, 4)] if of else None,
    }
