"""Why a rule fired, and why another did not: tried out, and of a decision that was made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.access import ROLES, Principal
from service.errors import Forbidden, InvalidRequest, NotFound
from service.usecases.disable_rule import disable
from service.usecases.explain_rules import explain, explain_decision
from service.usecases.reload_rules import reload
from tests.unit.service.usecases.edits import ANN, NAME, THREAT, asked, edit_rule, pointer_now

CALLER = Principal("k3", "caller", ROLES["caller"])


def of(told, rule):
    return next(each for each in told["rules"] if each["rule"] == rule)


def test_every_rule_says_why(house):
    """Of one that fired what it saw, of one that did not what stopped it; a rule off counts for nothing."""
    told = explain(house, NAME, THREAT, {"channel": "app"})
    assert (told["workflow"], told["release"]) == (NAME, pointer_now(house).release)
    assert len(told["rules"]) == len(house.shelf.open(told["release"]).ruleset.rules)
    assert of(told, "threat-to-staff")["finding"] == "match"
    assert of(told, "press")["finding"] == "no_match"
    assert of(told, "channel-missing")["counts"] is False
    disable(house, "ann", "threat-to-staff", timedelta(hours=1), "a test")
    (alone,) = explain(house, NAME, THREAT, {"channel": "app"}, rule="threat-to-staff")["rules"]
    assert (alone["finding"], alone["counts"]) == ("match", False)


def test_a_decision_is_explained_by_the_rules_of_its_time(house):
    """Whatever was reloaded since."""
    decision = asked(house, THREAT)["id"]
    release = pointer_now(house).release
    edit_rule(house.home, "threat-to-staff", "effect: block", "effect: review")
    reload(house, "ann")
    told = explain_decision(house, ANN, decision, rule="threat-to-staff")
    assert (told["release"], told["rules"][0]["effect"]) == (release, "block")


def test_what_cannot_be_explained_says_why(house):
    """No such workflow, attribute, rule or decision, and not to everybody."""
    with pytest.raises(InvalidRequest, match="no workflow"):
        explain(house, "other", "hello", {})
    with pytest.raises(InvalidRequest) as error:
        explain(house, NAME, "hello", {"chanel": "app"})
    assert error.value.problems[0].field == "attributes.chanel"
    with pytest.raises(NotFound) as missing:
        explain(house, NAME, "hello", {}, rule="pres")
    assert "did you mean `press`" in missing.value.remedy
    with pytest.raises(NotFound):
        explain_decision(house, ANN, "dec_none")
    with pytest.raises(Forbidden):
        explain_decision(house, CALLER, "dec_none")
