"""What the pages of models show. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service.console import words
from service.console.plots import QUARTERS, Mark, Plot, Scale, percent, round_up
from service.console.rule_views import Moment, moment, promise
from service.console.words import Phrase, phrase
from service.usecases.release_tuned import Released

STATES: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("candidate", "Candidate", "It answers nobody, and waits for somebody to look at it.", "plain"),
        Phrase("shadow", "In shadow", "It says what it would have decided; it counts nowhere.", "review"),
        Phrase("active", "Answers", "It answers since a person promoted it.", "allow"),
        Phrase("retired", "Retired", "It answered before; it can be gone back to.", "plain"),
        Phrase("rejected", "Rejected", "A person turned it down.", "block"),
    )
}
JOB_STATES: Mapping[str, Phrase] = {
    each.value: each
    for each in (
        Phrase("waiting", "Waiting", "A worker takes it in a moment.", "plain"),
        Phrase("running", "Running", "A process of its own is at it.", "review"),
        Phrase("done", "Done", "A model came of it.", "allow"),
        Phrase("failed", "Failed", "Nothing came of it.", "block"),
        Phrase("cancelled", "Cancelled", "Somebody stopped it.", "plain"),
    )
}
#: Kinds of heads, in words for who is to choose one.
KINDS: Mapping[str, str] = {
    "joined": "Meaning and words joined",
    "vector": "Meaning alone",
    "lexical": "Words alone, from scratch",
    "nearest": "Nearest examples",
    "prototypes": "Nearest mean of a label",
}
TUNES: Mapping[str, str] = {
    "": "as it is",
    "contrast": "tuned by comparing examples",
    "last": "its last layers tuned",
    "lora": "tuned by a low-rank change",
    "full": "tuned as a whole",
}
_OPEN = frozenset({"candidate", "shadow"})


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model in the list."""

    id: str
    address: str
    workflow: str
    state: Phrase
    kind: str
    examples: str
    automation: str
    promise: str
    made: Moment
    by: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class JobRow:
    """One training."""

    id: str
    workflow: str
    state: Phrase
    far: str
    share: float  #: done, 0 to 1
    by: str
    asked: Moment
    why: str
    model: str
    address: str  #: of the model that came of it
    open: bool


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One alpha of the simulator."""

    alpha: str
    threshold: str
    automation: str
    share: float
    errors: str
    reviews: str
    why: str
    chosen: bool
    policy: bool  #: it is what the policy promises


@dataclass(frozen=True, slots=True)
class SimulatorView:
    """The threshold simulator."""

    alpha: str
    per_day: str
    cases: int
    delta: str
    rows: tuple[PromiseRow, ...]
    plot: Plot


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One kind of request in a report."""

    name: str
    cases: int
    before: str
    after: str
    worse: bool


@dataclass(frozen=True, slots=True)
class ReportView:
    """The shadow report."""

    decisions: int
    needed: int
    share: float  #: of what is needed, 0 to 1
    figures: tuple[tuple[str, str, str], ...]  #: what, by what answers, by the candidate
    notes: tuple[str, ...]
    errors: tuple[SliceRow, ...]
    reviews: tuple[SliceRow, ...]


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model."""

    row: ModelRow
    facts: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    missing: tuple[str, ...]
    doubts: str
    why: str
    decided: str
    reliability: Plot | None
    held: str
    bins: tuple[tuple[str, str, str, int], ...]
    curve: Plot | None
    can_shadow: bool
    can_decide: bool
    can_take_back: bool


def model_address(model: str) -> str:
    return f"/console/models/{quote(model, safe='')}"


def model_rows(models: Iterable[Mapping[str, Any]], now: datetime) -> tuple[ModelRow, ...]:
    return tuple(_row(each, now) for each in models)


def _row(model: Mapping[str, Any], now: datetime) -> ModelRow:
    granted = model["certificate"]
    kind = KINDS.get(model["kind"], model["kind"])
    return ModelRow(
        id=model["id"],
        address=model_address(model["id"]),
        workflow=model["workflow"],
        state=phrase(STATES, model["state"]),
        kind=kind + (f"; encoder {TUNES.get(model['tune'], model['tune'])}" if model["tune"] else ""),
        examples=f"{model['examples']:,}",
        automation=words.percent(granted["accepted"] / granted["cases"]) if granted and granted["cases"] else "none",
        promise=promise(granted, model["refusal"]),
        made=moment(model["created_at"], now),
        by=model["created_by"],
        doubtful=bool(model["doubtful"]),
    )


def job_rows(jobs: Iterable[Mapping[str, Any]], now: datetime) -> tuple[JobRow, ...]:
    return tuple(_job(each, now) for each in jobs)


def _job(job: Mapping[str, Any], now: datetime) -> JobRow:
    told = job["progress"] or {}
    total = told.get("total") or 0
    return JobRow(
        id=job["id"],
        workflow=job["workflow"],
        state=phrase(JOB_STATES, job["state"]),
        far=f"{told['what']}: {told['done']:,} of {total:,}" if told else "",
        share=min(1.0, told["done"] / total) if total else 0.0,
        by=job["by"],
        asked=moment(job["created_at"], now),
        why=job["why"] or "",
        model=job["model"] or "",
        address=model_address(job["model"]) if job["model"] else "",
        open=job["state"] in ("waiting", "running"),
    )


def model_view(model: Mapping[str, Any], now: datetime) -> ModelView:
    card, held = model["card"], model["reliability"]
    row = _row(model, now)
    decided = ""
    if model["decided_by"]:
        decided = f"{row.state.short} by {model['decided_by']}, {moment(model['decided_at'], now).words}"
    return ModelView(
        row=row,
        facts=tuple(_facts(model)),
        limits=tuple(card["limits"]),
        missing=tuple(model["card_missing"]),
        doubts=card["doubts"],
        why=model["why"] or "",
        decided=decided,
        reliability=_reliability(held) if held else None,
        held=_held(held) if held else "",
        bins=tuple(
            (
                f"{each['lower']:.2f} to {each['upper']:.2f}",
                words.percent(each["confidence"]),
                words.percent(each["accuracy"]),
                each["count"],
            )
            for each in (held["bins"] if held else ())
        ),
        curve=_curve(model["curve"], model["certificate"] or model["refusal"]) if model["curve"] else None,
        can_shadow=model["state"] == "candidate",
        can_decide=model["state"] in _OPEN,
        can_take_back=model["state"] == "active",
    )


def _facts(model: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    card = model["card"]
    yield "Owner", card["owner"] or words.NOTHING
    sources = ((phrase(words.SOURCES, source).short.lower(), number) for source, number in card["sources"].items())
    yield "Learned from", ", ".join(f"{number:,}: {source}" for source, number in sources)
    yield "By what right", card["licence"] or words.NOTHING
    outside = f", {card['outside']:,} that belong to none" if card["outside"] else ""
    yield "Examples", f"{card['examples']:,} of {words.plural(card['labels'], 'label')}{outside}"
    if card["left_out"]:
        yield "Left out", "; ".join(f"{number:,}: {why}" for why, number in card["left_out"].items())
    yield "Tried on", f"{card['calibration']:,} cases: {card['sample']}"
    yield "Trained by", card["trained_by"]
    joins = [name for name in ("attributes", "votes", "definitions") if model["recipe"].get(name)]
    yield "Joined by", ", ".join(joins) or words.NOTHING
    yield "Head", model["head"][:12]
    yield "Encoder", model["encoder"][:12]
    if model["release"]:
        yield "Release", model["release"]


def _held(held: Mapping[str, Any]) -> str:
    return (
        f"{words.percent(held['accuracy'])} of {held['cases']:,} examples held out in training were right; "
        f"confidence is off by {percent(held['ece'])} on average."
    )


def _reliability(held: Mapping[str, Any]) -> Plot:
    scale = Scale()
    return Plot(
        title="Does its confidence mean what it says?",
        words="Share that was right for each band of confidence; on the diagonal the two agree.",
        below="Confidence",
        beside="Right",
        lines=(scale.line(((0, 0), (1, 1)), "ideal"),),
        bars=tuple(
            scale.bar(
                each["lower"],
                each["upper"],
                each["accuracy"],
                f"{words.plural(each['count'], 'example')}: sure of {percent(each['confidence'])}, "
                f"right in {percent(each['accuracy'])}",
            )
            for each in held["bins"]
        ),
        marks=(),
        ticks_below=scale.ticks_x(QUARTERS),
        ticks_beside=scale.ticks_y(QUARTERS),
    )


def _curve(curve: Mapping[str, Any], certified: Mapping[str, Any]) -> Plot:
    points = [(each["coverage"], each["risk"]) for each in curve["points"]]
    alpha = certified["alpha"]
    most = round_up(max([alpha * 1.25, *(risk for _, risk in points)]))
    scale = Scale(most_y=most)
    granted = certified if certified.get("threshold") is not None else None
    marks: tuple[Mark, ...] = ()
    if granted and granted["accepted"]:
        share, wrong = granted["accepted"] / granted["cases"], granted["errors"] / granted["accepted"]
        said = f"certified: {percent(round(share, 4))} decided automatically, {percent(round(wrong, 4))} of these wrong"
        marks = (scale.mark(share, wrong, said),)
    return Plot(
        title="How much may it decide alone?",
        words="Share of the calibration cases that is decided automatically, and how much of that is wrong, at every "
        "threshold; the level line is what may be wrong at most.",
        below="Decided automatically",
        beside="Wrong of these",
        lines=(scale.line(points, "main"), scale.line(((0, alpha), (1, alpha)), "limit")),
        bars=(),
        marks=marks,
        ticks_below=scale.ticks_x(QUARTERS),
        ticks_beside=scale.ticks_y([most * part for part in (0, 0.5, 1)]),
    )


def simulator_view(found: Mapping[str, Any], chosen: float) -> SimulatorView:
    """`found`: what was simulated, the chosen alpha among it."""
    rows = found["rows"]
    most = max([each["alpha"] for each in rows], default=1.0)
    scale = Scale(most_x=most)
    here = next(each for each in rows if each["alpha"] == chosen)
    return SimulatorView(
        alpha=f"{100 * chosen:g}",
        per_day=f"{found['per_day']:g}",
        cases=found["cases"],
        delta=percent(found["delta"]),
        rows=tuple(_promise(each, chosen, found["alpha"]) for each in rows),
        plot=Plot(
            title="Automation by what may be wrong",
            words="Share decided automatically for each share that may be wrong.",
            below="May be wrong",
            beside="Automatic",
            lines=(scale.line([(each["alpha"], each["automation"]) for each in rows], "main"),),
            bars=(),
            marks=(scale.mark(chosen, here["automation"], f"at {percent(chosen)}: {percent(here['automation'])}"),),
            ticks_below=scale.ticks_x([most * part for part in (0, 0.5, 1)]),
            ticks_beside=scale.ticks_y(QUARTERS),
        ),
    )


def _promise(each: Mapping[str, Any], chosen: float, policy: float) -> PromiseRow:
    return PromiseRow(
        alpha=percent(each["alpha"]),
        threshold=words.NOTHING if each["threshold"] is None else f"{each['threshold']:.4g}",
        automation=words.percent(each["automation"]),
        share=each["automation"],
        errors=f"{each['errors_per_day']:.1f}",
        reviews=f"{each['reviews_per_day']:,.0f}",
        why=each["why"] or "",
        chosen=each["alpha"] == chosen,
        policy=each["alpha"] == policy,
    )


def report_view(report: Mapping[str, Any]) -> ReportView:
    """The shadow report in words and figures."""
    done, needed = report["decisions"], report["needed"]
    automation, overturns, handling = report["automation"], report["overturns"], report["handling"]
    wrong, alone = overturns["wrong"], overturns["automatic_wrong"]
    figures = (
        ("Decided automatically", _percent(automation["before"]), _percent(automation["after"])),
        (f"Wrong, of {overturns['reviewed']:,} reviewed", f"{wrong['before']:,}", f"{wrong['after']:,}"),
        (
            "Automatic and wrong, as far as reviewed",
            f"{alone['before']['wrong']:,} of {alone['before']['of']:,}",
            f"{alone['after']['wrong']:,} of {alone['after']['of']:,}",
        ),
    )
    notes = [
        f"Both say the same of {_percent(report['agreement'])} of the decisions.",
        (
            f"{words.plural(report['released'], 'request')} people had to look at it would have decided alone; "
            f"{report['escalated']:,} that were automatic it would have put before people."
        ),
    ]
    if handling["median_seconds"] is not None:
        notes.append(
            f"A case takes {words.span_of_time(handling['median_seconds'])} (median): it would have spared "
            f"{handling['spared_hours']:g} and cost {handling['added_hours']:g} hours of waiting."
        )
    return ReportView(
        decisions=done,
        needed=needed,
        share=min(1.0, done / needed) if needed else 1.0,
        figures=figures,
        notes=tuple(notes) if done else (),
        errors=tuple(
            SliceRow(_slice(each), each["cases"], f"{each['before']:,}", f"{each['after']:,}", each["worse"])
            for each in report["slices"]["errors"]
        ),
        reviews=tuple(
            SliceRow(
                _slice(each),
                each["cases"],
                words.percent(each["rate"]),
                f"{words.percent(each['low'])} to {words.percent(each['high'])}",
                each["worse"],
            )
            for each in report["slices"]["reviews"]
        ),
    )


def released_words(released: Released) -> str:
    """What answers now, and what that does to automation."""
    before, after = released.automation
    said = (
        f"{released.id} answers from now on. Automation {words.percent(before)} → {words.percent(after)} of the cases."
    )
    return said + (f" No certificate, so people decide everything: {released.refusal}." if released.refusal else "")


def alphas(chosen: float, usual: Sequence[float]) -> list[float]:
    """What is simulated: the usual ones, the policy's and the chosen one, rising."""
    return sorted({*usual, chosen})


def _slice(each: Mapping[str, Any]) -> str:
    return f"{each['attribute']}: {each['value']}" if each["attribute"] else "all of them"


def _percent(share: float | None) -> str:
    return words.NOTHING if share is None else words.percent(share)
