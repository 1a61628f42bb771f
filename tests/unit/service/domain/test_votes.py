"""Votes of the found documents."""

from __future__ import annotations

import pytest

from index.model import DocumentKey, Evidence
from service.domain.types import Autonomy, Label, Outcome
from service.domain.votes import votes_of

LABELS = [
    Label("refund", "Refund", Outcome.ALLOW, Autonomy.AUTO, documents=("fees", "cards")),
    Label("close", "Close", Outcome.ALLOW, Autonomy.AUTO, documents=("leaving",)),
    Label("complaint", "Complaint", Outcome.REVIEW, Autonomy.DRAFT),
    Label("card", "Card", Outcome.ALLOW, Autonomy.AUTO, documents=("cards",)),
]


def found(document: str, score: float) -> Evidence:
    return Evidence(DocumentKey("c", document, 1), 0, document, "", document, (), score, 0.5, {})


def test_a_label_has_the_share_of_the_scores_that_names_it():
    """A document that justifies two labels votes for both; a label without documents has no vote."""
    votes = votes_of([found("fees", 0.6), found("cards", 0.3), found("other", 0.3)], LABELS)
    assert votes == {"refund": pytest.approx(0.75), "card": pytest.approx(0.25)}


def test_nothing_found_votes_for_nothing():
    """Nor does what was found with no score at all."""
    assert votes_of([], LABELS) == {}
    assert votes_of([found("fees", 0.0)], LABELS) == {}
