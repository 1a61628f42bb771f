"""What a reviewer's pages show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.console.views import Draft, case_view, choice_views, holding, queue_views, rows
from tests.unit.service.console.material import NOW, TEXT, blind_case, case, choice, lease, review


def test_the_case_page_marks_what_the_rules_matched_in_the_text() -> None:
    """The marked words are those of the finding's span, numbered as the finding is."""
    shown = case_view(case(), "Maya", has_token=False, now=NOW)
    assert "".join(piece.text for piece in shown.text) == TEXT
    assert [(piece.text, piece.marks) for piece in shown.text if piece.marks] == [("4929", (1,))]
    assert shown.rules.findings[0].number == 1


def test_the_most_probable_labels_come_first_and_carry_the_number_keys() -> None:
    """Pressing 1 chooses what the classifier thinks most likely; the rest keep the policy's order."""
    shown = case_view(case(), "Maya", has_token=False, now=NOW)
    assert [(c.id, c.key, c.percent) for c in shown.choices] == [
        ("charged_twice", "1", "61%"),
        ("complaint", "2", "22%"),
        ("bereavement", "3", ""),
    ]
    assert [c.id for c in shown.suggested] == ["charged_twice"]
    assert shown.guess == "Charged twice"


def test_only_nine_labels_have_a_number_key() -> None:
    """The tenth is found by filtering."""
    choices = choice_views([choice(f"label_{n:02}") for n in range(12)], [], ())
    assert [c.key for c in choices] == [*"123456789", "", "", ""]
    assert not any(c.suggested for c in choices)


def test_documents_that_the_suggested_label_rests_on_are_told_apart() -> None:
    """The reviewer sees which evidence the policy asks for."""
    shown = case_view(case(), "Maya", has_token=False, now=NOW)
    assert [found.named for found in shown.documents] == [True, False]


def test_without_a_suggestion_none_is_shown() -> None:
    """A label left to people shows no suggestion, and no document counts as named."""
    shown = case_view(case(suggestion=None, suggestions=[]), "Maya", has_token=False, now=NOW)
    assert (shown.suggested, shown.guess) == ((), "")
    assert not any(found.named for found in shown.documents)


def test_a_case_of_a_blocked_request_shows_without_labels_or_documents() -> None:
    """Nothing after the rules was run, and the page still stands."""
    blocked = case(suggestion=None, suggestions=[], labels=[], documents=[], draft=None)
    shown = case_view(blocked, "Maya", has_token=False, now=NOW)
    assert [c.percent for c in shown.choices] == ["", "", ""]
    assert shown.replies is not None
    assert shown.replies.best is None
    assert shown.documents == ()
    assert not shown.explainable


def test_a_blind_case_leads_nobody() -> None:
    """The labels stand in the policy's order, none is suggested or weighed, and its kind is only that it is blind."""
    shown = case_view(blind_case(), "Maya", has_token=True, now=NOW)
    assert shown.blind
    assert not shown.explainable
    assert [(c.id, c.percent, c.suggested) for c in shown.choices] == [
        ("bereavement", "", False),
        ("complaint", "", False),
        ("charged_twice", "", False),
    ]
    assert (shown.row.kind.short, [reason.value for reason in shown.row.reasons]) == ("Blind check", ["random_check"])
    assert (shown.guess, shown.rules.findings, shown.documents, shown.replies) == ("", (), (), None)


def test_of_several_labels_all_that_are_likely_are_suggested() -> None:
    """And a document that any of them rests on is told apart."""
    both = [{"label": name, "title": name, "probability": 0.9} for name in ("charged_twice", "bereavement")]
    labels = [{"label": each["label"], "probability": 0.9} for each in both]
    shown = case_view(case(several=True, suggestions=both, labels=labels), "Maya", has_token=False, now=NOW)
    assert shown.several
    assert {c.id for c in shown.suggested} == {"charged_twice", "bereavement"}
    assert [found.named for found in shown.documents] == [True, False]


@pytest.mark.parametrize(
    "state, held, has_token, who",
    [
        ("queued", None, False, "nobody"),
        ("queued", None, True, "nobody"),
        ("claimed", lease("Maya"), True, "you"),
        ("claimed", lease("Maya"), False, "you_elsewhere"),
        ("claimed", lease("Sam"), True, "other"),
        ("claimed", lease("Sam"), False, "other"),
        ("decided", None, True, "closed"),
        ("decided", None, False, "closed"),
    ],
)
def test_who_holds_a_case(state: str, held: dict[str, str] | None, has_token: bool, who: str) -> None:
    """Only the holder's own window, with its token, counts as holding; a left-over token of another's case does not."""
    assert holding(state, held, "Maya", has_token, NOW).who == who


def test_the_countdown_is_in_the_servers_seconds() -> None:
    """A browser whose clock is wrong counts down from the right number."""
    assert holding("claimed", lease(), "Maya", True, NOW).seconds_left == 900
    assert holding("claimed", lease(), "Maya", True, NOW + timedelta(hours=1)).seconds_left == 0


def test_a_decided_case_says_who_decided_what_and_why() -> None:
    """The review's labels are shown by their titles."""
    shown = case_view(case(state="decided", review=review()), "Sam", has_token=False, now=NOW).review
    assert shown is not None
    assert (shown.reviewer, shown.labels, shown.outcome.short, shown.note) == (
        "Maya",
        ("Charged twice",),
        "Allow",
        "Both posted.",
    )


def test_attributes_are_words() -> None:
    """No Python or JSON is shown to a person."""
    shown = case_view(case(attributes={"vulnerable": False, "tags": ["a", "b"], "amount": 4.5}), "M", False, NOW)
    assert shown.attributes == (("amount", "4.5"), ("tags", "a, b"), ("vulnerable", "no"))


def test_a_list_says_who_holds_what_and_what_is_late() -> None:
    """One's own lease reads “you”; an empty text is said to be empty."""
    mine, theirs = case(lease=lease("Maya"), state="claimed"), case(lease=lease("Sam"), state="claimed", overdue=True)
    shown = rows([{**mine, "excerpt": "two\n\n lines"}, {**theirs, "excerpt": ""}], "Maya", NOW)
    assert [(row.holder, row.excerpt, row.overdue) for row in shown] == [
        ("you", "two lines", False),
        ("Sam", "(no text)", True),
    ]


def test_a_closed_case_is_not_due() -> None:
    """What is decided has no deadline any more."""
    (row,) = rows([case(state="decided")], "Maya", NOW)
    assert row.due == "closed"


def test_queues_without_cases_are_shown_too() -> None:
    """An empty queue is good news, not a missing row."""
    busy = {
        "queue": "fraud",
        "open": 2,
        "claimed": 1,
        "overdue": 0,
        "asked": 1,
        "oldest_at": "2026-11-21T08:00:00.000Z",
    }
    shown = queue_views([busy], ["retail-banking", "fraud"], NOW)
    assert [(queue.name, queue.open, queue.oldest) for queue in shown] == [
        ("fraud", 2, "1 h ago"),
        ("retail-banking", 0, "–"),
    ]


def test_an_untouched_form_is_empty() -> None:
    """Whether there is anything to keep."""
    assert Draft().empty
    assert not Draft(note="x").empty
    assert not Draft(passages=frozenset({"p"})).empty
