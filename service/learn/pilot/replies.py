"""The owner's seven answers, each beside what the pilot found about it."""

from __future__ import annotations

from dataclasses import dataclass

from service.learn.pilot.advice import Advice
from service.learn.pilot.findings import Weight, by_kind
from service.learn.pilot.owner import QUESTIONS
from service.learn.pilot.results import Pilot, Tried
from service.learn.pilot.ways import Kind


@dataclass(frozen=True, slots=True)
class Reply:
    """One of the questions."""

    question: str
    said: str  #: the owner's own words; empty: none were given
    found: str


def replies(pilot: Pilot, advice: Advice) -> tuple[Reply, ...]:
    """All seven."""
    chosen = pilot.way(advice.way) if advice.way else None
    found = {
        "problem": _problem(pilot),
        "data": _data(pilot),
        "success": _success(pilot, chosen),
        "error": _error(pilot, chosen),
        "operation": _operation(chosen),
        "retraining": _retraining(chosen),
        "explanation": _explanation(chosen),
    }
    return tuple(Reply(each.words, pilot.owner.answers.get(each.key, ""), found[each.key]) for each in QUESTIONS)


def _problem(pilot: Pilot) -> str:
    rules = [way for way in pilot.ways if way.kind is Kind.RULES]
    if not rules:
        return "No rules were tried, so nothing can be said of them."
    alpha = pilot.owner.alpha
    said = [
        f"{way.called} answer {way.figures.answered:.0%} of the requests, are right on "
        f"{_share(way.figures.accuracy.value, way.figures.answered)} of those, and may decide "
        f"{way.figures.at(alpha).certified:.0%} at {alpha:.1%}"
        for way in rules
    ]
    return f"{len(set(pilot.labels))} labels. Rules alone: {'; '.join(said)}."


def _data(pilot: Pilot) -> str:
    warnings = [finding for finding in pilot.findings if finding.weight is Weight.WARNING]
    kinds = by_kind(pilot.findings)
    doubts = "Nothing was found that speaks against it." if not warnings else f"{len(warnings)} warnings, see the data."
    rights = " Whether you may use it, the file cannot say." if "unowned" in kinds else ""
    return f"{pilot.facts.get('examples', '')}. {doubts}{rights}".lstrip(". ")


def _success(pilot: Pilot, chosen: Tried | None) -> str:
    if chosen is None:
        return "Nothing that was tried decides enough to be worth it."
    share = chosen.figures.at(pilot.owner.alpha)
    return (
        f"{chosen.called} spares people {share.certified:.0%} of the requests; right on "
        f"{chosen.figures.accuracy.value:.1%} of all, macro-F1 {chosen.figures.macro_f1:.3f}."
    )


def _error(pilot: Pilot, chosen: Tried | None) -> str:
    if chosen is None:
        return "No error was promised."
    said = [
        f"at {each.alpha:.1%}: {f'{each.certified:.0%} decided' if each.certified else 'refused, ' + each.why}"
        for each in chosen.figures.automation
    ]
    return f"{chosen.called} with confidence {1 - pilot.owner.delta:.0%}, {'; '.join(said)}."


def _operation(chosen: Tried | None) -> str:
    if chosen is None or chosen.attempt.spent.p50_ms is None:
        return "On processors alone; nothing leaves the machine."
    spent = chosen.attempt.spent
    return (
        f"{chosen.called}: {spent.p50_ms:.1f} ms for a request on one core, {spent.p99_ms:.1f} ms for the slowest in "
        f"100, {spent.size_mb:.0f} MiB to be kept. On processors alone; nothing leaves the machine."
    )


def _retraining(chosen: Tried | None) -> str:
    if chosen is None:
        return "Nothing to be trained."
    return (
        f"{chosen.called} learns in {chosen.attempt.spent.teach_seconds:.0f} s from {chosen.attempt.known:,} examples. "
        "Each new model is certified, runs in shadow and is promoted by a person."
    )


def _explanation(chosen: Tried | None) -> str:
    logged = "Every decision is recorded with its release, rules, evidence and probabilities, and can be replayed."
    if chosen is None:
        return logged
    why = {
        Kind.RULES: "A phrase that can be read decides.",
        Kind.SCRATCH: "The most telling words are shown with each decision.",
    }.get(chosen.kind, "The most telling words, the nearest examples and the margin are shown with each decision.")
    return f"{why} {logged}"


def _share(accuracy: float, answered: float) -> str:
    return f"{accuracy / answered:.1%}" if answered else "none"
