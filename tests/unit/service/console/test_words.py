"""The words of the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from rules.model import Effect, RuleStatus, Severity
from service.console import words
from service.domain.case import CaseKind, CaseState
from service.domain.types import DecidedBy, Outcome, Reason, State

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "kind, phrases",
    [
        (Reason, words.REASONS),
        (Effect, words.EFFECTS),
        (Outcome, words.OUTCOMES),
        (State, words.DECISION_STATES),
        (CaseState, words.CASE_STATES),
        (CaseKind, words.KINDS),
        (DecidedBy, words.DECIDERS),
        (Severity, words.SEVERITIES),
        (RuleStatus, words.RULE_STATUSES),
    ],
)
def test_every_value_of_the_domain_has_words(kind: type[StrEnum], phrases: dict[str, words.Phrase]) -> None:
    """A value added to the domain without words for people fails here; so do words for a value that is gone."""
    assert {value.value for value in kind} == set(phrases)


def test_every_routing_reason_is_explained_in_one_sentence() -> None:
    """A reviewer reads why a case is there, not a code."""
    for phrase in words.REASONS.values():
        assert phrase.sentence.endswith("."), phrase.value
        assert ". " not in phrase.sentence, phrase.value


def test_an_unknown_value_is_shown_as_it_is() -> None:
    """A newer record does not break an older page."""
    assert words.phrase(words.REASONS, "sunspots") == words.Phrase("sunspots", "sunspots")
    assert words.phrase(words.REASONS, None).short == words.NOTHING


@pytest.mark.parametrize(
    "value, shown", [(0.0, "< 1%"), (0.004, "< 1%"), (0.614, "61%"), (0.9996, "> 99%"), (1.0, "> 99%")]
)
def test_a_probability_is_never_rounded_to_certainty(value: float, shown: str) -> None:
    """A classifier that says 1.0000 is still not certain."""
    assert words.probability(value) == shown


def test_a_share_may_be_none_or_all() -> None:
    """Unlike a probability, a counted share can be exactly 0 or 1."""
    assert [words.percent(share) for share in (0.0, 0.82, 1.0)] == ["0%", "82%", "100%"]


@pytest.mark.parametrize(
    "seconds, shown",
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h"), (172_799, "47 h"), (172_800, "2 d")],
)
def test_spans_of_time_keep_one_unit(seconds: int, shown: str) -> None:
    """Coarse enough to read at a glance."""
    assert words.span_of_time(seconds) == shown


def test_due_and_overdue() -> None:
    """What is due says when; what is late says how late."""
    assert words.due(NOW + timedelta(hours=3), NOW) == "due in 3 h"
    assert words.due(NOW - timedelta(minutes=5), NOW) == "overdue by 5 min"
    assert words.due(NOW, NOW) == "overdue by 0 s"


def test_a_time_of_another_day_carries_its_date() -> None:
    """Nobody mistakes yesterday's time for today's, and the zone is said."""
    assert words.clock_time(NOW, NOW) == "09:00 UTC"
    assert words.clock_time(NOW - timedelta(days=1), NOW) == "20 Nov 2026, 09:00 UTC"


def test_a_fast_room_is_not_shown_as_taking_no_time() -> None:
    """Milliseconds keep one decimal."""
    assert words.milliseconds(0.012) == "< 0.1 ms"
    assert words.milliseconds(4.26) == "4.3 ms"
