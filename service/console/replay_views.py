"""What a replay shows: what the files would have made of past decisions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import rule_words, words
from service.console.rule_views import Moment, clock, rule_address
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class RuleCount:
    """In how many decisions a rule would have fired more or less."""

    rule: str
    address: str
    more: str
    fewer: str


@dataclass(frozen=True, slots=True)
class Moved:
    """How many decisions would have gone from one value to another."""

    before: Phrase
    after: Phrase
    count: str
    same: bool


@dataclass(frozen=True, slots=True)
class ExampleView:
    """One decision that would have been another."""

    decision: str
    effect: tuple[Phrase, Phrase]  #: what the rules asked for, and would ask for
    outcome: tuple[Phrase, Phrase]
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplayView:
    """What the files would have made of past decisions."""

    workflow: str
    since: Moment
    summary: str
    notes: tuple[str, ...]
    by_rule: tuple[RuleCount, ...]
    outcomes: tuple[Moved, ...]
    effects: tuple[Moved, ...]
    examples: tuple[ExampleView, ...]


def replay_view(report: Mapping[str, Any], now: datetime) -> ReplayView:
    notes = []
    if report.get("truncated"):
        notes.append(f"Not everything was worked out: the newest {report['decisions']:,} decisions were asked.")
    if report["unreadable"]:
        gone = words.plural(report["unreadable"], "decision")
        notes.append(f"{gone} could not be replayed: erased, or no longer fitting the workflow's attributes.")
    return ReplayView(
        workflow=report["workflow"],
        since=clock(report["since"], now),
        summary=_summary(report),
        notes=tuple(notes),
        by_rule=tuple(
            RuleCount(each["rule"], rule_address(each["rule"]), _plus(each["more"], "+"), _plus(each["fewer"], "-"))
            for each in report["by_rule"]
        ),
        outcomes=_moved(report["outcomes"], words.OUTCOMES),
        effects=_moved(report["effects"], words.EFFECTS),
        examples=tuple(_example(each) for each in report["examples"]),
    )


def _summary(report: Mapping[str, Any]) -> str:
    decisions, changed = report["decisions"], report["changed"]
    if not decisions:
        return "No decision was made in that time, so there is nothing to replay."
    if not changed:
        return f"The rules would ask for the same in all of {words.plural(decisions, 'decision')}."
    share = rule_words.share(changed / decisions)
    others = sum(row["count"] for row in report["outcomes"] if row["before"] != row["after"])
    return (
        f"The rules would ask for something else in {changed:,} of {words.plural(decisions, 'decision')} ({share}), "
        f"{f'and the outcome of {others:,}' if others else 'and no outcome'} would be another."
    )


def _plus(count: int, sign: str) -> str:
    return f"{sign}{count:,}" if count else words.NOTHING


def _moved(rows: Sequence[Mapping[str, Any]], phrases: Mapping[str, Phrase]) -> tuple[Moved, ...]:
    """What changed first, the largest first."""
    found = [
        Moved(_phrase(phrases, row["before"]), _phrase(phrases, row["after"]), f"{row['count']:,}", _same(row))
        for row in sorted(rows, key=lambda row: (_same(row), -row["count"]))
    ]
    return tuple(found)


def _same(row: Mapping[str, Any]) -> bool:
    return bool(row["before"] == row["after"])


def _example(each: Mapping[str, Any]) -> ExampleView:
    before, after = each["before"], each["after"]
    tried = phrase(words.OUTCOMES, after["outcome"]) if after["outcome"] else _UNTRIED
    return ExampleView(
        decision=each["decision"],
        effect=(_phrase(words.EFFECTS, before["effect"]), _phrase(words.EFFECTS, after["effect"])),
        outcome=(phrase(words.OUTCOMES, before["outcome"]), tried),
        gained=tuple(each["rules"]["gained"]),
        lost=tuple(each["rules"]["lost"]),
    )


_NONE = Phrase("", "None", "No rule asks for anything.")
_UNTRIED = Phrase("", "Not worked out", "Only the first changed decisions are taken through the whole way.")


def _phrase(phrases: Mapping[str, Phrase], value: str | None) -> Phrase:
    return phrase(phrases, value) if value else _NONE
