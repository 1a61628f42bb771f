"""Curve and threshold simulator count as the certificate does."""

from __future__ import annotations

import dataclasses

from service.store import pointers
from service.usecases.model_trial import Trial, trial
from service.usecases.stage_release import calibration_cases, current_parts
from tests.unit.service.usecases.model_desk import SHOP


def test_the_right_label_with_the_wrong_outcome_is_no_hit(shop):
    """Where people decided otherwise than the label settles, the same answer is wrong."""
    with shop.store.read() as connection:
        pointer = pointers.pointer(connection, SHOP)
        assert pointer is not None
        row = pointers.release(connection, pointer.release)
        assert row is not None
        cases = calibration_cases(current_parts(connection, row).calibration)
    release = shop.shelf.open(row["id"])
    usual = trial(shop, release, cases)
    assert any(usual.correct)
    other = trial(shop, release, [dataclasses.replace(case, outcome="block") for case in cases])
    assert other.confidence == usual.confidence
    assert not any(other.correct)
    same = trial(shop, release, [dataclasses.replace(case, outcome="allow") for case in cases])
    assert same == usual == Trial.from_json(usual.to_json())
