"""Many cases at once, as the pages show them: which, what is to be done, what came of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from service.console import words
from service.console.bulk_forms import ASSIGN, DECIDE, HOLD, BulkForm
from service.console.holds import hold_end
from service.console.views import NO_LABEL, Choice, choice_views
from service.console.words import phrase
from service.domain.types import Workflow
from service.usecases.choose_cases import Item
from service.usecases.read_case import choices

#: How like a request has to be, as the form offers it: cosine, and in words.
LIKENESSES = ((0.97, "nearly word for word"), (0.9, "very like"), (0.8, "like"), (0.7, "somewhat like"))


@dataclass(frozen=True, slots=True)
class Fitting:
    """What narrows the cases that wait in a queue."""

    queue: str
    reason: str = ""
    label: str = ""
    like: str = ""  #: a case
    least: float = 0.9

    def address(self) -> str:
        asked = {"reason": self.reason, "label": self.label, "like": self.like}
        given = {name: value for name, value in asked.items() if value}
        return f"{bulk_address(self.queue)}?{urlencode(given)}" if given else bulk_address(self.queue)


def bulk_address(queue: str) -> str:
    return f"/console/queues/{quote(queue, safe='')}/bulk"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that it may be done to."""

    id: str
    excerpt: str
    suggested: str  #: title of the most likely label; empty where nobody is to be led
    likeness: str  #: in percent; empty where nothing is to be like
    ticked: bool


def candidates(
    items: Iterable[Item], titles: Mapping[str, str], ticked: Collection[str] | None
) -> tuple[Candidate, ...]:
    """`ticked`: ids of those that are chosen; None: all."""
    return tuple(
        Candidate(
            item.case,
            " ".join(item.excerpt.split()) or "(no text)",
            titles.get(item.suggestion or "", item.suggestion or ""),
            "" if item.similarity is None else words.percent(max(0.0, item.similarity)),
            ticked is None or item.case in ticked,
        )
        for item in items
    )


def labels_of(workflows: Iterable[Workflow]) -> dict[str, str]:
    """Titles by id."""
    return {label.id: label.title for workflow in workflows for label in workflow.labels}


def bulk_choices(workflows: Iterable[Workflow], items: Sequence[Item]) -> tuple[Choice, ...]:
    """Every label of these workflows once, those likeliest for most of the cases first, with a number key for nine."""
    every = {choice["id"]: choice for workflow in workflows for choice in choices(workflow)}
    led = Counter(item.suggestion for item in items if item.suggestion in every)
    shares = [{"label": label, "probability": count / len(items)} for label, count in led.items()]
    return tuple(
        replace(choice, percent=f"{led[choice.id]:,} of {len(items):,}" if choice.id in led else "")
        for choice in choice_views(every.values(), shares, ())
    )


def plan(form: BulkForm, titles: Mapping[str, str], now: datetime) -> tuple[tuple[str, str], ...]:
    """What will be done, as names and values."""
    if form.action == DECIDE:
        chosen = ", ".join("None of these" if each == NO_LABEL else titles.get(each, each) for each in form.labels)
        outcome = phrase(words.OUTCOMES, form.outcome).short if form.outcome else "as the label says"
        rows = [("Label", chosen), ("Outcome", outcome), ("Note", form.note), ("Reply to each", form.reply)]
    elif form.action == HOLD:
        until = words.clock_time(hold_end(now, form.lasting, form.until), now)
        rows = [("Until", until), ("What they wait for", form.why)]
    elif form.action == ASSIGN:
        rows = [("To", form.to), ("Note", form.why)]
    else:
        rows = [("What is to be settled", form.why)]
    return tuple((name, value) for name, value in rows if value.strip())


@dataclass(frozen=True, slots=True)
class NotDone:
    """A case that it is not done to, and why."""

    id: str
    why: str


def not_done(found: Iterable[Mapping[str, Any]]) -> tuple[NotDone, ...]:
    return tuple(NotDone(each["case"], each["why"]) for each in found)


#: What was done to a number of cases, by action.
DONE: Mapping[str, str] = {
    "decide": "decided",
    "hold": "on hold",
    "escalate": "escalated",
    "assign": "handed over",
    "undo": "taken back",
    "unhold": "off hold",
}


def seconds_left(undo_until: str | None, now: datetime) -> int:
    """0: nothing can be taken back."""
    return max(0, int((datetime.fromisoformat(undo_until) - now).total_seconds())) if undo_until else 0
