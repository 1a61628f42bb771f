"""Certify a release: run the whole route over its calibration cases and ask the exact binomial bound.

An automatic decision counts as wrong when its labels are not the ones people gave, whatever its outcome: an answer
with the wrong label cites the wrong documents, and the same outcome may be luck. It is wrong with the right labels too
where people decided otherwise than these settle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from rules.normalize import normalize
from service.domain.types import Automatic, Bound, Certificate, DecidedBy, LabelGroup, Refusal, State, strictest
from service.learn import guarantee
from service.learn.binomial import spent
from service.learn.group_guarantee import certify_groups
from service.usecases.consider import Allow, Considered, Rooms, consider, rooms_at
from service.usecases.examples import Example
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.read_as import read_as
from service.usecases.remember import read_ahead, remembering
from service.usecases.shelf import OpenRelease

G = TypeVar("G", LabelGroup, Bound)

#: Stands in for the threshold while the gates before it are tried: everything is confident enough.
EVERYTHING = Certificate(alpha=1.0, delta=1.0, cases=0, accepted=0, errors=0, threshold=0.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """How the calibration cases come out of the route, each of shape (n,)."""

    confidence: npt.NDArray[np.float64]  #: 0 where a gate holds the case back
    correct: npt.NDArray[np.bool_]  #: it would be automatic, with the labels and the outcome that people gave
    labels: Sequence[tuple[str, ...]]  #: that it would be given; empty where it is held back


def places(labels: Sequence[tuple[str, ...]], groups: Sequence[G]) -> npt.NDArray[np.int64]:
    """Which of the groups each decision belongs to, by its labels; -1 for none."""
    found = (strictest(groups, each) for each in labels)
    return np.array([-1 if group is None else groups.index(group) for group in found], dtype=np.int64)


def certify(
    house: House,
    release: OpenRelease,
    calibration: Sequence[Example],
    sequence: int,
    sample: str,
    progress: Progress = silent,
    *,
    off: Collection[str] = (),
    use: int = 1,
    again: Certificate | None = None,
) -> Certificate | Refusal:
    """A certificate of the whole route, gates included and rules `off` left out, or why none can be given.

    `use` says how many models were tried on these cases, this one included: the later ones get less of delta. `again`
    is a certificate that the release decides by already: then nothing new is granted, it is only tried whether its
    thresholds still hold. Raises what a room raises: a case that could not be worked out must not pass for one that
    people would get.
    """
    tried = _tried(house, release, calibration, sequence, progress, off)

    def of(groups: Sequence[G]) -> npt.NDArray[np.int64]:
        return places(tried.labels, groups)

    if again is not None:
        found = guarantee.again(tried.confidence, tried.correct, of(again.bounds), again)
        return replace(found, sample=sample)
    asked, groups = release.workflow.guarantee, release.workflow.promises
    level, later = spent(asked.delta, use), spent(asked.delta, use + 1)  # with more cases it would be one use more
    confidence, correct = tried.confidence, tried.correct
    if groups:
        bound = certify_groups(
            confidence, correct, of(groups), groups, asked.delta, sample=sample, level=level, later=later
        )
    else:
        bound = guarantee.certify(
            confidence, correct, asked.alpha, asked.delta, sample=sample, level=level, later=later
        )
    return replace(bound, use=use)


def _tried(
    house: House,
    release: OpenRelease,
    calibration: Sequence[Example],
    sequence: int,
    progress: Progress,
    off: Collection[str],
) -> Tried:
    now = house.clock()
    cases = walk(
        house,
        calibration,
        rooms_at(house, release, sequence, now),
        lambda narrow: house.allowed.get(release.workflow.collections, sequence, frozenset(), now, narrow),
        now,
        off=off,
        certificate=EVERYTHING,
    )
    confidence, correct = np.zeros(len(calibration)), np.zeros(len(calibration), dtype=bool)
    labels: list[tuple[str, ...]] = [()] * len(calibration)
    for place, considered in enumerate(cases):
        automatic, judgement = considered.automatic, considered.judgement
        if automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER and judgement:
            confidence[place] = judgement.confidence
            correct[place] = right(automatic, calibration[place])
            labels[place] = automatic.labels
        progress("certifying", place + 1, len(calibration))
    return Tried(confidence, correct, labels)


def right(automatic: Automatic, case: Example) -> bool:
    """Whether people gave the same labels, and settled the same by them."""
    return set(automatic.labels) == set(case.labels) and case.outcome in (None, automatic.outcome.value)


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
    rooms = replace(rooms, view=lambda: view)
    opine, schema = remembering(house, rooms, view), rooms.release.ruleset.schema
    texts = [normalize(case.text) for case in cases]
    # Threads of its own, and where requests are served one less than there are encoder sessions: these are neither
    # queued behind the calibration cases nor kept from encoding. They encode and no more: several threads that think
    # at once would stand in each other's way.
    sessions = house.settings.encoder_sessions
    count = max(1, sessions - 1) if house.shelf.attended else sessions
    with ThreadPoolExecutor(count, thread_name_prefix="certify") as threads:
        ahead = [threads.submit(read_ahead, house, rooms, read_as(text)) for text in texts]
        try:
            for case, text, reading in zip(cases, texts, ahead, strict=True):
                wait([reading])  # what went wrong there goes wrong again where it is asked for, and is told there
                attributes = schema.coerce(case.attributes)
                considered = consider(
                    rooms.release, opine, text, attributes, allow, now, off=off, certificate=certificate
                )
                if considered.fault is not None:
                    raise considered.fault
                yield considered
        finally:
            for reading in ahead:
                reading.cancel()
