"""Calls about a team: how it gets on, and cases whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from .answers import Answer
from .steps import Calling, Steps, quoted, send


class Team(Answer):
    """How a team gets on."""

    since: datetime
    until: datetime
    queues: list[dict[str, Any]]
    people: list[dict[str, Any]]
    days: list[dict[str, Any]]
    agreement: dict[str, Any]
    unread: list[dict[str, Any]]
    known_answers: dict[str, Any] | None = None  #: None: you neither lead a queue nor audit


class KnownAnswer(Answer):
    """A case whose answer is known."""

    id: str
    case: str
    decision: str
    workflow: str
    queue: str
    labels: list[str]
    outcome: str
    by: str
    created_at: datetime
    note: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_why: str | None = None
    decided: int = 0  #: how many people decided a copy
    correct: int = 0  #: how many of them rightly


class KnownAnswers(Answer):
    items: list[KnownAnswer]


class TeamCalls(Calling):
    """For whoever leads a queue, and for auditors."""

    __slots__ = ()

    def team(self, *, days: int = 14, queue: str | None = None) -> Steps[Team]:
        """What waits, what was decided in so many days, and how well."""
        return (yield from self._one(Team, send("GET", "/v1/team", params={"days": days, "queue": queue})))

    def known_answers(
        self, *, queue: str | None = None, ended: bool = False, limit: int = 50
    ) -> Steps[list[KnownAnswer]]:
        """Cases whose answer is known, newest first; with `ended` also those that nobody is given any more."""
        params = {"queue": queue, "ended": "true" if ended else None, "limit": limit}
        return (yield from self._one(KnownAnswers, send("GET", "/v1/known-answers", params=params))).items

    def mark_known(
        self,
        case_id: str,
        note: str,
        *,
        labels: Sequence[str] | None = None,
        outcome: Literal["allow", "block"] | None = None,
    ) -> Steps[KnownAnswer]:
        """Mark a case that is out as one whose answer is known, and say why it is sure."""
        body = {"note": note, "labels": None if labels is None else list(labels), "outcome": outcome}
        return (yield from self._one(KnownAnswer, send("POST", _path(case_id), body=body, repeatable=False)))

    def unmark_known(self, case_id: str) -> Steps[None]:
        """Nobody is given it any more, and what people made of it counts no more."""
        yield from self._answered(send("DELETE", _path(case_id), repeatable=False))


def _path(case_id: str) -> str:
    return f"/v1/cases/{quoted(case_id)}/known-answer"
