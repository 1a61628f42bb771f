"""The timeline: everything operations changed, in order, in words, by workflow and by rule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.audit import verify
from service.store import ledger
from service.usecases import halt, rule_history
from service.usecases.disable_rule import disable, enable
from service.usecases.propose_rules import approve, reject
from service.usecases.reload_rules import reload, status
from service.usecases.rollback_rules import rollback, unpin
from service.usecases.rule_history import KINDS, history
from tests.unit.service.usecases.edits import ANN, BEN, NAME, asked, edit_rule, two_people


@pytest.fixture
def lived(house):
    """One of each kind."""
    edit_rule(house.home, "channel-missing", "status: shadow", "status: enforce")
    reload(house, "Ann", accept_none=True)
    rollback(house, "Ben", NAME, None, "Mr Smith rang")
    unpin(house, "Ben", NAME)
    disable(house, "Ann", "press", timedelta(hours=4), "a film")
    enable(house, "Ben", "press")
    halt.halt(house, ANN, NAME, "drill")
    halt.resume(house, ANN, NAME)
    edit_rule(house.home, "channel-missing", "status: enforce", "status: draft")
    two_people(house.home)
    reload(house, "Ann")
    edit_rule(house.home, "press", "effect: review", "effect: flag")
    approve(house, BEN, reload(house, "Ann")["proposal"])
    edit_rule(house.home, "press", "effect: flag", "effect: block")
    reject(house, BEN, reload(house, "Ann")["proposal"], "too strict")
    asked(house, "hello, where is my card?")
    return house


def test_all_kinds_are_listed_newest_first_with_a_sentence(lived):
    """Who, when, what; the reason from its note; decisions are not among them."""
    items = history(lived)["items"]
    assert [item["kind"] for item in reversed(items)] == [
        "rules.reloaded",
        "rules.rolled_back",
        "rules.unpinned",
        "rule.disabled",
        "rule.enabled",
        "workflow.halted",
        "workflow.resumed",
        "rules.reloaded",
        "rules.proposed",
        "rules.approved",
        "rules.proposed",
        "rules.rejected",
    ]
    assert all(item["summary"] for item in items)
    assert items[-1]["summary"] == "Reloaded: 1 promoted (channel-missing: shadow → enforce)"
    assert (items[-2]["by"], items[-2]["workflow"], items[-2]["detail"]["why"]) == ("Ben", NAME, "Mr Smith rang")
    assert items[-4]["summary"].startswith("press off until ")
    assert "Approved prop_" in items[2]["summary"]
    assert "looser: press" in items[2]["summary"]
    assert items[0]["detail"]["why"] == "too strict"
    with lived.store.read() as connection:
        assert verify(ledger.walk(connection)).ok


def test_it_is_found_by_rule_and_by_workflow_and_page_by_page(lived):
    """Every record about a rule, none about another; pages join without a gap."""
    kinds = [item["kind"] for item in history(lived, rule="press")["items"]]
    assert kinds == ["rules.proposed", "rules.approved", "rules.proposed", "rule.enabled", "rule.disabled"]
    everything = history(lived)["items"]
    assert history(lived, workflow="other") == {"items": [], "next": None}
    of_workflow = history(lived, workflow=NAME)["items"]
    assert [item["kind"] for item in everything if item not in of_workflow] == ["rule.enabled"]
    paged, after = [], None
    while True:
        page = history(lived, after=after, limit=4)
        paged += page["items"]
        after = page["next"]
        if after is None:
            break
    assert paged == everything


def test_status_names_the_last_change_of_each_rule(lived):
    """What happened to it latest, and nothing for one that came with its workflow."""
    (pack,) = status(lived)["packs"]
    rules = {rule["id"]: rule for rule in pack["rules"]}
    assert (rules["press"]["last_change"]["kind"], rules["press"]["last_change"]["by"]) == ("rules.approved", "Ben")
    assert rules["channel-missing"]["last_change"]["kind"] == "rules.reloaded"
    assert rules["threat-to-staff"]["last_change"] is None


def test_the_last_change_is_looked_for_among_the_newest_records(lived, monkeypatch):
    """However long the ledger grows, a look at the rules costs no more than that."""
    monkeypatch.setattr(rule_history, "_FAR", 1)
    (pack,) = status(lived)["packs"]
    rules = {rule["id"]: rule for rule in pack["rules"]}
    assert rules["press"]["last_change"]["kind"] == "rules.approved"
    assert rules["channel-missing"]["last_change"] is None


def test_every_kind_has_its_sentence():
    """None is shown as a bare code."""
    from service.usecases.rule_history import _SENTENCES

    assert set(_SENTENCES) == set(KINDS)
