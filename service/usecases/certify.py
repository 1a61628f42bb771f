"""Certify a release: run the whole route over its calibration cases and ask the exact binomial bound.

An automatic decision counts as wrong when its label is not the one people gave, whatever its outcome: an answer
with the wrong label cites the wrong documents, and the same outcome may be luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from service.domain.types import Certificate, DecidedBy, Refusal, State
from service.learn.guarantee import certify as binomial
from service.usecases.consider import Considered, consider
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
) -> Certificate | Refusal:
    """A certificate of the whole route, gates included, or why none can be given."""
    now = house.clock()

    def run(example: Example) -> Considered:
        return consider(
            release,
            house.encoder,
            example.text,
            release.ruleset.schema.coerce(example.attributes),
            lambda narrow: house.allowed.get(release.workflow.collections, sequence, frozenset(), now, narrow),
            now,
            k=house.settings.evidence_k,
            max_windows=house.settings.max_windows,
            certificate=_EVERYTHING,
        )

    confidence, correct = np.zeros(len(calibration)), np.zeros(len(calibration), dtype=bool)
    # Threads of its own, one less than there are encoder sessions: live requests are neither queued behind the
    # calibration cases nor kept from encoding.
    with ThreadPoolExecutor(max(1, house.settings.encoder_sessions - 1), thread_name_prefix="certify") as threads:
        for place, considered in enumerate(threads.map(run, calibration)):
            automatic, judgement = considered.automatic, considered.judgement
            if automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER and judgement:
                confidence[place] = judgement.confidence
                correct[place] = automatic.label == calibration[place].label
            progress("certifying", place + 1, len(calibration))
    asked = release.workflow.guarantee
    return replace(binomial(confidence, correct, asked.alpha, asked.delta), sample=sample)
