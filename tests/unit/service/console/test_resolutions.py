"""What the form of a case means."""

from __future__ import annotations

from service.console.resolutions import resolution
from service.console.views import NO_LABEL, Draft
from service.domain.types import Outcome
from service.usecases.resolve_case import Resolution


def test_the_labels_own_outcome_and_reason_code_are_the_default() -> None:
    """Agreeing takes a label and nothing else."""
    assert resolution(Draft(("charged_twice",))) == Resolution(labels=("charged_twice",), reason_code="charged_twice")


def test_what_the_reviewer_wrote_travels_trimmed() -> None:
    """Blank fields count as not written."""
    draft = Draft(("charged_twice",), "block", " FRD-1 ", " see call \n", "  ", frozenset({"b", "a"}))
    assert resolution(draft) == Resolution(
        labels=("charged_twice",),
        outcome=Outcome.BLOCK,
        reason_code="FRD-1",
        note="see call",
        passage_ids=("a", "b"),
        reply=None,
    )


def test_none_of_these_labels_is_a_decision_without_label() -> None:
    """Its reason code says so."""
    assert resolution(Draft((NO_LABEL,), outcome="allow")) == Resolution(
        labels=(), outcome=Outcome.ALLOW, reason_code="none_of_these"
    )


def test_choosing_nothing_is_not_none_of_these() -> None:
    """A form sent without a label has no reason code either, so that the use case refuses it."""
    assert resolution(Draft()).reason_code == ""


def test_an_outcome_that_is_not_a_persons_to_give_is_not_passed_on() -> None:
    """A person ends with allow or block."""
    assert resolution(Draft(("x",), outcome="review")).outcome is None
    assert resolution(Draft(("x",), outcome="<b>")).outcome is None


def test_several_labels_travel_in_the_order_of_the_form() -> None:
    """The first of them gives the reason code."""
    decided = resolution(Draft(("charged_twice", "complaint")))
    assert (decided.labels, decided.reason_code) == (("charged_twice", "complaint"), "charged_twice")


def test_none_of_these_beside_a_label_is_not_taken_for_a_decision() -> None:
    """It is passed on as the label that no policy has, so that the use case refuses it."""
    assert NO_LABEL in resolution(Draft(("complaint", NO_LABEL), "allow")).labels
