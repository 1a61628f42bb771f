"""Cases whose answer is known, in words. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words

_NONE = "none of these"


@dataclass(frozen=True, slots=True)
class RightRow:
    """How often somebody, or everybody, gave the right answer; or how often it was given for a label."""

    name: str
    decided: int
    share: str
    interval: str
    rate: float


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """A case that a lead marked."""

    case: str
    queue: str
    answer: str
    outcome: words.Phrase
    note: str
    by: str
    at: str
    since: str
    decided: int
    correct: int


@dataclass(frozen=True, slots=True)
class KnownView:
    """Both, for whoever leads or audits."""

    people: tuple[RightRow, ...]  #: everybody first; empty while nobody decided one
    labels: tuple[RightRow, ...]
    marked: tuple[MarkedRow, ...]


def known_view(found: Mapping[str, Any] | None, marked: Iterable[Mapping[str, Any]], now: datetime) -> KnownView | None:
    """As `usecases.known_answer_figures` and `usecases.known_answers.listing` have it; None: it is not for them."""
    if found is None:
        return None
    together = [{"reviewer": "Everybody", **found["all"]}, *found["people"]] if found["all"]["decided"] else []
    return KnownView(
        tuple(_right(each["reviewer"], each) for each in together),
        tuple(_right(_NONE if each["label"] == "none" else each["label"], each) for each in found["labels"]),
        tuple(_marked(each, now) for each in marked),
    )


def _right(name: str, found: Mapping[str, Any]) -> RightRow:
    low, high = found["interval"]
    share = f"{found['correct']:,} of {found['decided']:,}"
    return RightRow(name, found["decided"], share, f"{low:.0%} to {high:.0%}", found["share"])


def _marked(each: Mapping[str, Any], now: datetime) -> MarkedRow:
    return MarkedRow(
        case=each["case"],
        queue=each["queue"],
        answer=", ".join(each["labels"]) or _NONE,
        outcome=words.phrase(words.OUTCOMES, each["outcome"]),
        note=each["note"] or "",
        by=each["by"],
        at=each["created_at"],
        since=words.ago(datetime.fromisoformat(each["created_at"]), now),
        decided=each["decided"],
        correct=each["correct"],
    )


@dataclass(frozen=True, slots=True)
class KnownOfCase:
    """What is known of the case on the page, or of the one that it is a copy of."""

    answer: str
    outcome: words.Phrase
    original: str  #: the case that was marked, where this is a copy that somebody else was given
    person: str  #: who was given this copy; empty: it is none
    correct: bool | None
    copy: bool


def known_of_case(found: Mapping[str, Any] | None, case_id: str) -> KnownOfCase | None:
    """As `usecases.read_case.view` has it under `known_answer`."""
    if found is None:
        return None
    copy = found["person"] is not None
    return KnownOfCase(
        answer=", ".join(found["labels"]) or _NONE,
        outcome=words.phrase(words.OUTCOMES, found["outcome"]),
        original=found["case"] if copy and found["case"] and found["case"] != case_id else "",
        person=found["person"] or "",
        correct=found["correct"],
        copy=copy,
    )
