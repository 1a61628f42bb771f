"""Fitting a workflow anew takes its files over, and is no way round what guards a change of rules."""

from __future__ import annotations

import pytest

from service.errors import Conflict, RulesBroken, RulesPinned
from service.usecases.establish import establish
from service.usecases.reload_rules import reload
from service.usecases.rollback_rules import rollback
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
