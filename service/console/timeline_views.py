"""What the pages of proposals and of the history of rules show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import rule_words
from service.console.change_views import Reckoned, WorkflowChange, reckoned, workflow_change
from service.console.rule_views import Moment, clock, moment, rule_address
from service.console.words import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the timeline."""

    kind: Phrase
    at: Moment
    by: str
    workflow: str
    summary: str
    rules: tuple[tuple[str, str], ...]  #: id and address of the first rules it was about
    proposal: str  #: id; empty when it is about none
    why: str


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, newest first."""

    name: str
    happenings: tuple[Happening, ...]


def days(items: Iterable[Mapping[str, Any]], now: datetime, about: str = "") -> tuple[Day, ...]:
    """The timeline by days of UTC, newest first as given; `about`: the one rule it is told of."""
    grouped: dict[str, list[Happening]] = {}
    for item in items:
        at = datetime.fromisoformat(item["at"])
        name = "Today" if at.date() == now.date() else at.strftime("%-d %B %Y")
        grouped.setdefault(name, []).append(happening(item, about))
    return tuple(Day(name, tuple(found)) for name, found in grouped.items())


def happening(item: Mapping[str, Any], about: str = "") -> Happening:
    """`about`: the rule whose part in it is told, where it is one of many."""
    at, detail = datetime.fromisoformat(item["at"]), item["detail"]
    kind = rule_words.happening(item["kind"])
    said = item["summary"].removeprefix(f"{kind.short}: ").removeprefix(f"{kind.short} {detail['subject']}: ")
    summary = _part_in(detail, about) or said
    return Happening(
        kind=kind,
        at=Moment(item["at"], at.strftime("%H:%M UTC")),
        by=item["by"] or "",
        workflow=item["workflow"] or "",
        summary=rule_words.dated(summary),
        rules=tuple((rule, rule_address(rule)) for rule in list(_rules(detail))[:_FEW]),
        proposal=detail.get("proposal") or (detail["subject"] if item["kind"] in _OF_PROPOSALS else ""),
        why=(detail.get("why") or "") if "note" in detail else "",  # else it is in words of our own
    )


_OF_PROPOSALS = ("rules.proposed", "rules.rejected")
_FEW = 5  # rules linked from one entry; the sentence counts them all


def _rules(detail: Mapping[str, Any]) -> Iterable[str]:
    """Rules that there is a page of: the one it is about, or those that were added or changed."""
    if detail.get("rule"):
        yield detail["rule"]
    for part in ("added", "changed", "promoted", "demoted"):
        yield from _changes(detail).get(part, ())


def _changes(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    changes = detail.get("changes")
    return changes if isinstance(changes, Mapping) else {}


def _part_in(detail: Mapping[str, Any], rule: str) -> str:
    """What became of one rule in a change of many; empty when it cannot be told apart."""
    changes = _changes(detail)
    for part, says in (("promoted", "Promoted"), ("demoted", "Demoted")):
        if rule in changes.get(part, {}):
            return f"{says}: {changes[part][rule]}"
    return next((part.capitalize() for part in ("added", "removed", "changed") if rule in changes.get(part, ())), "")


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list."""

    id: str
    state: Phrase
    by: str
    made: Moment
    decided_by: str
    decided: Moment | None
    workflows: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with what it would change."""

    row: ProposalRow
    own: bool  #: the reader proposed it, so that somebody else has to approve it
    open: bool
    stale: str  #: why it cannot be approved any more
    why: str
    workflows: tuple[WorkflowChange, ...]
    reckoned: tuple[Reckoned, ...]


def proposal_row(proposal: Mapping[str, Any], now: datetime) -> ProposalRow:
    decided = proposal.get("decided_at")
    return ProposalRow(
        id=proposal["id"],
        state=phrase(rule_words.PROPOSAL_STATES, proposal["state"]),
        by=proposal["by"],
        made=moment(proposal["created_at"], now),
        decided_by=proposal.get("decided_by") or "",
        decided=clock(decided, now) if decided else None,
        workflows=", ".join(each if isinstance(each, str) else each["workflow"] for each in proposal["workflows"]),
    )


def proposal_view(proposal: Mapping[str, Any], me: str, now: datetime) -> ProposalView:
    return ProposalView(
        row=proposal_row(proposal, now),
        own=proposal["by"].removeprefix("cli:").casefold() == me.casefold(),
        open=proposal["state"] == "proposed",
        stale=proposal["stale"] or "",
        why=proposal["why"] or "",
        workflows=tuple(workflow_change(each) for each in proposal["workflows"]),
        reckoned=reckoned(proposal),
    )
