"""Differences between two policies, each with what it means for requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.model import Ranking, Signal, SignalKind
from rules.model import Attribute, AttributeType
from service.domain.policy_diff import Direction, policy_diff
from service.domain.types import (
    AttachPolicy,
    Autonomy,
    ChangePolicy,
    EvidencePolicy,
    Guarantee,
    Label,
    LabelGroup,
    ModelPolicy,
    MovedLabel,
    OnAlarm,
    OnDrift,
    Outcome,
    QueuePolicy,
    WatchPolicy,
    Workflow,
)

REFUND = Label("refund", "Refund", Outcome.ALLOW, Autonomy.AUTO, documents=("fees",))
FRAUD = Label("fraud", "Fraud", Outcome.REVIEW, Autonomy.DRAFT)
POLICY = Workflow(
    name="w",
    title="W",
    packs=("p",),
    collections=("c",),
    attributes=(Attribute("amount", AttributeType.NUMBER),),
    labels=(REFUND, FRAUD),
    guarantee=Guarantee(0.05, 0.1),
    queue=QueuePolicy("q"),
)


AGE = Signal("age", SignalKind.RECENCY)


def with_label(**changes):
    return replace(POLICY, labels=(replace(REFUND, **changes), FRAUD))


def grouped(*groups):
    return replace(POLICY, guarantee=replace(POLICY.guarantee, groups=groups))


@pytest.mark.parametrize(
    "new, what, direction",
    [
        (replace(POLICY, labels=(REFUND, FRAUD, replace(REFUND, id="new"))), "labels.new", "loosens"),
        (replace(POLICY, labels=(REFUND, FRAUD, replace(FRAUD, id="new"))), "labels.new", "words"),
        (replace(POLICY, labels=(FRAUD,)), "labels.refund", "tightens"),
        (with_label(outcome=Outcome.BLOCK), "labels.refund.outcome", "tightens"),
        (replace(POLICY, watch=WatchPolicy(psi=0.5)), "watch.psi", "loosens"),
        (replace(POLICY, watch=WatchPolicy(every_days=0)), "watch.every_days", "loosens"),
        (replace(POLICY, watch=WatchPolicy(on_alarm=OnDrift.PEOPLE)), "watch.on_alarm", "tightens"),
        (replace(POLICY, watch=WatchPolicy(days=10)), "watch.days", "either"),
        (with_label(autonomy=Autonomy.PEOPLE), "labels.refund.autonomy", "tightens"),
        (with_label(documents=()), "labels.refund.documents", "loosens"),
        (with_label(documents=("fees", "limits")), "labels.refund.documents", "loosens"),
        (with_label(documents=("limits",)), "labels.refund.documents", "either"),
        (with_label(public_reason="Done."), "labels.refund.public_reason", "words"),
        (replace(POLICY, guarantee=Guarantee(0.01, 0.1)), "guarantee.alpha", "tightens"),
        (replace(POLICY, guarantee=Guarantee(0.05, 0.2)), "guarantee.delta", "loosens"),
        (replace(POLICY, evidence=EvidencePolicy.OFF), "evidence", "loosens"),
        (replace(POLICY, evidence=EvidencePolicy.REQUIRED), "evidence", "tightens"),
        (replace(POLICY, ranking=Ranking({"dense": 2.0, "lexical": 1.0})), "ranking.weights.dense", "either"),
        (replace(POLICY, ranking=Ranking(signals={"c": (AGE,)})), "ranking.signals.c.age", "words"),
        (replace(POLICY, random_check=0.1), "random_check", "tightens"),
        (replace(POLICY, retention_days=500), "retention_days", "either"),
        (replace(POLICY, packs=()), "packs.p", "loosens"),
        (replace(POLICY, packs=("p", "q")), "packs.q", "tightens"),
        (replace(POLICY, collections=("c", "d")), "collections.d", "either"),
        (replace(POLICY, attributes=()), "attributes.amount", "either"),
        (replace(POLICY, attributes=(Attribute("amount", AttributeType.INTEGER),)), "attributes.amount", "either"),
        (
            replace(POLICY, attributes=(Attribute("amount", AttributeType.NUMBER, description="of what"),)),
            "attributes.amount.description",
            "words",
        ),
        (replace(POLICY, queue=QueuePolicy("other")), "queue.name", "either"),
        (replace(POLICY, queue=QueuePolicy("q", sla_hours=1)), "queue.sla_hours", "words"),
        (replace(POLICY, queue=QueuePolicy("q", attach=AttachPolicy(50))), "queue.attach.most", "loosens"),
        (replace(POLICY, queue=QueuePolicy("q", attach=AttachPolicy(0, ("a",)))), "queue.attach.ignore", "loosens"),
        (replace(POLICY, changes=ChangePolicy(second_person=True)), "changes.second_person", "tightens"),
        (replace(POLICY, changes=ChangePolicy(on_alarm=OnAlarm.ROLL_BACK)), "changes.on_alarm", "tightens"),
        (replace(POLICY, title="V"), "title", "words"),
        (grouped(LabelGroup("money", ("refund",), 0.01)), "guarantee.groups.money", "tightens"),
        (grouped(LabelGroup("money", ("refund",), 0.2)), "guarantee.groups.money", "loosens"),
        (grouped(LabelGroup("money", ("refund",), 0.05)), "guarantee.groups.money", "either"),
        (replace(POLICY, several=True), "labels_per_request", "either"),
        (replace(POLICY, moved=(MovedLabel("repay", ("refund",)),)), "moved.repay", "words"),
        (replace(POLICY, models=ModelPolicy(owner="us")), "models.owner", "words"),
        (replace(POLICY, models=ModelPolicy(shadow_decisions=10)), "models.shadow_decisions", "loosens"),
    ],
)
def test_each_difference_says_which_way_it_goes(new, what, direction):
    """One change of one place is one difference; undone, it goes the other way."""
    (change,) = policy_diff(POLICY, new)
    assert (change.what, change.direction) == (what, direction)
    assert change.what in change.says or change.kind != "changed"
    (back,) = policy_diff(new, POLICY)
    opposite = {Direction.LOOSENS: Direction.TIGHTENS, Direction.TIGHTENS: Direction.LOOSENS}
    assert back.direction is opposite.get(change.direction, change.direction)
    assert (back.before, back.after) == (change.after, change.before)


def test_a_group_that_changes_says_for_whom():
    """Which labels, and whether they may be wrong more often; a new name alone may go either way."""
    old = grouped(LabelGroup("money", ("refund",), 0.01))
    (change,) = policy_diff(old, grouped(LabelGroup("money", ("fraud", "refund"), 0.01)))
    assert (change.what, change.direction) == ("guarantee.groups.money", Direction.TIGHTENS)
    assert change.says == "guarantee.groups.money was alpha 0.01 for refund, is alpha 0.01 for fraud, refund"
    new, gone = policy_diff(old, grouped(LabelGroup("cash", ("refund",), 0.01)))
    assert (new.kind, gone.kind) == ("added", "removed")
    assert gone.direction is new.direction is Direction.EITHER


def test_the_same_policy_differs_in_nothing():
    """Nothing to sign."""
    assert policy_diff(POLICY, POLICY) == ()


def test_a_difference_is_plain_data_like_one_of_rules():
    """The same keys, so that one list shows both."""
    (change,) = policy_diff(POLICY, with_label(autonomy=Autonomy.DRAFT))
    assert change.as_dict() == {
        "kind": "changed",
        "rule": None,
        "pack": "",
        "what": "labels.refund.autonomy",
        "before": "auto",
        "after": "draft",
        "touches": [],
        "direction": "tightens",
        "says": "labels.refund.autonomy was auto, is draft",
    }


def test_a_signal_that_weighs_something_may_decide_otherwise():
    """Other documents come first, so another may be the evidence; its settings are told, so far as they are unusual."""
    weights = {"dense": 1.0, "lexical": 1.0, "age": 0.5, "standing": 0.2}
    standing = Signal("standing", SignalKind.AUTHORITY, field="kind", worth={"note": 0.5, "law": 1.0})
    old = replace(POLICY, ranking=Ranking(weights, {"c": (AGE,)}))
    new = replace(POLICY, ranking=Ranking(weights, {"c": (replace(AGE, half_life_days=90.0), standing)}))
    age, added = policy_diff(old, new)
    assert (age.what, age.direction) == ("ranking.signals.c.age", Direction.EITHER)
    assert age.says == "ranking.signals.c.age was recency, is recency, half_life_days 90"
    assert (added.kind, added.direction) == ("added", Direction.EITHER)
    assert added.says == "signal standing of c is new: authority, field kind, worth law 1, note 0.5"
    assert [change.kind for change in policy_diff(new, old)] == ["changed", "removed"]
