"""Routing: whatever is missing or doubtful means a person."""

from __future__ import annotations

import dataclasses
import math

import pytest

from index.model import DocumentKey, Evidence
from rules.model import Effect, Finding, FindingStatus, Obligations, Ruling, Severity
from service.domain.decide import Circumstances, decide, strongest_finding
from service.domain.types import (
    Autonomy,
    Bound,
    Certificate,
    DecidedBy,
    EvidencePolicy,
    Guarantee,
    Judgement,
    Label,
    Outcome,
    QueuePolicy,
    Reason,
    Scored,
    State,
    Workflow,
)

REFUND = Label("refund", "Refund", Outcome.ALLOW, Autonomy.AUTO, documents=("fees",), public_reason="We refund it.")
CLOSE = Label("close", "Close account", Outcome.REVIEW, Autonomy.DRAFT)
SPY = Label("spy", "Another's account", Outcome.BLOCK, Autonomy.AUTO)
WORKFLOW = Workflow(
    name="bank",
    title="Bank",
    packs=("p",),
    collections=("c",),
    attributes=(),
    labels=(REFUND, CLOSE, SPY),
    guarantee=Guarantee(0.05, 0.1),
    queue=QueuePolicy("bank"),
)
CERTIFICATE = Certificate(alpha=0.05, delta=0.1, cases=100, accepted=80, errors=1, threshold=0.8)
SURE = Judgement((Scored("refund", 0.95), Scored("close", 0.03)), 0.95, 0.92, 5.0, in_domain=True)
FEES = Evidence(DocumentKey("c", "fees", 1), 0, "Fees", "", "We refund fees.", ((0, 15),), 1.0, 0.8, {})
OTHER = dataclasses.replace(FEES, key=DocumentKey("c", "other", 1))
QUIET = Ruling("digest", None, Obligations())
DRAWN = Circumstances(random_check=True)


def finding(effect: Effect, status: FindingStatus = FindingStatus.MATCH, rule: str = "r") -> Finding:
    return Finding(rule, "p", status, effect, Severity.HIGH, "R-1", "because", "public")


def ruling(effect: Effect, status: FindingStatus = FindingStatus.MATCH) -> Ruling:
    matched = status is FindingStatus.MATCH
    found = (finding(effect, status),)
    return Ruling("digest", effect, Obligations(), found if matched else (), () if matched else found)


def test_a_clear_case_is_decided_automatically():
    """Nothing in doubt, the label allowed to go alone, its document found: the classifier decides."""
    result = decide(WORKFLOW, QUIET, SURE, [FEES], CERTIFICATE)
    assert (result.state, result.outcome, result.decided_by) == (State.FINAL, Outcome.ALLOW, DecidedBy.CLASSIFIER)
    assert result.reasons == ()
    assert result.public_reason == "We refund it."


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"ruling": ruling(Effect.REVIEW)}, Reason.RULE_REVIEW),
        ({"ruling": ruling(Effect.REVIEW, FindingStatus.UNKNOWN)}, Reason.RULE_UNKNOWN),
        ({"judgement": dataclasses.replace(SURE, confidence=0.79)}, Reason.BELOW_THRESHOLD),
        ({"judgement": dataclasses.replace(SURE, margin=0.01)}, Reason.AMBIGUOUS_LABELS),
        ({"judgement": dataclasses.replace(SURE, confidence=math.nan)}, Reason.BELOW_THRESHOLD),
        ({"judgement": dataclasses.replace(SURE, margin=math.nan)}, Reason.AMBIGUOUS_LABELS),
        ({"judgement": dataclasses.replace(SURE, in_domain=False)}, Reason.OUT_OF_DOMAIN),
        ({"judgement": None}, Reason.DEGRADED),
        ({"evidence": []}, Reason.NO_EVIDENCE),
        ({"evidence": [OTHER]}, Reason.EVIDENCE_DISAGREES),
        ({"certificate": None}, Reason.NO_CERTIFICATE),
        ({"circumstances": Circumstances(windows_complete=False)}, Reason.TOO_LONG),
        ({"circumstances": Circumstances(windows_agree=False)}, Reason.TOO_LONG),
        ({"circumstances": Circumstances(halted=True)}, Reason.HALTED),
        ({"circumstances": Circumstances(degraded=True)}, Reason.DEGRADED),
        (
            {"judgement": Judgement((Scored("close", 0.99),), 0.99, 0.98, 5.0, in_domain=True)},
            Reason.LABEL_NEEDS_PERSON,
        ),
        ({"judgement": Judgement((Scored("gone", 0.99),), 0.99, 0.98, 5.0, in_domain=True)}, Reason.DEGRADED),
    ],
)
def test_any_doubt_goes_to_a_person_with_its_reason(change, reason):
    """Each thing that can be missing or doubtful holds the request and says which it was."""
    given = {
        "ruling": QUIET,
        "judgement": SURE,
        "evidence": [FEES],
        "certificate": CERTIFICATE,
        "circumstances": Circumstances(),
    } | change
    result = decide(WORKFLOW, **given)
    assert result.state is State.WAITING
    assert result.outcome is Outcome.REVIEW
    assert result.decided_by is None
    assert reason in result.reasons
    assert result.queue == "bank"


def test_a_block_ends_everything():
    """A blocking rule decides whatever the classifier would have said."""
    result = decide(WORKFLOW, ruling(Effect.BLOCK), None, [], CERTIFICATE, Circumstances(halted=True))
    assert (result.state, result.outcome, result.decided_by) == (State.FINAL, Outcome.BLOCK, DecidedBy.RULES)
    assert result.public_reason == "public"


def test_an_unknown_that_blocks_blocks():
    """A rule that could not be settled and says `on_error: block` blocks."""
    result = decide(WORKFLOW, ruling(Effect.BLOCK, FindingStatus.UNKNOWN), SURE, [FEES], CERTIFICATE)
    assert result.outcome is Outcome.BLOCK


def test_a_recheck_lets_the_outcome_out_and_opens_a_case():
    """`recheck`: automatic now, a person afterwards."""
    result = decide(WORKFLOW, ruling(Effect.RECHECK), SURE, [FEES], CERTIFICATE)
    assert result.state is State.FINAL
    assert result.after_the_fact
    assert result.reasons == (Reason.RULE_RECHECK,)
    assert result.queue == "bank"


def test_a_flag_changes_nothing():
    """`flag` is recorded and no more."""
    assert decide(WORKFLOW, ruling(Effect.FLAG), SURE, [FEES], CERTIFICATE).outcome is Outcome.ALLOW


def test_a_random_check_is_seen_afterwards():
    """A request drawn at random is decided automatically and checked by a person."""
    result = decide(WORKFLOW, QUIET, SURE, [FEES], CERTIFICATE, DRAWN)
    assert (result.state, result.outcome) == (State.FINAL, Outcome.ALLOW)
    assert result.after_the_fact
    assert result.reasons == (Reason.RANDOM_CHECK,)


def test_a_block_that_is_drawn_is_seen_afterwards_too():
    """The rules' block goes out as ever, and a person says blind what the request is."""
    result = decide(WORKFLOW, ruling(Effect.BLOCK), None, [], None, DRAWN)
    assert (result.state, result.outcome, result.decided_by) == (State.FINAL, Outcome.BLOCK, DecidedBy.RULES)
    assert result.after_the_fact
    assert result.reasons == (Reason.RANDOM_CHECK,)


def test_what_was_only_drawn_waits_where_nothing_can_be_told_from_the_place():
    """Queue and priority are the same for a block by a severe rule with a queue of its own and for a quiet allow."""
    obliging = dataclasses.replace(ruling(Effect.BLOCK), obligations=Obligations(priority=100, queue="fraud"))
    blocked = decide(WORKFLOW, obliging, None, [], None, DRAWN)
    allowed = decide(WORKFLOW, QUIET, SURE, [FEES], CERTIFICATE, DRAWN)
    assert (blocked.queue, blocked.priority) == (allowed.queue, allowed.priority) == ("bank", 30)


def test_a_held_request_that_is_drawn_stays_held():
    """The draw adds its reason and changes nothing else."""
    unsure = dataclasses.replace(SURE, confidence=0.7)
    result = decide(WORKFLOW, QUIET, unsure, [FEES], CERTIFICATE, DRAWN)
    assert result.reasons == (Reason.BELOW_THRESHOLD, Reason.RANDOM_CHECK)
    same = dataclasses.replace(result, reasons=(Reason.BELOW_THRESHOLD,))
    assert same == decide(WORKFLOW, QUIET, unsure, [FEES], CERTIFICATE)


def test_a_draw_alone_never_opens_what_the_rules_left_alone():
    """Without a draw a block has no case."""
    result = decide(WORKFLOW, ruling(Effect.BLOCK), None, [], None)
    assert (result.after_the_fact, result.queue, result.reasons) == (False, None, ())


def test_both_causes_of_a_later_look_are_named():
    """A rule and the draw at once: the case says both."""
    result = decide(WORKFLOW, ruling(Effect.RECHECK), SURE, [FEES], CERTIFICATE, DRAWN)
    assert result.reasons == (Reason.RULE_RECHECK, Reason.RANDOM_CHECK)


def test_a_label_that_blocks_blocks():
    """The classifier may refuse as well as allow, when the label says so."""
    sure = Judgement((Scored("spy", 0.99),), 0.99, 0.98, 5.0, in_domain=True)
    assert decide(WORKFLOW, QUIET, sure, [], CERTIFICATE).outcome is Outcome.BLOCK


@pytest.mark.parametrize(
    "policy, label_documents, evidence, automatic",
    [
        (EvidencePolicy.OFF, ("fees",), [], True),
        (EvidencePolicy.WHEN_NAMED, (), [], True),
        (EvidencePolicy.WHEN_NAMED, ("fees",), [OTHER], False),
        (EvidencePolicy.REQUIRED, (), [], False),
        (EvidencePolicy.REQUIRED, (), [OTHER], True),
        (EvidencePolicy.REQUIRED, ("fees",), [OTHER, FEES], True),
    ],
)
def test_the_evidence_policy_is_kept(policy, label_documents, evidence, automatic):
    """What an automatic decision needs from the documents is what the policy says."""
    label = dataclasses.replace(REFUND, documents=label_documents)
    workflow = dataclasses.replace(WORKFLOW, evidence=policy, labels=(label,))
    result = decide(workflow, QUIET, SURE, evidence, CERTIFICATE)
    assert (result.state is State.FINAL) is automatic


def test_obligations_choose_queue_and_priority():
    """What rules oblige to is done: their queue and priority are the case's."""
    obliged = dataclasses.replace(ruling(Effect.REVIEW), obligations=Obligations(priority=100, queue="urgent"))
    result = decide(WORKFLOW, obliged, SURE, [FEES], CERTIFICATE)
    assert (result.queue, result.priority) == ("urgent", 100)


def test_the_strongest_finding_is_named_first():
    """Strongest effect, then severity, then id."""
    findings = (finding(Effect.FLAG, rule="a"), finding(Effect.REVIEW, rule="c"), finding(Effect.REVIEW, rule="b"))
    found = strongest_finding(Ruling("d", Effect.REVIEW, Obligations(), findings))
    assert found is not None
    assert found.rule == "b"


def test_people_only_labels_are_not_suggested():
    """Autonomy `people`: the reviewer decides without being led."""
    workflow = dataclasses.replace(WORKFLOW, labels=(dataclasses.replace(REFUND, autonomy=Autonomy.PEOPLE),))
    assert decide(workflow, QUIET, SURE, [FEES], CERTIFICATE).label is None


# --- several labels a request ---

SEVERAL = dataclasses.replace(WORKFLOW, several=True)
BOTH = Judgement(
    (Scored("refund", 0.97), Scored("spy", 0.93), Scored("close", 0.02)), 0.9, 0.86, 5.0, True, chosen=("refund", "spy")
)


def test_several_labels_are_decided_together_by_the_strictest_outcome():
    """Every one of them may go alone, so the request may; block is stronger than allow, and says its own reason."""
    result = decide(SEVERAL, QUIET, BOTH, [FEES], CERTIFICATE)
    assert (result.state, result.outcome) == (State.FINAL, Outcome.BLOCK)
    assert (result.label, result.labels) == ("refund", ("refund", "spy"))
    assert result.public_reason is None


def test_one_label_for_people_holds_all_of_them():
    """Automatic only if every label is; a suggestion names them all."""
    chosen = dataclasses.replace(BOTH, chosen=("refund", "close"))
    result = decide(SEVERAL, QUIET, chosen, [FEES], CERTIFICATE)
    assert (result.state, result.reasons) == (State.WAITING, (Reason.LABEL_NEEDS_PERSON,))
    assert result.labels == ("refund", "close")


def test_a_request_with_no_likely_label_is_never_automatic():
    """None of these, however sure the classifier is of that."""
    nothing = dataclasses.replace(BOTH, chosen=(), confidence=0.99)
    result = decide(SEVERAL, QUIET, nothing, [FEES], CERTIFICATE)
    assert (result.state, result.labels) == (State.WAITING, ())
    assert Reason.BELOW_THRESHOLD in result.reasons


def test_the_documents_of_every_label_are_needed():
    """The second label's own document was not found."""
    labels = (REFUND, dataclasses.replace(SPY, documents=("privacy",)))
    result = decide(dataclasses.replace(SEVERAL, labels=labels), QUIET, BOTH, [FEES], CERTIFICATE)
    assert result.reasons == (Reason.EVIDENCE_DISAGREES,)


def test_a_label_that_the_policy_lost_holds_all_of_them():
    """What is unknown never allows, and nothing is suggested."""
    gone = dataclasses.replace(BOTH, chosen=("refund", "gone"))
    result = decide(SEVERAL, QUIET, gone, [FEES], CERTIFICATE)
    assert (result.reasons, result.labels) == ((Reason.DEGRADED,), ())


def test_in_a_workflow_with_one_label_a_request_the_best_one_counts():
    """Whatever else a classifier of several labels would add."""
    assert decide(WORKFLOW, QUIET, BOTH, [FEES], CERTIFICATE).labels == ("refund",)


# --- promises of their own for groups of labels ---

GROUPED = dataclasses.replace(
    CERTIFICATE,
    bounds=(
        Bound("harm", ("spy",), 0.01, 40, 0, 0.9, 30),
        Bound("fraud", ("close",), 0.005, 3, 0, None, 460, why="3 of 460"),
        Bound("", (), 0.05, 80, 1, 0.8, 45),
    ),
)


@pytest.mark.parametrize(
    "chosen, confidence, reasons",
    [
        (("refund",), 0.8, ()),
        (("refund",), 0.79, (Reason.BELOW_THRESHOLD,)),
        (("spy",), 0.89, (Reason.BELOW_THRESHOLD,)),
        (("spy",), 0.9, ()),
        (("refund", "spy"), 0.89, (Reason.BELOW_THRESHOLD,)),
        (("refund", "spy"), 0.9, ()),
        (("refund", "close"), 0.99, (Reason.NO_CERTIFICATE,)),
    ],
)
def test_the_promise_made_for_the_very_labels_counts(chosen, confidence, reasons):
    """Each group has its threshold; of several groups the strictest counts; a refused one decides nothing alone."""
    close = dataclasses.replace(CLOSE, outcome=Outcome.ALLOW, autonomy=Autonomy.AUTO)
    workflow = dataclasses.replace(SEVERAL, labels=(REFUND, close, SPY))
    judgement = dataclasses.replace(BOTH, chosen=chosen, confidence=confidence)
    result = decide(workflow, QUIET, judgement, [FEES], GROUPED)
    assert result.reasons == reasons
    assert (result.state is State.FINAL) is not bool(reasons)
