"""What of a look at live traffic is alarming, in words and as shares. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.domain.types import Workflow
from service.learn import drift
from service.learn.drift import Drift
from service.learn.estimate import Expected
from service.learn.slices import Slice
from service.usecases.live_error import LiveError
from service.usecases.traffic_sample import Sample, Seen

DRIFT, LIVE_ERROR, EXPECTED_ERROR, SLICES = "drift", "live_error", "expected_error", "slices"
#: Kinds of alarms that a look raises.
KINDS = (DRIFT, LIVE_ERROR, EXPECTED_ERROR, SLICES)

#: Judged requests of each side, below which nothing is said of drift, and no alarm ends.
ENOUGH = 40

NUMBERS = {"confidence": "confidence", "energy": "energy", "similarity": "top similarity"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something alarming, as shares: what is usual or promised, and what was seen."""

    kind: str
    says: str
    usual: Mapping[str, Any]
    seen: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """One comparison of before and now."""

    name: str  #: confidence, energy, similarity, labels, requests
    measure: str  #: psi, ks, mix, two_sample, mmd
    drift: Drift
    limit: float | None  #: alarming from there on; None: it is shown, and alarms nobody

    @property
    def alarming(self) -> bool:
        return self.limit is not None and self.drift.value >= self.limit and self.drift.p <= drift.LEVEL


def drift_alarm(signals: Sequence[Signal], before: Sample, now: Sample) -> list[Alarm]:
    """One for all that moved, with the share of requests that must at the least be otherwise."""
    alarming = [each for each in signals if each.alarming]
    if not alarming:
        return []
    moved = max(_least_changed(each, signals) for each in alarming)
    of = len(now.judged)
    named = ", ".join(f"{_words(each)} {each.drift.value:.2f}, alarming from {each.limit:g}" for each in alarming)
    says = f"live requests are not like {before.words}: {named}"
    return [Alarm(DRIFT, says, _share(0, len(before.judged)), _share(round(moved * of), of))]


def _words(signal: Signal) -> str:
    match signal.measure:
        case "mix":
            return "share of requests that went to other labels"
        case "two_sample":
            return "area under the curve of a classifier that tells them apart"
    return f"stability index of {NUMBERS[signal.name]}"


def _least_changed(signal: Signal, signals: Sequence[Signal]) -> float:
    """The share of requests that must at the least be otherwise, 0 to 1: the total variation distance is no smaller
    than a gap between distribution functions, nor than what an area under the ROC curve of a implies,
    1 - sqrt(2 (1 - a))."""
    match signal.measure:
        case "mix":
            return signal.drift.value
        case "two_sample":
            return float(max(0.0, 1 - np.sqrt(2 * (1 - signal.drift.value))))
    return next(each.drift.value for each in signals if each.name == signal.name and each.measure == "ks")


def live_alarm(live: Sequence[LiveError]) -> list[Alarm]:
    """One for all promises that are broken."""
    broken = [each for each in live if each.broken]
    if not broken:
        return []
    worst = max(broken, key=lambda each: each.at_least - (each.alpha or 0))
    said = [
        f"{each.estimate.wrong} of {each.estimate.checked} automatic decisions that were checked blind are wrong"
        f"{f' (group {each.group})' if each.group else ''}: at least {each.at_least:.1%} are, however often one looks,"
        f" promised are at most {each.alpha:.1%}"
        for each in broken
    ]
    usual = {"share": worst.alpha, "hits": 0, "of": 0}
    return [Alarm(LIVE_ERROR, "; ".join(said), usual, _share(worst.estimate.wrong, worst.estimate.checked))]


def expected_alarm(workflow: Workflow, before: Expected, now: Expected) -> list[Alarm]:
    """Where the confidences of what is automatic promise too little. Not where they always did: then they are too
    careful, and the certificate does not rest on them."""
    alpha = max([workflow.guarantee.alpha, *(group.alpha for group in workflow.promises)])
    if now.cases < ENOUGH or 1 - now.high <= alpha or 1 - now.high <= 1 - before.low:
        return []
    says = f"by their confidences {1 - now.accuracy:.1%} of automatic decisions are wrong, promised are {alpha:.1%}"
    usual = _share(round((1 - before.accuracy) * before.cases), before.cases)
    return [Alarm(EXPECTED_ERROR, says, usual, _share(round((1 - now.accuracy) * now.cases), now.cases))]


def slice_alarm(errors: Sequence[Slice], checked: Sequence[Seen]) -> list[Alarm]:
    """One for all kinds of request in which the model is wrong more often than elsewhere."""
    worse = [each for each in errors if each.worse]
    if not worse:
        return []
    worst = worse[0]
    elsewhere = _share(sum(each.wrong for each in checked) - worst.hits, len(checked) - worst.cases)
    said = ", ".join(f"{each.attribute} {each.value} ({each.hits} of {each.cases})" for each in worse)
    says = f"the model is wrong more often for {said} than for other requests"
    return [Alarm(SLICES, says, elsewhere, _share(worst.hits, worst.cases))]


def _share(hits: int, of: int) -> dict[str, Any]:
    return {"share": round(hits / of, 6) if of else 0.0, "hits": hits, "of": of}
