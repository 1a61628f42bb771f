"""What the labelling pages show: how far each workflow is, and one request to label. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.views import KEYS, Choice, instant
from service.console.words import phrase


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the queue."""

    name: str
    sentence: str
    waiting: int
    labelled: int
    skipped: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of labels with a promise of its own."""

    name: str
    labels: str  #: titles
    alpha: str
    share: float  #: of what is needed, 0 to 1
    figure: str  #: `41 of 742`
    why: str  #: it is not certified, as far as that was tried
    certified: bool


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label with its examples."""

    id: str
    title: str
    examples: int
    share: float  #: of the most there are of any label, 0 to 1


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far a workflow's labelling is towards its promise."""

    workflow: str
    says: str
    promise: str
    share: float  #: 0 to 1
    figure: str  #: `312 of 473`
    waiting: int
    groups: tuple[GroupRow, ...]
    parts: tuple[Part, ...]
    labels: tuple[LabelRow, ...]


_PARTS = {
    "calibration": ("Drawn at random", "They measure how often the classifier is wrong, and teach nothing."),
    "train": ("Chosen", "They teach: what the classifier is least sure of comes first."),
}


def progress_view(found: Mapping[str, Any]) -> ProgressView:
    measured, queue = found["measured"], found["queue"]
    most = max((each["examples"] for each in found["labels"]), default=0)
    titles = {each["label"]: each["title"] for each in found["labels"]}
    about = "about " if measured["estimated"] else ""
    return ProgressView(
        workflow=found["workflow"],
        says=found["says"],
        promise=f"At most {_percent(found['alpha'])} of automatic decisions wrong, "
        f"with {_percent(1 - found['delta'])} confidence",
        share=min(1.0, measured["done"] / measured["needed"]) if measured["needed"] else 1.0,
        figure=f"{measured['done']:,} of {about}{measured['needed']:,}",
        waiting=sum(part["waiting"] for part in queue.values()),
        groups=tuple(_group(each, titles) for each in found["groups"]),
        parts=tuple(
            Part(*_PARTS[name], part["waiting"], part["labelled"], part["skipped"]) for name, part in queue.items()
        ),
        labels=tuple(
            LabelRow(each["label"] or "", each["title"], each["examples"], each["examples"] / most if most else 0.0)
            for each in found["labels"]
        ),
    )


def _group(each: Mapping[str, Any], titles: Mapping[str | None, str]) -> GroupRow:
    done, needed = each["done"], each["needed"]
    about = "about " if each["estimated"] else ""
    return GroupRow(
        name=each["group"] or "All other labels",
        labels=", ".join(titles.get(label, label) for label in each["labels"]),
        alpha=_percent(each["alpha"]),
        share=1.0 if each["certified"] else 0.0 if needed is None else min(1.0, done / max(1, needed)),
        figure=f"{done:,}: more alone will not do" if needed is None else f"{done:,} of {about}{needed:,}",
        why=each["why"],
        certified=each["certified"],
    )


def progress_views(found: Iterable[Mapping[str, Any]]) -> tuple[ProgressView, ...]:
    return tuple(map(progress_view, found))


@dataclass(frozen=True, slots=True)
class ItemView:
    """A request to label."""

    id: str
    text: str
    attributes: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    several: bool
    until: str
    until_words: str
    seconds_left: int


def item_view(found: Mapping[str, Any], now: datetime) -> ItemView:
    """The request with its choices in the policy's own order, so that a key always means the same label."""
    until = instant(found["until"])
    return ItemView(
        id=found["item"],
        text=found["text"],
        attributes=tuple((name, _value(value)) for name, value in found["attributes"].items()),
        choices=tuple(_choice(each, number) for number, each in enumerate(found["choices"], 1)),
        several=found["several"],
        until=found["until"],
        until_words=words.clock_time(until, now),
        seconds_left=max(0, int((until - now).total_seconds())),
    )


def _choice(each: Mapping[str, Any], number: int) -> Choice:
    return Choice(
        id=each["id"],
        title=each["title"],
        definition=each["definition"],
        includes=tuple(each["includes"]),
        excludes=tuple(each["excludes"]),
        outcome=phrase(words.OUTCOMES, each["outcome"]),
        share=0.0,
        percent="",
        key=str(number) if number <= KEYS else "",
        suggested=False,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
