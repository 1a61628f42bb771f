"""What the page of a workflow's live traffic shows. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service.console import words
from service.console.plots import Plot, percent
from service.console.rule_views import Moment, moment
from service.console.rule_words import share
from service.console.watch_plots import confidence, course

NAMES: Mapping[str, str] = {
    "confidence": "Confidence",
    "energy": "Energy: how like the examples",
    "similarity": "Similarity of the best document",
    "labels": "Shares of labels",
    "requests": "Meaning of requests",
}
MEASURES: Mapping[str, str] = {
    "psi": "stability index",
    "ks": "largest gap between distributions",
    "mix": "share that went to other labels",
    "two_sample": "how well a classifier tells them apart (0.5: not at all)",
    "mmd": "mean discrepancy",
}
RULES = "rules"
_UNLIKE = 10  # requests least like before that are shown
#: What each kind of alarm is about, and what it means for who answers for the model.
ALARMS: Mapping[str, tuple[str, str]] = {
    "drift": (
        "Traffic has changed",
        "The promise was certified for other requests. Check drawn requests soon, then train a model on them.",
    ),
    "live_error": (
        "The promise is broken",
        "More automatic decisions are wrong than was promised. Let people decide until another model is certified.",
    ),
    "expected_error": (
        "More is probably wrong than was promised",
        "No person has said so yet: it is worked out from how sure the model is. Check drawn requests soon.",
    ),
    "slices": (
        "Some requests fare worse",
        "Overall the promise may be kept, but not alike for everybody. Label more requests of that kind.",
    ),
}
#: What an alarm does, by what the policy says.
EFFECTS: Mapping[str, str] = {
    "people": "An alarm sends every request of this workflow to people, until somebody lets it go on or a later look "
    "finds nothing alarming.",
    "tell": "An alarm only tells: automatic decisions go on. With `watch: {on_alarm: people}` in `workflow.yaml` "
    "people would decide everything until all is well again.",
}


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """Something alarming, and why."""

    title: str
    says: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One comparison."""

    name: str
    measure: str
    value: str
    limit: str
    judged: bool  #: else it is shown, and alarms nobody
    chance: str
    alarming: bool


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One promise beside what blind checks found."""

    name: str
    promised: str
    found: str
    between: str
    checked: str
    waiting: int
    verdict: str  #: where it is not broken
    broken: bool


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One kind of request."""

    name: str
    cases: int
    share: str
    between: str
    worse: bool


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look among those before."""

    at: Moment
    decisions: int
    psi: str
    live: str
    automation: str
    alarming: bool


@dataclass(frozen=True, slots=True)
class WatchView:
    """The newest look."""

    at: Moment
    since: Moment
    decisions: int
    compared_with: str
    enough: bool
    needed: int
    alarming: bool
    alarms: tuple[AlarmRow, ...]
    signals: tuple[SignalRow, ...]
    labels: tuple[tuple[str, str, str], ...]
    unlike: tuple[tuple[str, str], ...]  #: decision, the beginning of its request
    figures: tuple[tuple[str, str, str], ...]  #: what, before, now
    live: tuple[ErrorRow, ...]
    errors: tuple[SliceRow, ...]
    reviews: tuple[SliceRow, ...]
    confidence: Plot
    tenths: tuple[tuple[str, str, str], ...]  #: how sure, share before, share now
    course: Plot | None
    looks: tuple[LookRow, ...]


def watch_address(workflow: str) -> str:
    return f"/console/watch/{quote(workflow, safe='')}"


def watch_view(
    found: Mapping[str, Any], titles: Mapping[str, str], excerpts: Mapping[str, str], now: datetime
) -> WatchView:
    """`titles` are those of the labels, `excerpts` the beginnings of the requests that are least like before."""
    history = found["history"]
    return WatchView(
        at=moment(found["at"], now),
        since=moment(found["since"], now),
        decisions=found["decisions"],
        compared_with=found["compared_with"]["words"],
        enough=found["enough"],
        needed=found["needed"],
        alarming=found["alarming"],
        alarms=tuple(map(_alarm, found["alarms"])),
        signals=tuple(_signal(each) for each in found["signals"]),
        labels=tuple(
            (titles.get(each["label"], each["label"]), share(each["before"]), share(each["now"]))
            for each in found["labels"]
        ),
        unlike=_unlike(found["unlike"], excerpts),
        figures=_figures(found),
        live=tuple(_error(each) for each in found["live_error"]),
        errors=tuple(_slice(each) for each in found["slices"]["errors"]),
        reviews=tuple(_slice(each) for each in found["slices"]["reviews"]),
        confidence=confidence(found["confidence"]),
        tenths=_tenths(found["confidence"]),
        course=course(history),
        looks=tuple(_look(each, now) for each in reversed(history)),
    )


def _unlike(decisions: Sequence[str], excerpts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The same words once, and not all."""
    by_words = {excerpts[each]: each for each in reversed(decisions) if each in excerpts}
    return tuple((each, text) for text, each in reversed(by_words.items()))[:_UNLIKE]


def _alarm(each: Mapping[str, Any]) -> AlarmRow:
    title, meaning = ALARMS.get(each["kind"], (each["kind"], ""))
    says = each["says"]
    return AlarmRow(title, f"{says[:1].upper()}{says[1:]}.", meaning)


def _signal(each: Mapping[str, Any]) -> SignalRow:
    return SignalRow(
        name=NAMES.get(each["name"], each["name"]),
        measure=MEASURES.get(each["measure"], each["measure"]),
        value=f"{each['value']:.3f}",
        limit=words.NOTHING if each["limit"] is None else f"{each['limit']:g}",
        judged=each["limit"] is not None,
        chance="< 0.001" if each["p"] < 0.001 else f"{each['p']:.3f}",
        alarming=each["alarming"],
    )


def _error(each: Mapping[str, Any]) -> ErrorRow:
    rules = each["alpha"] is None
    name = "Rule blocks that people would let through" if rules else "Wrong automatic decisions"
    if each["group"] and not rules:
        name += f", group {each['group']}"
    checked = bool(each["checked"])
    return ErrorRow(
        name=name,
        promised="nothing" if rules else f"at most {percent(each['alpha'])}",
        found=share(each["rate"]) if checked else words.NOTHING,
        between=f"{share(each['low'])} and {share(each['high'])}" if checked else words.NOTHING,
        checked=f"{each['wrong']} of {each['checked']}" if checked else "none checked yet",
        verdict="not promised" if rules else "not broken" if checked else "not known yet",
        waiting=each["waiting"],
        broken=each["broken"],
    )


def _slice(each: Mapping[str, Any]) -> SliceRow:
    return SliceRow(
        name=f"{each['attribute']}: {each['value']}",
        cases=each["cases"],
        share=share(each["hits"] / each["cases"]),
        between=f"{share(each['low'])} and {share(each['high'])}",
        worse=each["worse"],
    )


def _figures(found: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    automation, expected = found["automation"], found["expected_error"]

    def automatic(value: float | None) -> str:
        return words.NOTHING if value is None else words.percent(value)

    return (
        ("Decided automatically", automatic(automation["before"]), automatic(automation["now"])),
        ("Wrong among these, by their confidences", _interval(expected["before"]), _interval(expected["now"])),
    )


def _interval(side: Mapping[str, Any] | None) -> str:
    return words.NOTHING if side is None else f"{share(side['rate'])} ({share(side['low'])} to {share(side['high'])})"


def _look(each: Mapping[str, Any], now: datetime) -> LookRow:
    live = each["live_error"]
    return LookRow(
        at=moment(each["at"], now),
        decisions=each["decisions"],
        psi=words.NOTHING if each["psi"] is None else f"{each['psi']:.2f}",
        live=_interval(live),
        automation=words.NOTHING if each["automation"] is None else words.percent(each["automation"]),
        alarming=each["alarming"],
    )


def _tenths(shares: Mapping[str, Sequence[float]]) -> tuple[tuple[str, str, str], ...]:
    pairs = zip(shares["before"], shares["now"], strict=True)
    return tuple(
        (f"{place * 10} to {place * 10 + 10} %", share(before), share(now)) for place, (before, now) in enumerate(pairs)
    )
