"""What the page of a case shows beside it: what is decided with it, what is like it, its subject's cases. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.trace_views import Explained, explained
from service.console.views import Row, rows
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody made of a request."""

    outcome: Phrase
    labels: str
    by: str

    @staticmethod
    def of(decided: Mapping[str, Any] | None) -> Decided | None:
        if decided is None:
            return None
        labels = ", ".join(each["title"] for each in decided["labels"]) or "None of the labels"
        return Decided(phrase(words.OUTCOMES, decided["outcome"]), labels, decided["by"])


@dataclass(frozen=True, slots=True)
class Near:
    """A decided case whose request is much like this one's."""

    case: str  #: empty: one has to say first what one thinks
    excerpt: str
    figure: str
    similarity: float
    at: str
    when: str
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class Other:
    """Another case of the subject."""

    row: Row
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class BesideView:
    """What stands beside a case."""

    case: str
    led: bool
    near: tuple[Near, ...]
    subject: str
    others: tuple[Other, ...]
    more: bool
    rules: Explained | None


def beside_view(found: Mapping[str, Any], me: str, now: datetime) -> BesideView:
    subject = found["subject"]
    listed = rows(subject["cases"], me, now)
    return BesideView(
        case=found["case"],
        led=found["led"],
        near=tuple(_near(each, now) for each in found["nearest"]),
        subject=subject["subject"] or "",
        others=tuple(
            Other(row, Decided.of(each["decided"])) for row, each in zip(listed, subject["cases"], strict=True)
        ),
        more=subject["more"],
        rules=explained(found["rules"]) if found["rules"] else None,
    )


def _near(each: Mapping[str, Any], now: datetime) -> Near:
    return Near(
        case=each["case"] or "",
        excerpt=" ".join(each["excerpt"].split()) or "(no text)",
        figure=f"{each['similarity']:.0%} alike",
        similarity=each["similarity"],
        at=each["delivered_at"],
        when=words.ago(datetime.fromisoformat(each["delivered_at"]), now),
        decided=Decided.of(each["decided"]),
    )
