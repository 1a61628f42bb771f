"""A promise for each group of labels: kept together, shared fairly, refused one by one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from service.domain.types import Certificate, LabelGroup, Refusal
from service.learn.group_guarantee import certify_groups
from service.learn.guarantee import again, certify, smallest_n

FRAUD, OTHER = LabelGroup("fraud", ("stolen", "scam"), 0.01), LabelGroup("", (), 0.05)
SCAM = replace(FRAUD, alpha=0.02)


def drawn(rng: np.random.Generator, cases: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A third of the cases in the first group, where it errs less often."""
    confidence = 1 - rng.beta(0.5, 4.0, cases)
    group = (rng.uniform(size=cases) > 1 / 3).astype(int)
    wrong = (1 - confidence**1.4) * np.where(group == 0, 0.3, 1.0)
    return confidence, rng.uniform(size=cases) >= wrong, group


def test_each_group_gets_its_own_threshold() -> None:
    """The stricter promise takes a stricter threshold; the whole is what was granted together."""
    found = certify_groups(*drawn(np.random.default_rng(0), 4000), (SCAM, OTHER), 0.1)
    assert isinstance(found, Certificate)
    fraud, other = found.bounds
    assert fraud.threshold is not None
    assert other.threshold is not None
    assert (fraud.group, fraud.alpha, other.group, other.alpha) == ("fraud", 0.02, "", 0.05)
    assert found.threshold == max(fraud.threshold, other.threshold)
    assert (found.accepted, found.errors) == (fraud.accepted + other.accepted, fraud.errors + other.errors)
    assert found.alpha == 0.05
    assert found.threshold_for(("scam",)) == fraud.threshold
    assert found.threshold_for(("anything",)) == other.threshold
    assert found.threshold_for(("anything", "scam")) == fraud.threshold, "the promise that asks most"


def test_a_refused_group_takes_nothing_from_the_others() -> None:
    """Too few cases of one kind: these go to people, with what is missing; the rest stays automatic."""
    confidence, correct = np.full(400, 0.99), np.ones(400, dtype=bool)
    group = np.array([0] * 40 + [1] * 360)
    found = certify_groups(confidence, correct, group, (FRAUD, OTHER), 0.1)
    assert isinstance(found, Certificate)
    assert found.threshold_for(("stolen",)) is None
    assert found.threshold_for(("other",)) is not None
    assert found.accepted == 360
    assert found.bounds[0].why.startswith("40 of ")


def test_all_refused_names_each_and_the_nearest() -> None:
    """Nothing is automatic; the figures are of the group that is nearest to its promise."""
    group = np.array([0] * 40 + [1] * 40)
    found = certify_groups(np.full(80, 0.99), np.ones(80, dtype=bool), group, (FRAUD, OTHER), 0.1)
    assert isinstance(found, Refusal)
    assert "fraud: 40 of 299" in found.why
    assert "labels in no group: 40 of 59" in found.why
    assert (found.needed, found.alpha) == (59, 0.05)
    assert found.more == 38  # 19 more of these, who are half of all
    next_try = certify_groups(np.full(80, 0.99), np.ones(80, dtype=bool), group, (FRAUD, OTHER), 0.1, later=0.1 / 3)
    assert isinstance(next_try, Refusal)
    assert next_try.more == 2 * (smallest_n(0.05, 0.1 / 6) - 40)


def test_what_one_group_does_not_need_goes_to_the_other() -> None:
    """A group certified all the way down leaves its part of delta: the other is then tested at the whole."""
    group = np.array([0] * 240 + [1] * 400)
    confidence, correct = np.full(640, 0.99), np.ones(640, dtype=bool)
    found = certify_groups(confidence, correct, group, (FRAUD, OTHER), 0.1)
    assert isinstance(found, Certificate)
    assert [bound.level for bound in found.bounds] == pytest.approx([0.1, 0.05])
    assert found.bounds[0].threshold is not None, "230 do at the whole delta, 299 at half of it"
    correct[-40:] = False
    found = certify_groups(confidence, correct, group, (FRAUD, OTHER), 0.1)
    assert isinstance(found, Refusal), "the other fails, so there is nothing to leave"


def test_one_group_is_what_no_groups_are() -> None:
    """The same threshold and counts as a certificate without groups."""
    confidence, correct, _ = drawn(np.random.default_rng(1), 1500)
    alone = certify(confidence, correct, 0.05, 0.1)
    grouped = certify_groups(confidence, correct, np.zeros(1500, dtype=int), (replace(OTHER),), 0.1)
    assert isinstance(alone, Certificate)
    assert isinstance(grouped, Certificate)
    assert replace(grouped, bounds=()) == alone


def test_all_promises_hold_together() -> None:
    """Over 200 draws any group breaks its promise in at most a share delta of them."""
    rng, draws, delta = np.random.default_rng(9), 200, 0.1
    pool_confidence, _, pool_group = drawn(rng, 100_000)
    wrong = (1 - pool_confidence**1.4) * np.where(pool_group == 0, 0.3, 1.0)
    broken = granted = 0
    for _ in range(draws):
        confidence, correct, group = drawn(rng, 3000)
        found = certify_groups(confidence, correct, group, (SCAM, OTHER), delta)
        if not isinstance(found, Certificate):
            continue
        granted += sum(bound.threshold is not None for bound in found.bounds)
        broken += any(
            bound.threshold is not None
            and wrong[(pool_group == g) & (pool_confidence >= bound.threshold)].mean() > bound.alpha
            for g, bound in enumerate(found.bounds)
        )
    assert granted > draws
    assert broken / draws <= delta + 3 * math.sqrt(delta * (1 - delta) / draws)


def test_tried_again_each_group_has_to_hold() -> None:
    """One group that fails its threshold is a refusal; a group refused from the beginning is not asked."""
    group = np.array([0] * 40 + [1] * 360)
    confidence, correct = np.full(400, 0.99), np.ones(400, dtype=bool)
    found = certify_groups(confidence, correct, group, (FRAUD, OTHER), 0.1)
    assert isinstance(found, Certificate)
    correct[:40] = False
    held = again(confidence, correct, group, found)
    assert isinstance(held, Certificate)
    assert held == found
    correct[40:80] = False
    assert isinstance(again(confidence, correct, group, found), Refusal)


def test_cases_without_a_group_count_for_none() -> None:
    """What no promise covers neither helps nor harms; nonsense is refused."""
    group = np.array([0] * 100 + [-1] * 100)
    correct = np.array([True] * 100 + [False] * 100)
    found = certify_groups(np.full(200, 0.99), correct, group, (OTHER,), 0.1)
    assert isinstance(found, Certificate)
    assert (found.cases, found.accepted, found.errors) == (200, 100, 0)
    with pytest.raises(ValueError, match="place among the groups"):
        certify_groups(np.full(200, 0.99), correct, group[:5], (OTHER,), 0.1)
    with pytest.raises(ValueError, match="alpha"):
        certify_groups(np.full(200, 0.99), correct, group, (replace(OTHER, alpha=1.0),), 0.1)
