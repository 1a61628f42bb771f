"""What one look at live traffic found, in figures, and what of it is alarming. Pure.

Traffic is alarming when it is far from what the model was made for, by the policy's own measure, and no chance: that is
tested at a level that allows a look a day for years.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.model import Vectors
from rules.model import AttributeType, AttributeValue
from service.domain.types import WatchPolicy, Workflow
from service.learn import drift
from service.learn.drift import Drift
from service.learn.estimate import Expected, expected_accuracy
from service.learn.slices import Slice, slices
from service.usecases.live_error import LiveError, live_errors
from service.usecases.traffic_sample import Sample, Seen
from service.usecases.watch_alarms import (
    ENOUGH,
    NUMBERS,
    Alarm,
    Signal,
    drift_alarm,
    expected_alarm,
    live_alarm,
    slice_alarm,
)

_SLICE_LEVEL = 0.01  # several slices are looked at every day
_FEW = 12  # values of a text attribute; what has more of them may name people
_SHOWN = 12  # slices of each kind
_BINS = 10


@dataclass(frozen=True, slots=True)
class Both:
    """The two sides, and the vectors of a part of each with the decisions they are of."""

    before: Sample
    now: Sample
    vectors_before: Vectors
    vectors_now: Vectors
    of: Sequence[Seen]  #: the requests of `vectors_now`

    @property
    def enough(self) -> bool:
        return min(len(self.before.judged), len(self.now.judged)) >= ENOUGH


def report_on(workflow: Workflow, both: Both, look: int = 1) -> tuple[dict[str, Any], tuple[Alarm, ...]]:
    """The report for the record and for who looks at it, and its alarms. No word of a request is in it. `look` counts
    the looks at this model, this one included."""
    policy, before, now = workflow.watch, both.before, both.now
    mix = drift.label_mix(_labels(before), _labels(now))
    apart = drift.two_sample(both.vectors_before, both.vectors_now)
    signals = _signals(policy, both, mix.drift, apart.drift) if both.enough else ()
    live = live_errors(workflow, now.seen, look)
    expected = _expected(before), _expected(now)
    checked = [each for each in now.judged if each.probability is not None and each.truth is not None]
    errors, reviews = _error_slices(workflow, checked), _review_slices(workflow, now)
    alarms = (
        *drift_alarm(signals, before, now),
        *live_alarm(live),
        *expected_alarm(workflow, *expected),
        *slice_alarm(errors, checked),
    )
    report: dict[str, Any] = {
        "decisions": len(now.seen),
        "look": look,
        "enough": both.enough,
        "needed": ENOUGH,
        "compared_with": {"cases": len(before.seen), "words": before.words},
        "signals": [_told(each) for each in signals],
        "labels": [{"label": label, "before": round(b, 4), "now": round(n, 4)} for label, b, n in mix.most],
        "unlike": [both.of[place].id for place in apart.unlike] if apart.drift.moved else [],
        "automation": {"before": _automation(before), "now": _automation(now)},
        "expected_error": {"before": _wrong(expected[0]), "now": _wrong(expected[1])},
        "live_error": [_live(each) for each in live],
        "slices": {
            "errors": [_slice(each) for each in errors[:_SHOWN]],
            "reviews": [_slice(each) for each in reviews[:_SHOWN]],
        },
        "confidence": _histogram(before.figures("confidence"), now.figures("confidence")),
        "alarms": [{"kind": each.kind, "says": each.says} for each in alarms],
    }
    return report, alarms


def _signals(policy: WatchPolicy, both: Both, mix: Drift, apart: Drift) -> tuple[Signal, ...]:
    found = []
    for name in NUMBERS:
        before, now = both.before.figures(name), both.now.figures(name)
        found.append(Signal(name, "psi", drift.psi(before, now), policy.psi))
        found.append(Signal(name, "ks", drift.kolmogorov_smirnov(before, now), None))
    return (
        *found,
        Signal("labels", "mix", mix, policy.labels),
        Signal("requests", "two_sample", apart, policy.unlike),
        Signal("requests", "mmd", drift.mmd(both.vectors_before, both.vectors_now), None),
    )


def _labels(sample: Sample) -> Counter[str]:
    """One request counts once for each label that the model gives it."""
    return Counter(label for each in sample.judged for label in each.labels)


def _expected(sample: Sample) -> Expected:
    return expected_accuracy(np.array([each.confidence for each in sample.judged if each.alone], dtype=np.float64))


def _error_slices(workflow: Workflow, checked: Sequence[Seen]) -> tuple[Slice, ...]:
    """Where the model is wrong: of what was drawn at random and checked, whatever way it went."""
    wrong = np.array([each.wrong for each in checked], dtype=np.bool_)
    return slices(_grouped(workflow, checked), wrong, level=_SLICE_LEVEL)


def _review_slices(workflow: Workflow, now: Sample) -> tuple[Slice, ...]:
    """Where people are asked: of all requests."""
    asked = np.array([not each.alone and not each.blocked for each in now.seen], dtype=np.bool_)
    return slices(_grouped(workflow, now.seen), asked, level=_SLICE_LEVEL)


def _grouped(workflow: Workflow, seen: Sequence[Seen]) -> list[dict[str, AttributeValue]]:
    """The attributes that slices are made of: those declared, without texts of many values."""
    texts = AttributeType.STRING, AttributeType.STRINGS
    open_texts = {each.name for each in workflow.attributes if each.type in texts and not each.values}
    many = {name for name in open_texts if len({str(each.attributes.get(name)) for each in seen}) > _FEW}
    return [{name: value for name, value in each.attributes.items() if name not in many} for each in seen]


def _told(signal: Signal) -> dict[str, Any]:
    return {
        "name": signal.name,
        "measure": signal.measure,
        "value": round(signal.drift.value, 4),
        "p": round(signal.drift.p, 6),
        "limit": signal.limit,
        "alarming": bool(signal.alarming),
    }


def _live(each: LiveError) -> dict[str, Any]:
    figures = asdict(each.estimate)
    rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in figures.items()}
    tested = {"level": each.level, "at_least": round(each.at_least, 6), "broken": bool(each.broken)}
    return {"group": each.group, "alpha": each.alpha, **rounded, "waiting": each.waiting, **tested}


def _wrong(expected: Expected) -> dict[str, Any] | None:
    """The error that an accuracy leaves; None of no cases."""
    if not expected.cases:
        return None
    low, rate, high = (round(1 - value, 6) for value in (expected.high, expected.accuracy, expected.low))
    return {"rate": rate, "low": low, "high": high, "cases": expected.cases}


def _slice(each: Slice) -> dict[str, Any]:
    return {
        "attribute": each.attribute,
        "value": each.value,
        "cases": each.cases,
        "hits": each.hits,
        "low": round(each.low, 4),
        "high": round(each.high, 4),
        "p": round(each.p, 6),
        "worse": bool(each.worse),
    }


def _automation(sample: Sample) -> float | None:
    return round(sum(each.alone for each in sample.seen) / len(sample.seen), 4) if sample.seen else None


def _histogram(before: npt.NDArray[np.float64], now: npt.NDArray[np.float64]) -> dict[str, list[float]]:
    """Shares by tenths of confidence."""
    counts = [np.histogram(each, bins=_BINS, range=(0.0, 1.0))[0] / max(1, len(each)) for each in (before, now)]
    return {name: [round(float(x), 4) for x in count] for name, count in zip(("before", "now"), counts, strict=True)}
