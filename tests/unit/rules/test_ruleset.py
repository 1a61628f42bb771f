from __future__ import annotations

from datetime import UTC, datetime

from rules.model import RuleStatus
from tests.unit.rules.given import NOW, rule, ruleset


def test_edition_is_made_once_for_each_stretch_of_time():
    """Between two dates at which rules begin or end, the same edition serves."""
    rules = ruleset(
        rule("all: [authenticated]", "a", "effective: {from: 2026-01-01}"),
        rule("all: [authenticated]", "b", "effective: {until: 2026-03-01}"),
    )
    editions = [rules.in_force(datetime(2026, month, 15, tzinfo=UTC)) for month in (1, 2, 3, 4)]
    assert editions[0] is editions[1]
    assert editions[2] is editions[3]
    assert [len(edition.rules) for edition in editions] == [2, 2, 1, 1]


def test_sleeping_rules_listen_and_waking_rules_are_grouped():
    """Rules that wait for a hit are found by its key; the others by the attributes they read."""
    rules = ruleset(
        rule("all: [matched('weapons'), amount > 5.0]", "asleep"),
        rule("all: [amount > 5.0]", "b"),
        rule("all: [amount > 6.0]", "c"),
        rule("all: [authenticated]", "d"),
    )
    edition = rules.in_force(NOW)
    assert edition.listeners == {"demo/weapons": (0,)}
    assert {group.names: group.places for group in edition.groups} == {
        frozenset({"amount"}): (1, 2),
        frozenset({"authenticated"}): (3,),
    }


def test_alone_enforces_one_rule_and_leaves_the_set_as_it_was():
    """For its own tests a draft counts; the set it was taken from is not changed."""
    rules = ruleset(rule("all: [authenticated]", "a", status="draft"), rule("all: [authenticated]", "b"))
    assert [one.rule.id for one in rules.alone("a").in_force(NOW).rules] == ["a"]
    assert [one.rule.id for one in rules.in_force(NOW).rules] == ["b"]
    assert rules.rules[0].status is RuleStatus.DRAFT


def test_rules_are_listed_by_id():
    """All rules of all statuses are there, in the order of their ids."""
    rules = ruleset(rule("all: [authenticated]", "z"), rule("all: [authenticated]", "a", status="retired"))
    assert [one.id for one in rules.rules] == ["a", "z"]
