"""Fitting a workflow anew takes its files over, and is no way round what guards a change of rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from index.adapt import Adapter
from service.errors import Conflict, RulesBroken, RulesPinned
from service.store import pointers
from service.usecases.consider import retrieval_vector
from service.usecases.establish import establish
from service.usecases.house import open_house
from service.usecases.reload_rules import reload
from service.usecases.rollback_rules import rollback
from service.usecases.stage_release import activate, current_parts, stage
from tests.unit.service.usecases.edits import NAME, drop_rule, edit_rule, pointer_now, two_people


def test_a_rule_in_force_does_not_go_with_a_refit(house):
    """As with a reload: who means it marks the rule retired."""
    drop_rule(house.home, "press")
    before = pointer_now(house).release
    with pytest.raises(RulesBroken, match="press"):
        establish(house, NAME, "ann", "refit")
    assert pointer_now(house).release == before


def test_a_refit_is_no_way_round_a_second_person(house):
    """The files wait for approval; fitting does not take them over before."""
    two_people(house.home)
    reload(house, "ann")
    edit_rule(house.home, "press", "status: enforce", "status: retired")
    with pytest.raises(Conflict, match="second person"):
        establish(house, NAME, "ann", "refit")


def test_a_refit_is_no_way_round_a_pin(house):
    """What was rolled back stays rolled back."""
    edit_rule(house.home, "press", "effect: review", "effect: flag")
    reload(house, "ann")
    rollback(house, "ben", NAME, None, "a test")
    with pytest.raises(RulesPinned, match="ben"):
        establish(house, NAME, "ann", "refit")


def test_a_refit_keeps_what_was_tuned(house):
    """The adapter of the release that answers goes on; so does its encoder."""
    with house.store.read() as connection:
        row = pointers.release(connection, pointer_now(house).release)
        assert row is not None
        parts = current_parts(connection, row)
    turned = Adapter(house.encoder.digest, np.roll(np.eye(house.encoder.dim, dtype=np.float32), 1, axis=0))
    activate(house, [stage(house, replace(parts, adapter=turned.to_bytes()), "ann", "tuned")])
    tuned = house.shelf.open(pointer_now(house).release)
    vector = retrieval_vector(house, tuned, "a lost card")
    assert np.allclose(vector, turned.apply(house.encoder.encode("a lost card")), atol=1e-6)
    fitted = establish(house, NAME, "ann", "refit").release
    assert (fitted.row["adapter"], fitted.row["encoder"]) == (turned.digest, tuned.row["encoder"])
    assert np.array_equal(retrieval_vector(house, fitted, "a lost card"), vector)
    another_process = open_house(house.settings)
    adapter = another_process.shelf.open(fitted.id).adapter
    another_process.close()
    assert adapter is not None
    assert adapter.digest == turned.digest
