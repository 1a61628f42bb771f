"""How far people agree who looked at the same cases, and who may be agreeing without looking.

Second reviews give two opinions on one case, given apart from each other. Whoever goes along with nearly every
suggestion, more often than the others and in a fraction of their time, may not be reading: that is worth a
conversation, not a verdict, so the figures it rests on are shown with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import combinations, groupby
from typing import Any

from service.domain.access import Principal
from service.learn.agreement import LEAST, Agreement, agreement, by_label
from service.learn.intervals import at_least
from service.store import opinions, team
from service.store.engine import Row
from service.usecases.house import House
from service.usecases.team import USUAL_DAYS, among, handling, led

_ENOUGH = 50  # suggestions that somebody saw, before anything is said of how they take them
_SURE = 0.01  # probability that somebody is told of without cause, for each who works like the others
_HASTE = 0.5  # of the others' median time

#: Two opinions on one case: who gave them, and what.
Pair = tuple[Row[Any], Row[Any]]


def figures(house: House, principal: Principal, days: int = USUAL_DAYS, queue: str | None = None) -> dict[str, Any]:
    """Of the queues that the principal leads, or of one of them: agreement of `all`, of `people`, by `labels`, and
    `unread`, suspicions.

    A kappa is null below 20 pairs of opinions, and where there was nothing to disagree on.
    """
    mine, since = among(led(principal), queue), house.clock() - timedelta(days=days)
    with house.store.read() as connection:
        several, said = opinions.on_the_same(connection, mine, since), team.decided(connection, mine, since)
    pairs = [pair for _, rows in groupby(several, lambda row: row.case) for pair in combinations(list(rows)[:2], 2)]
    return {
        "all": _shown(agreement([_labels(pair) for pair in pairs])),
        "people": _people(pairs),
        "labels": [
            {"label": label, **_shown(found)} for label, found in by_label([_labels(pair) for pair in pairs]).items()
        ],
        "unread": unread(said),
    }


def unread(said: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Who went along with nearly every suggestion, surely more often than the others and in half of their time.

    `said` are rows with reviewer, labels, suggested, begun_at and created_at. Of each: `reviewer`, `suggested`,
    `agreed`, `seconds`, and of the others together `others_share` and `others_seconds`.
    """
    shown: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in said:
        if row.suggested is not None:
            shown[row.reviewer].append(row)
    found = (
        _beside(name, rows, [row for other, theirs in shown.items() if other != name for row in theirs])
        for name, rows in sorted(shown.items())
        if len(rows) >= _ENOUGH
    )
    return [each for each in found if each is not None]


def _beside(name: str, own: Sequence[Row[Any]], others: Sequence[Row[Any]]) -> dict[str, Any] | None:
    """What is told of somebody; None where nothing is, or there is nobody to compare with."""
    if len(others) < _ENOUGH:
        return None
    agreed, share = _agreed(own), _agreed(others) / len(others)
    seconds, usual = handling(own), handling(others)
    hasty = seconds is not None and usual is not None and seconds < _HASTE * usual
    if not hasty or at_least(agreed, len(own), _SURE) <= share:
        return None
    return {
        "reviewer": name,
        "suggested": len(own),
        "agreed": agreed,
        "seconds": seconds,
        "others_share": round(share, 4),
        "others_seconds": usual,
    }


def _agreed(rows: Collection[Row[Any]]) -> int:
    return sum(row.suggested in row.labels for row in rows)


def _people(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Each person's opinions beside those of whoever looked at the same cases."""
    of: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        first, second = _labels(pair)
        of[pair[0].reviewer].append((first, second))
        of[pair[1].reviewer].append((second, first))
    return [{"reviewer": name, **_shown(agreement(theirs))} for name, theirs in sorted(of.items())]


def _labels(pair: Pair) -> tuple[str, str]:
    """What the two said; several labels are one answer, no label is `none`."""
    first, second = (" + ".join(sorted(each.labels)) or "none" for each in pair)
    return first, second


def _shown(found: Agreement) -> Mapping[str, Any]:
    told = found.kappa is not None and found.of >= LEAST
    return {
        "pairs": found.of,
        "agreed": found.agreed,
        "kappa": round(found.kappa, 4) if told and found.kappa is not None else None,
        "interval": [round(found.low, 4), round(found.high, 4)]
        if told and found.low is not None and found.high is not None
        else None,
    }
