"""Drafts of a reply in words."""

from __future__ import annotations

from typing import Any

import pytest

from service.console.draft_views import WHY, draft_view
from service.writer.checked import Fault
from service.writer.endpoint import Trouble

QUOTED = {"text": "We refund within 14 days.", "citations": ["doc_refunds@3"]}
WRITTEN = {**QUOTED, "text": "Hello. We always refund. Within 14 days.", "by_model": True}
TITLES = {"refund": "Money back"}


def asked(state: str, **changes: Any) -> dict[str, Any]:
    told = {"state": state, "why": None, "loose_sentences": [], "model": "small", "may_be_asked": True, **changes}
    return {"draft": QUOTED, "quoted": None, "language_model": told}


def test_where_no_language_model_drafts_there_is_only_what_documents_say() -> None:
    """Nothing to ask, nothing to wait for."""
    shown = draft_view("case_1", {"draft": QUOTED, "quoted": None, "language_model": None}, TITLES, ["refund"])
    assert shown.best is not None
    assert (shown.labels, shown.best.by_model, shown.best.sources) == ("Money back", False, ("doc_refunds@3",))
    assert (shown.may_be_asked, shown.writing, shown.why_not, shown.model) == (False, False, "", "")


def test_sentences_that_say_too_much_are_marked_where_they_stand() -> None:
    """The rest of the text is as it was written; a sentence that is not found marks nothing."""
    part = asked("written", loose_sentences=["We always refund.", "Not in it."]) | {"draft": WRITTEN, "quoted": QUOTED}
    shown = draft_view("case_1", part, TITLES, ["refund"])
    assert shown.best is not None
    assert "".join(piece.text for piece in shown.best.pieces) == WRITTEN["text"]
    assert [piece.text for piece in shown.best.pieces if piece.marks] == ["We always refund."]
    assert shown.best.by_model
    assert shown.again
    assert shown.quoted is not None


@pytest.mark.parametrize("state", ["waiting", "writing"])
def test_while_it_writes_nobody_asks_it_again(state: str) -> None:
    """What is quoted stands there meanwhile."""
    shown = draft_view("case_1", asked(state), TITLES, ["refund"])
    assert (shown.writing, shown.may_be_asked) == (True, False)
    assert shown.best is not None


def test_a_refusal_is_told_in_words_and_can_be_tried_again() -> None:
    """It is another thing that the text was refused than that none came."""
    refused = draft_view("case_1", asked("refused", why="unknown_figure"), TITLES, ["refund"])
    failed = draft_view("case_1", asked("failed", why="too_slow"), TITLES, ["refund"])
    assert (refused.refused, refused.why_not) == (True, "it brought in a figure that its passage has not")
    assert (failed.refused, failed.why_not) == (False, "it took too long")
    assert refused.may_be_asked
    assert not refused.again
    assert draft_view("case_1", asked("failed", why="gremlins"), TITLES, []).why_not == "gremlins"


def test_every_reason_that_the_service_knows_has_words() -> None:
    """A reason added later needs some too."""
    assert {*Fault, *Trouble} <= {*WHY}
