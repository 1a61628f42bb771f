"""Certify a release: run the whole route over its calibration cases and ask the exact binomial bound.

An automatic decision counts as wrong when its label is not the one people gave, whatever its outcome: an answer
with the wrong label cites the wrong documents, and the same outcome may be luck.

Rules change far more often than encoder, documents and classifier do, so what these make of a case is remembered: the
very values, so that a certificate is bit by bit the one that working them out again would give. Documents change more
often than encoder and classifier, so what those two make of a text is remembered apart from the evidence: trying a
certificate again after an approval costs searches and no encoding.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import numpy as np

from index.model import AllowedSet, Searcher
from rules.model import AttributeValue
from rules.normalize import normalize
from service.domain.types import Certificate, DecidedBy, Refusal, State
from service.learn.guarantee import certify as binomial
from service.usecases.consider import Allow, Considered, Opine, Opinion, Reading, Rooms, Stopwatch, consider, rooms_at
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.shelf import OpenRelease

#: Stands in for the threshold while the gates before it are tried: everything is confident enough.
_EVERYTHING = Certificate(alpha=1.0, delta=1.0, cases=0, accepted=0, errors=0, threshold=0.0)


def certify(
    house: House,
    release: OpenRelease,
    calibration: Sequence[Example],
    sequence: int,
    sample: str,
    progress: Progress = silent,
    *,
    off: Collection[str] = (),
    start: float | None = None,
) -> Certificate | Refusal:
    """A certificate of the whole route, gates included and rules `off` left out, or why none can be given.

    `start` is the threshold to begin with, as `guarantee.certify` reads it. Raises what a room raises: a case that
    could not be worked out must not pass for one that people would get.
    """
    now = house.clock()
    cases = walk(
        house,
        calibration,
        rooms_at(house, release, sequence, now),
        lambda narrow: house.allowed.get(release.workflow.collections, sequence, frozenset(), now, narrow),
        now,
        off=off,
        certificate=_EVERYTHING,
    )
    confidence, correct = np.zeros(len(calibration)), np.zeros(len(calibration), dtype=bool)
    for place, considered in enumerate(cases):
        automatic, judgement = considered.automatic, considered.judgement
        if automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER and judgement:
            confidence[place] = judgement.confidence
            correct[place] = automatic.label == calibration[place].label
        progress("certifying", place + 1, len(calibration))
    asked = release.workflow.guarantee
    bound = binomial(confidence, correct, asked.alpha, asked.delta, start=start)
    return replace(bound, sample=sample)


def walk(
    house: House,
    cases: Sequence[Example],
    rooms: Rooms,
    allow: Allow,
    now: datetime,
    *,
    off: Collection[str] = (),
    certificate: Certificate | None = None,
) -> Iterator[Considered]:
    """The cases taken through these rooms in their order, with what was worked out before remembered.

    Raises what a room raises.
    """
    view = rooms.view()
    opine = _remembering(house, replace(rooms, view=lambda: view), view)

    def run(example: Example) -> Considered:
        schema = rooms.release.ruleset.schema
        return consider(
            rooms.release,
            opine,
            normalize(example.text),
            schema.coerce(example.attributes),
            allow,
            now,
            off=off,
            certificate=certificate,
        )

    # Threads of its own, one less than there are encoder sessions: live requests are neither queued behind the
    # calibration cases nor kept from encoding.
    with ThreadPoolExecutor(max(1, house.settings.encoder_sessions - 1), thread_name_prefix="certify") as threads:
        for considered in threads.map(run, cases):
            if considered.fault is not None:
                raise considered.fault
            yield considered


def _remembering(house: House, rooms: Rooms, view: Searcher) -> Opine:
    """`rooms.opinion`, worked out once for everything that it depends on."""
    row, searched, signals = rooms.release.row, view.digest, rooms.release.workflow.ranking.signals

    def opine(text: str, attributes: Mapping[str, AttributeValue], allowed: AllowedSet, watch: Stopwatch) -> Opinion:
        read: tuple[Hashable, ...] = (row["encoder"], row["head"], rooms.max_windows, text)
        asked = (rooms.today, *sorted(attributes.items())) if signals else ()
        found = (*read, row["adapter"], searched, rooms.k, allowed.token, *asked)
        known: Opinion | None = house.opinions.get(found)
        if known is None:
            reading: Reading | None = house.readings.get(read)
            if reading is None:
                reading = rooms.read(text, watch)
                house.readings.put(read, reading)
            known = Opinion(reading, rooms.find(reading, text, attributes, allowed, watch))
            house.opinions.put(found, known)
        return known

    return opine
