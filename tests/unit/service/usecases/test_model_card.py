"""A model's card: what people say of it, what follows from its material, and what is not said yet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.domain.types import (
    Autonomy,
    Certificate,
    Guarantee,
    Label,
    ModelPolicy,
    Outcome,
    QueuePolicy,
    Refusal,
    Workflow,
)
from service.usecases.examples import Example
from service.usecases.model_card import Said, card, completed, missing
from service.usecases.training_material import Gathered

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
GRANTED = Certificate(alpha=0.05, delta=0.1, cases=100, accepted=80, errors=1, threshold=0.8, sample="a sample")
NOTHING = Said()
REFUSED = Refusal(alpha=0.05, delta=0.1, cases=10, accepted=5, needed=45, why="5 of 45", sample="a sample")


def workflow(*labels: str, models: ModelPolicy | None = None) -> Workflow:
    made = tuple(Label(each, each, Outcome.ALLOW, Autonomy.AUTO) for each in labels)
    return Workflow(
        "shop", "Shop", (), (), (), made, Guarantee(0.05, 0.1), QueuePolicy("shop"), models=models or ModelPolicy()
    )


def gathered(*examples: Example) -> Gathered:
    return Gathered(examples, (), "a sample", {"file": len(examples), "review": 0}, {"set aside by a person": 2}, "d")


def made(said: Said = NOTHING, certified: Certificate | Refusal = GRANTED, models: ModelPolicy | None = None):
    examples = [Example(f"text {n}", "often") for n in range(12)] + [Example("text", "rare"), Example("odd", None)]
    policy = workflow("often", "rare", "never", models=models)
    return card(said, policy, gathered(*examples), certified, by="Olga", at=NOON)


def test_what_is_not_said_is_missing():
    """Owner and licence cannot be found out."""
    assert missing(made()) == ["owner", "licence"]
    assert missing(made(Said("Olga", "own records"))) == []


def test_the_policy_says_it_for_all_models():
    """What the person who trains says counts first."""
    usual = ModelPolicy(owner="claims team", licence="own records", limits=("letters",))
    told = made(Said(owner="Olga"), models=usual)
    assert (told["owner"], told["licence"]) == ("Olga", "own records")
    assert told["limits"][0] == "letters"


def test_the_material_shows_its_limits():
    """Labels with few examples or none, and what the promise is for."""
    limits = " | ".join(made()["limits"])
    assert "little is known of rare" in limits
    assert "cannot tell never" in limits
    assert "a sample" in limits
    assert "no certificate" not in limits
    assert "5 of 45" in " | ".join(made(certified=REFUSED)["limits"])


def test_the_counts_are_those_of_the_material():
    """Of examples, of those that belong to no label, of sources that gave any."""
    told = made()
    assert (told["examples"], told["outside"], told["labels"]) == (13, 1, 2)
    assert told["sources"] == {"file": 14}
    assert told["left_out"] == {"set aside by a person": 2}


@pytest.mark.parametrize("said", [Said("Olga", "own records"), Said("Olga", "own records", ("letters",))])
def test_a_card_can_be_completed_later(said):
    """What was found out stays, what was said is added."""
    told = made()
    full = completed(told, said)
    assert missing(full) == []
    assert set(told["limits"]) | set(said.limits) == set(full["limits"])
