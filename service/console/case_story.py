"""What happened to a case and what people said of it, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened."""

    who: str
    what: str
    at: str
    when: str
    note: str  #: what they wrote; empty when nothing
    comment: bool


def told(events: Iterable[Mapping[str, Any]], now: datetime) -> tuple[Told, ...]:
    """Newest first."""
    return tuple(_told(event, now) for event in reversed([*events]))


def _told(event: Mapping[str, Any], now: datetime) -> Told:
    at = datetime.fromisoformat(event["at"])
    return Told(
        who="The service" if event["by"] == "signoff" else event["by"],
        what=words.CASE_ACTIONS.get(event["action"], event["action"]) + _more(event["told"], now),
        at=event["at"],
        when=words.ago(at, now),
        note=event["note"] or "",
        comment=event["action"] == "comment",
    )


def _more(facts: Mapping[str, Any], now: datetime) -> str:
    """To whom, until when, where."""
    said = ""
    if facts.get("to"):
        said += f" to {facts['to']}"
    if facts.get("from") and facts.get("queue") != facts.get("from"):
        said += f", from {facts['from']} to {facts['queue']}"
    if facts.get("until"):
        said += f" until {words.clock_time(datetime.fromisoformat(str(facts['until'])), now)}"
    return said


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody thinks the case is, before it is out."""

    who: str
    outcome: Phrase
    labels: tuple[str, ...]
    note: str

    @staticmethod
    def of(opinion: Mapping[str, Any], titles: Mapping[str, str]) -> Said:
        return Said(
            opinion["reviewer"],
            phrase(words.OUTCOMES, opinion["outcome"]),
            tuple(titles.get(label, label) for label in opinion["labels"]),
            opinion.get("note") or "",
        )


def hold_words(hold: Mapping[str, Any] | None, now: datetime) -> str:
    if not hold or not hold.get("until"):
        return ""
    until = words.clock_time(datetime.fromisoformat(hold["until"]), now)
    by = f" by {hold['by']}" if hold.get("by") else ""
    why = f": {hold['reason']}" if hold.get("reason") else "."
    return f"On hold until {until}{by}{why}"


def assigned(to: str | None, me: str) -> str:
    if not to:
        return ""
    return "Handed over to you." if to == me else f"Handed over to {to}."
