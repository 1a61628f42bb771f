"""What an answer shows of the classifier's labels."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from index.model import DocumentKey, Evidence
from rules.model import Obligations, Ruling
from service.domain.answer import answer
from service.domain.decide import Circumstances, decide
from service.domain.types import (
    Autonomy,
    Certificate,
    Guarantee,
    Judgement,
    Label,
    Outcome,
    QueuePolicy,
    Scored,
    Workflow,
)

CERTIFICATE = Certificate(alpha=0.05, delta=0.1, cases=100, accepted=80, errors=1, threshold=0.8)
FEES = Evidence(DocumentKey("c", "fees", 1), 0, "Fees", "", "We refund fees.", ((0, 15),), 1.0, 0.8, {})
JUDGEMENT = Judgement((Scored("refund", 0.95), Scored("close", 0.03)), 0.95, 0.92, 5.0, in_domain=True)


def answered(autonomy: Autonomy, judgement: Judgement | None = JUDGEMENT, *, halted: bool = False, labels=None):
    several = labels is not None
    labels = labels or (
        Label("refund", "Refund", Outcome.ALLOW, autonomy, documents=("fees",), public_reason="We refund it."),
        Label("close", "Close account", Outcome.REVIEW, Autonomy.DRAFT),
    )
    workflow = Workflow(
        name="bank",
        title="Bank",
        packs=(),
        collections=(),
        attributes=(),
        labels=labels,
        guarantee=Guarantee(0.05, 0.1),
        queue=QueuePolicy("bank"),
        several=several,
    )
    ruling = Ruling("digest", None, Obligations())
    return answer(
        decision_id="dec_1",
        workflow=workflow,
        release="rel_1",
        automatic=decide(workflow, ruling, judgement, [FEES], CERTIFICATE, Circumstances(halted=halted)),
        ruling=ruling,
        judgement=judgement,
        evidence=[FEES],
        case_id=None,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def test_a_label_left_to_people_is_not_suggested():
    """Autonomy `people`: neither label nor draft leads whoever decides; the documents are still there."""
    shown = answered(Autonomy.PEOPLE)
    assert (shown["state"], shown["labels"], shown["draft"]) == ("waiting", [], None)
    assert shown["documents"]


@pytest.mark.parametrize("autonomy, halted", [(Autonomy.DRAFT, False), (Autonomy.AUTO, True)])
def test_a_held_request_shows_what_it_may_be(autonomy, halted):
    """Every other label is suggested with the runners-up."""
    shown = answered(autonomy, halted=halted)
    assert shown["state"] == "waiting"
    assert [entry["label"] for entry in shown["labels"]] == ["refund", "close"]


def test_only_the_runner_up_being_peoples_hides_nothing():
    """What counts is the best label."""
    turned = dataclasses.replace(JUDGEMENT, scores=(Scored("close", 0.95), Scored("refund", 0.03)))
    assert [entry["label"] for entry in answered(Autonomy.PEOPLE, turned)["labels"]] == ["close", "refund"]


def test_a_final_answer_shows_the_one_label_decided():
    """Nobody has to weigh anything any more."""
    shown = answered(Autonomy.AUTO)
    assert (shown["state"], [entry["label"] for entry in shown["labels"]]) == ("final", ["refund"])


def test_without_a_judgement_there_are_no_labels():
    """The classifier could not be asked."""
    assert answered(Autonomy.AUTO, None)["labels"] == []


SEVERAL = Judgement(
    (Scored("refund", 0.95), Scored("spy", 0.9), Scored("close", 0.1)), 0.9, 0.8, 5.0, True, ("refund", "spy")
)


def test_of_several_labels_all_that_were_decided_are_shown_with_their_probabilities():
    """And the draft says what is approved for each of them, every source once."""
    labels = (
        Label("refund", "Refund", Outcome.ALLOW, Autonomy.AUTO, documents=("fees",), public_reason="We refund it."),
        Label("spy", "Spy", Outcome.ALLOW, Autonomy.AUTO, documents=("fees",)),
        Label("close", "Close", Outcome.ALLOW, Autonomy.PEOPLE),
    )
    shown = answered(Autonomy.AUTO, SEVERAL, labels=labels)
    assert shown["state"] == "final"
    assert shown["labels"] == [{"label": "refund", "probability": 0.95}, {"label": "spy", "probability": 0.9}]
    assert shown["draft"] == {
        "text": "We refund it.\n\nWe refund fees.",
        "citations": ["doc_fees@1"],
        "passages": ["c/fees@1#0"],
        "by_model": False,
    }


def test_one_of_several_labels_left_to_people_leaves_them_unled():
    """Nothing is suggested where one of the chosen labels is to be given without a suggestion."""
    labels = (
        Label("refund", "Refund", Outcome.ALLOW, Autonomy.AUTO),
        Label("spy", "Spy", Outcome.BLOCK, Autonomy.PEOPLE),
    )
    shown = answered(Autonomy.AUTO, SEVERAL, labels=labels)
    assert (shown["state"], shown["labels"], shown["draft"]) == ("waiting", [], None)
