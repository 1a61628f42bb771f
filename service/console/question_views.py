"""What a requester was asked and what they answered, as the page of a case shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.findings import RulesView, rules_view
from service.console.marks import Marked, Piece, cut
from service.console.words import Phrase, phrase

_ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What the requester said, with what rules found in it marked."""

    who: str
    at: str
    when: str
    text: tuple[Piece, ...]
    attributes: tuple[tuple[str, str], ...]
    rules: RulesView


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question and what became of it."""

    who: str
    at: str
    when: str
    text: str
    stands: Phrase
    answer: AnswerView | None


def question_views(questions: Iterable[Mapping[str, Any]], now: datetime) -> tuple[QuestionView, ...]:
    return tuple(_question(each, now) for each in questions)


def answer_texts(questions: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The words of every answer that is not erased."""
    return tuple(each["answer"]["text"] for each in questions if each["answer"] and each["answer"]["text"])


def _question(question: Mapping[str, Any], now: datetime) -> QuestionView:
    return QuestionView(
        who=question["by"],
        at=question["asked_at"],
        when=_when(question["asked_at"], now),
        text=question["text"] or _ERASED,
        stands=phrase(words.QUESTIONS, question["ended"] or "open"),
        answer=_answer(question["answer"], now) if question["answer"] else None,
    )


def _answer(answer: Mapping[str, Any], now: datetime) -> AnswerView:
    rules = rules_view(answer["rules"])
    return AnswerView(
        who=answer["by"],
        at=answer["at"],
        when=_when(answer["at"], now),
        text=cut(answer["text"] or _ERASED, (Marked(each.start, each.end, each.number) for each in rules.spans)),
        attributes=words.attributes(answer["attributes"]),
        rules=rules,
    )


def _when(at: str, now: datetime) -> str:
    return words.ago(datetime.fromisoformat(at), now)


def waiting_words(questions: Iterable[Mapping[str, Any]], now: datetime) -> str:
    """Until when the requester's answer is waited for; empty when nobody is asked."""
    asked = next((each for each in questions if each["ended"] is None), None)
    if asked is None:
        return ""
    until = words.clock_time(datetime.fromisoformat(asked["until"]), now)
    return f"Waits for the requester until {until}; then it comes back by itself."
