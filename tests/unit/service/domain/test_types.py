"""Promises: which one covers a decision, and that a certificate comes back from the database as it was."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from service.domain.types import (
    Autonomy,
    Bound,
    Certificate,
    Guarantee,
    Label,
    LabelGroup,
    Outcome,
    QueuePolicy,
    Refusal,
    Workflow,
    strictest,
)

FRAUD = LabelGroup("fraud", ("scam", "stolen"), 0.01)
MINOR = LabelGroup("minor", ("hours",), 0.1)
REST = LabelGroup("", (), 0.05)


def label(name: str, autonomy: Autonomy = Autonomy.AUTO, outcome: Outcome = Outcome.ALLOW) -> Label:
    return Label(name, name, outcome, autonomy)


def workflow(*labels: Label, groups: tuple[LabelGroup, ...] = (FRAUD, MINOR)) -> Workflow:
    return Workflow("w", "W", (), (), (), labels, Guarantee(0.05, 0.1, groups), QueuePolicy("q"))


def test_every_decision_belongs_to_one_promise():
    """That of its group; of several labels the one that promises most; of none in a group, what holds for the rest."""
    groups = (FRAUD, MINOR, REST)
    assert strictest(groups, ["scam"]) is FRAUD
    assert strictest(groups, ["hours"]) is MINOR
    assert strictest(groups, ["loan"]) is REST
    assert strictest(groups, ["hours", "loan"]) is REST
    assert strictest(groups, ["hours", "scam", "loan"]) is FRAUD
    assert strictest(groups, []) is None
    assert strictest((FRAUD,), ["loan"]) is None


def test_delta_is_shared_among_those_that_may_be_automatic():
    """A group that people decide anyway, or a rest with no label left in it, takes no part."""
    scam, hours, loan = label("scam"), label("hours"), label("loan")
    assert workflow(scam, hours, loan).promises == (FRAUD, MINOR, REST)
    assert workflow(scam, hours).promises == (FRAUD, MINOR)
    assert workflow(label("scam", Autonomy.DRAFT), hours, loan).promises == (MINOR, REST)
    assert workflow(label("scam", outcome=Outcome.REVIEW), loan).promises == (REST,)
    assert workflow(scam, groups=()).promises == ()


CERTIFICATE = Certificate(
    alpha=0.05,
    delta=0.1,
    cases=100,
    accepted=70,
    errors=1,
    threshold=0.9,
    sample="s",
    level=0.05,
    use=1,
    bounds=(
        Bound("fraud", ("scam", "stolen"), 0.01, 10, 0, None, 299, "10 of 299", 0.025),
        Bound("", (), 0.05, 70, 1, 0.9, 59, level=0.025),
    ),
)


def test_a_refused_group_is_never_automatic():
    """Whatever the confidence; the others are, from their threshold on."""
    assert CERTIFICATE.threshold_for(["scam"]) is None
    assert CERTIFICATE.threshold_for(["scam", "loan"]) is None
    assert CERTIFICATE.threshold_for(["loan"]) == 0.9
    assert replace(CERTIFICATE, bounds=()).threshold_for(["scam"]) == 0.9


def test_what_is_stored_comes_back_the_same():
    """Also what was stored before there were groups and levels."""
    assert Certificate.from_json(json.loads(json.dumps(asdict(CERTIFICATE)))) == CERTIFICATE
    refusal = Refusal(0.05, 0.1, 100, 45, 59, "too few", "s", 0.05, 2, CERTIFICATE.bounds, more=32)
    assert Refusal.from_json(json.loads(json.dumps(asdict(refusal)))) == refusal
    old = {"alpha": 0.05, "delta": 0.1, "cases": 9, "accepted": 8, "errors": 0, "threshold": 0.5, "sample": "s"}
    assert Certificate.from_json(old) == Certificate(0.05, 0.1, 9, 8, 0, 0.5, "s")
