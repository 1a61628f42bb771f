"""Certify a release: run the whole route over its calibration cases and ask the exact binomial bound.

An automatic decision counts as wrong when its label is not the one people gave, whatever its outcome: an answer
with the wrong label cites the wrong documents, and the same outcome may be luck.

Rules change far more often than encoder, documents and classifier do, so what these make of a case is remembered: the
very values, so that a certificate is bit by bit the one that working them out again would give.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from index.model import AllowedSet
from rules.normalize import normalize
from service.domain.types import Certificate, DecidedBy, Refusal, State
from service.learn.guarantee import certify as binomial
from service.usecases.consider import Considered, Opinion, Rooms, Stopwatch, consider
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
    rooms = Rooms(release, house.encoder, house.settings.evidence_k, house.settings.max_windows)

    def opine(text: str, allowed: AllowedSet, watch: Stopwatch) -> Opinion:
        row = release.row
        depends = (row["encoder"], row["snapshot"], row["head"], rooms.k, rooms.max_windows, allowed.token, text)
        known: Opinion | None = house.opinions.get(depends)
        if known is None:
            known = rooms.opinion(text, allowed, watch)
            house.opinions.put(depends, known)
        return known

    def run(example: Example) -> Considered:
        return consider(
            release,
            opine,
            normalize(example.text),
            release.ruleset.schema.coerce(example.attributes),
            lambda narrow: house.allowed.get(release.workflow.collections, sequence, frozenset(), now, narrow),
            now,
            off=off,
            certificate=_EVERYTHING,
        )

    confidence, correct = np.zeros(len(calibration)), np.zeros(len(calibration), dtype=bool)
    # Threads of its own, one less than there are encoder sessions: live requests are neither queued behind the
    # calibration cases nor kept from encoding.
    with ThreadPoolExecutor(max(1, house.settings.encoder_sessions - 1), thread_name_prefix="certify") as threads:
        for place, considered in enumerate(threads.map(run, calibration)):
            if considered.fault is not None:
                raise considered.fault
            automatic, judgement = considered.automatic, considered.judgement
            if automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER and judgement:
                confidence[place] = judgement.confidence
                correct[place] = automatic.label == calibration[place].label
            progress("certifying", place + 1, len(calibration))
    asked = release.workflow.guarantee
    bound = binomial(confidence, correct, asked.alpha, asked.delta, start=start)
    return replace(bound, sample=sample)
