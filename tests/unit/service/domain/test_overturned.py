"""When somebody has to say why."""

from __future__ import annotations

import pytest

from service.domain.overturned import Expected
from service.domain.types import Outcome

SUGGESTED = Expected(frozenset({"refund"}), Outcome.ALLOW)
ANSWERED = Expected(frozenset({"refund"}), Outcome.ALLOW, answered=True)


@pytest.mark.parametrize(
    "expected, labels, outcome, why",
    [
        (SUGGESTED, ["refund"], Outcome.ALLOW, None),
        (SUGGESTED, ["fraud"], Outcome.ALLOW, "to overturn the suggestion"),
        (SUGGESTED, [], Outcome.ALLOW, "to overturn the suggestion"),
        (SUGGESTED, ["refund", "fraud"], Outcome.ALLOW, "to overturn the suggestion"),
        (SUGGESTED, ["refund"], Outcome.BLOCK, "to block"),
        (ANSWERED, ["refund"], Outcome.ALLOW, None),
        (ANSWERED, ["fraud"], Outcome.ALLOW, "to overturn what was answered"),
        (Expected(frozenset(), Outcome.BLOCK, answered=True), [], Outcome.ALLOW, "to overturn what was answered"),
        (Expected(frozenset({"fraud"}), Outcome.BLOCK), ["fraud"], Outcome.ALLOW, "to overturn the suggestion"),
        (Expected(frozenset({"advice"})), ["advice"], Outcome.ALLOW, None),
        (Expected(), ["whatever"], Outcome.ALLOW, None),
        (Expected(), ["whatever"], Outcome.BLOCK, "to block"),
        (Expected(blocked=True), ["x"], Outcome.ALLOW, "to allow what a rule blocks because of the answer"),
    ],
)
def test_only_what_blocks_or_decides_otherwise_needs_a_note(
    expected: Expected, labels: list[str], outcome: Outcome, why: str | None
) -> None:
    """And it is said what for."""
    assert expected.why(labels, outcome) == why


@pytest.mark.parametrize(
    "expected, told",
    [
        (SUGGESTED, {"labels": ["refund"], "outcome": "allow"}),
        (Expected(), {"labels": None, "outcome": "allow"}),
        (Expected(frozenset({"fraud"}), Outcome.BLOCK), {"labels": ["fraud"], "outcome": None}),
        (Expected(blocked=True), {"labels": None, "outcome": None}),
    ],
)
def test_what_needs_none_is_told_beforehand(expected: Expected, told: dict[str, object]) -> None:
    """As the page and the clients ask for it."""
    assert expected.as_dict() == told
