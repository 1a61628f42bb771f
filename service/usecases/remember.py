"""What is thought of calibration cases, worked out once for everything that it depends on.

Rules change far more often than encoder, documents and classifier do, so what these make of a case is remembered: the
very values, so that working them out again would give the same, bit by bit. Documents change more often than encoder
and classifier, so what those two make of a text is remembered apart from the evidence: trying a certificate again
after an approval costs searches and no encoding. A classifier that looks at more than the text is remembered by that
as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from index.latest import Latest
from index.model import AllowedSet, Evidence, Searcher
from rules.model import AttributeValue
from service.learn.judge import Need
from service.usecases.consider import Opine, Opinion, Reading, Rooms, Stopwatch, Verdict
from service.usecases.house import House

T = TypeVar("T")


def remembering(house: House, rooms: Rooms, view: Searcher) -> Opine:
    """`rooms.opinion`, remembered. `view` is what the rooms search."""
    release, searched = rooms.release, view.digest
    row, needs, ranking = release.row, release.head.needs, release.workflow.ranking

    def opine(text: str, attributes: Mapping[str, AttributeValue], allowed: AllowedSet, watch: Stopwatch) -> Opinion:
        given = tuple(sorted(attributes.items()))
        read = _read_by(rooms, text)
        judged: tuple[Hashable, ...] = (*read, row["head"], *(given if Need.ATTRIBUTES in needs else ()))
        # The policy says which documents a label names, which makes the votes.
        policy = (row["policy"],) if Need.VOTES in needs else ()
        asked = (rooms.today, *given) if ranking.signals else ()
        found = (*judged, *policy, row["adapter"], searched, rooms.k, allowed.token, *asked)

        def reading() -> Reading:
            return _reading(house, rooms, text, watch)

        def verdict(evidence: tuple[Evidence, ...]) -> Verdict:
            def judge() -> Verdict:
                return rooms.judge(reading(), text, attributes, evidence, watch)

            return judge() if Need.VOTES in needs else _known(house.readings, ("judged", *judged), judge)

        def opinion() -> Opinion:
            evidence = rooms.find(reading(), text, attributes, allowed, watch)
            return Opinion(reading(), evidence, verdict(evidence))

        return _known(house.opinions, found, opinion)

    return opine


def read_ahead(house: House, rooms: Rooms, text: str) -> None:
    """Have remembered what the encoders make of a clean text."""
    _reading(house, rooms, text, Stopwatch())


def _reading(house: House, rooms: Rooms, text: str, watch: Stopwatch) -> Reading:
    return _known(house.readings, ("read", *_read_by(rooms, text)), lambda: rooms.read(text, watch))


def _read_by(rooms: Rooms, text: str) -> tuple[Hashable, ...]:
    release = rooms.release
    return release.row["encoder"], release.judge_encoder.digest, rooms.max_windows, text


def _known(kept: Latest[tuple[Hashable, ...], Any], key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """What is kept under `key`, made and kept now if it is not."""
    found: T | None = kept.get(key)
    if found is None:
        found = make()
        kept.put(key, found)
    return found
