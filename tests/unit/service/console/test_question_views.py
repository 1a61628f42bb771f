"""Questions and answers as the page of a case shows them."""

from __future__ import annotations

from service.console.question_views import question_views, waiting_words
from service.console.views import case_view
from tests.unit.service.console.material import NOW, case, lease, question


def test_an_answer_stands_with_what_rules_found_in_it() -> None:
    """Marked in its text, in words beside it."""
    (shown,) = question_views([question("They took 40 twice from my card 4929.")], NOW)
    assert (shown.when, shown.stands.short) == ("1 h ago", "Answered")
    assert shown.answer is not None
    assert [piece.text for piece in shown.answer.text if piece.marks] == ["4929"]
    assert shown.answer.rules.effect is not None
    assert shown.answer.rules.effect.short == "Review"


def test_what_is_erased_says_so() -> None:
    """Neither an empty place nor an error."""
    gone = question(text=None, answer={**question()["answer"], "text": None, "rules": None})
    (shown,) = question_views([gone], NOW)
    assert shown.answer is not None
    assert (shown.text, shown.answer.text[0].text, shown.answer.rules.hidden) == ("(erased)", "(erased)", True)


def test_a_case_that_waits_for_its_requester_says_until_when() -> None:
    """Nobody claims it meanwhile, and nobody is told that it is late."""
    asked = question(ended=None, ended_at=None, answer=None)
    view = case_view(case(state="needs_information", questions=[asked]), "Maya", has_token=False, now=NOW)
    assert view.waits == "Waits for the requester until 24 Nov 2026, 08:00 UTC; then it comes back by itself."
    assert (view.asked, view.holding.who, view.row.due) == (True, "waits", "clock stopped")
    assert waiting_words([question()], NOW) == ""


def test_only_whoever_holds_a_case_is_offered_to_ask() -> None:
    """As the service allows it."""
    mine = case(state="claimed", lease=lease("Maya"), allowed=["ask", "hold"])
    assert "ask" in case_view(mine, "Maya", has_token=True, now=NOW).verbs
    assert "ask" not in case_view(mine, "Maya", has_token=False, now=NOW).verbs


def test_the_field_says_when_a_note_is_needed() -> None:
    """Nothing where the queue asks for none."""
    for free, words in (
        ({"labels": ["a"], "outcome": "allow"}, "needed to block, and to decide otherwise than it stands"),
        ({"labels": None, "outcome": "allow"}, "needed to block"),
        ({"labels": None, "outcome": None}, "needed here"),
    ):
        view = case_view(case(without_note=free), "Maya", has_token=True, now=NOW)
        assert view.without_note is not None
        assert view.without_note.when == words
    assert case_view(case(without_note=None), "Maya", has_token=True, now=NOW).without_note is None
