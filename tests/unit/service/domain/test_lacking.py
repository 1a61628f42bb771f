"""What was lacking for a decision to be automatic."""

from __future__ import annotations

import dataclasses

import pytest

from service.domain.lacking import Grounds, Lack, lacking
from service.domain.types import Autonomy, Judgement, Label, Outcome, Reason, Scored

REFUND = Label("refund", "Refund", Outcome.ALLOW, Autonomy.AUTO, documents=("fees", "cards"))
CLOSE = Label("close", "Close account", Outcome.REVIEW, Autonomy.DRAFT)
GROUNDS = Grounds(
    labels=(REFUND,),
    judgement=Judgement((Scored("refund", 0.8132), Scored("close", 0.79)), 0.8132, 0.0232, 1.5, in_domain=False),
    threshold=0.87,
    uncertified="12 of 45 cases",
    asking=("big-refund",),
    unsettled=("amount-limit",),
    found=("other",),
)


@pytest.mark.parametrize(
    "reason, lack",
    [
        (
            Reason.BELOW_THRESHOLD,
            Lack(Reason.BELOW_THRESHOLD, "a confidence of 87.00% or more; it is 81.32%", 0.8132, 0.87),
        ),
        (
            Reason.AMBIGUOUS_LABELS,
            Lack(Reason.AMBIGUOUS_LABELS, "a margin of 5% or more; it is 2.3%", 0.0232, 0.05),
        ),
    ],
)
def test_what_is_a_figure_is_said_with_what_it_had_to_be(reason, lack):
    """Both figures, in words and by themselves."""
    assert lacking([reason], GROUNDS) == (lack,)


@pytest.mark.parametrize(
    "reason, part",
    [
        (Reason.RULE_REVIEW, "big-refund"),
        (Reason.RULE_UNKNOWN, "amount-limit"),
        (Reason.NO_EVIDENCE, "(fees or cards)"),
        (Reason.EVIDENCE_DISAGREES, "(fees or cards), not other"),
        (Reason.NO_CERTIFICATE, "12 of 45 cases"),
        (Reason.OUT_OF_DOMAIN, "more like the examples"),
        (Reason.TOO_LONG, "shorter"),
        (Reason.HALTED, "not halted"),
        (Reason.DEGRADED, "every part"),
        (Reason.SHADOW_DISAGREES, "no shadow disagrees"),
    ],
)
def test_every_reason_names_what_it_was_about(reason, part):
    """The rule, the documents, the missing cases: something a person can act on."""
    (lack,) = lacking([reason], GROUNDS)
    assert lack.reason is reason
    assert part in lack.words


def test_a_label_left_to_people_is_told_by_what_keeps_it_there():
    """Its autonomy; or, where that is no hindrance, that it settles no outcome."""
    held = dataclasses.replace(GROUNDS, labels=(REFUND, CLOSE))
    assert "“Close account”: draft" in lacking([Reason.LABEL_NEEDS_PERSON], held)[0].words
    open_ = dataclasses.replace(GROUNDS, labels=(dataclasses.replace(CLOSE, autonomy=Autonomy.AUTO),))
    assert "an outcome of its own" in lacking([Reason.LABEL_NEEDS_PERSON], open_)[0].words


def test_where_no_label_is_likely_enough_the_likeliest_is_told():
    """With several labels a request may have none at all."""
    (lack,) = lacking([Reason.BELOW_THRESHOLD], dataclasses.replace(GROUNDS, labels=()))
    assert (lack.found, lack.needed) == (0.8132, 0.5)


def test_a_look_afterwards_is_no_lack():
    """What was drawn or rechecked was automatic all the same."""
    assert lacking([Reason.RANDOM_CHECK, Reason.RULE_RECHECK], GROUNDS) == ()
