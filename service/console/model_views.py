"""What the page of one model shows. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.model_list_views import ModelRow, model_row
from service.console.model_plots import curve_rows, reliability, risk_coverage
from service.console.notices import Notice
from service.console.plots import Plot, percent
from service.console.rule_views import moment
from service.console.words import phrase
from service.errors import NotPromotable
from service.usecases.model_states import OPEN, PROMOTABLE
from service.usecases.release_tuned import Released

#: What may be missing when somebody promotes a model, and what can be done about it on its page.
MISSING: Mapping[str, tuple[str, str]] = {
    "owner": ("Owner", "say it in the form"),
    "licence": ("By what right the examples are learned from", "say it in the form"),
    "limits": ("Limits", "say them in the form"),
    "without_shadow": (
        "Too few decisions to compare",
        "leave it in shadow and wait, or tick “Too few decisions to compare”",
    ),
    "accept_less": ("It decides less alone", "keep what answers, or tick “It decides less alone”"),
    "despite_doubts": (
        "Doubtful labels",
        "look through the labels, put them right and train again, or tick “Doubtful labels”",
    ),
    "slices": ("Some requests fare worse", "label more such requests and train again"),
}


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
    curve_rows: tuple[tuple[str, str, str], ...]  #: threshold, decided automatically, wrong of these
    can_shadow: bool
    can_promote: bool
    can_reject: bool
    can_take_back: bool


def model_view(model: Mapping[str, Any], now: datetime) -> ModelView:
    card, held = model["card"], model["reliability"]
    row = model_row(model, now)
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
        reliability=reliability(held) if held else None,
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
        curve=risk_coverage(model["curve"], model["certificate"] or model["refusal"]) if model["curve"] else None,
        curve_rows=curve_rows(model["curve"]) if model["curve"] else (),
        can_shadow=model["state"] == "candidate",
        can_promote=model["state"] in PROMOTABLE,
        can_reject=model["state"] in OPEN,
        can_take_back=model["state"] == "active",
    )


def _facts(model: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    card = model["card"]
    yield "Owner", card["owner"] or words.NOTHING
    sources = ((phrase(words.SOURCES, source).short.lower(), number) for source, number in card["sources"].items())
    yield "Labels come from", ", ".join(f"{number:,}: {source}" for source, number in sources)
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


def not_promoted(error: NotPromotable) -> Notice:
    """What a model lacks, in the words of its page."""
    told = []
    for problem in error.problems:
        title, remedy = MISSING.get(problem.field, (problem.field, problem.remedy))
        told.append((title, f"{problem.message}: {remedy}"))
    return Notice("It cannot answer yet", "Nothing was changed.", tone="review", problems=tuple(told))


def released_words(released: Released) -> str:
    """What answers now, and what that does to automation."""
    before, after = released.automation
    said = (
        f"{released.id} answers from now on. Automation {words.percent(before)} → {words.percent(after)} of the cases."
    )
    return said + (f" No certificate, so people decide everything: {released.refusal}." if released.refusal else "")
