"""One rule off everywhere: at once, for a while, on the ledger, and the certificate tried without it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.types import Refusal
from service.errors import Conflict, InvalidRequest, NotFound
from service.store import disables, pointers
from service.usecases import disable_rule
from service.usecases.certify import certify
from service.usecases.disable_rule import disable, enable, open_disables, recheck
from service.usecases.house import open_house
from service.usecases.reload_rules import reload
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT, Clock, asked, edit, pointer_now, policy, records

FOUR_HOURS = timedelta(hours=4)
REFUSED = Refusal(alpha=0.05, delta=0.1, cases=1, accepted=0, needed=1, why="a test")


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 21, 9, tzinfo=UTC))


@pytest.fixture
def house(house, clock):
    return dataclasses.replace(house, clock=clock)


def test_a_rule_is_off_with_the_next_request_and_on_again_when_its_time_is_over(house, clock):
    """No reload, no restart, in another process too; it still says what it would have said."""
    other = dataclasses.replace(open_house(house.settings), clock=clock)
    try:
        assert asked(other, THREAT)["outcome"] == "block"
        off = disable(house, "ann", "threat-to-staff", FOUR_HOURS, "It fires on a film title")
        assert (off["rule"], off["workflows"], off["until"]) == (
            "threat-to-staff",
            [NAME],
            "2026-11-21T13:00:00.000Z",
        )
        for each in (house, other):
            assert asked(each, THREAT)["outcome"] != "block"
        clock.at += FOUR_HOURS - timedelta(seconds=1)
        assert asked(other, THREAT)["outcome"] != "block"
        clock.at += timedelta(seconds=1)
        for each in (house, other):
            assert asked(each, THREAT)["outcome"] == "block"
    finally:
        other.close()


def test_enabling_ends_it_at_once(house):
    """And both are on the ledger, the reason as a note."""
    disable(house, "ann", "threat-to-staff", FOUR_HOURS, "Mr Smith's film")
    (shown,) = open_disables(house)
    assert (shown["by"], shown["why"]) == ("ann", "Mr Smith's film")
    enable(house, "ben", "threat-to-staff")
    assert asked(house, THREAT)["outcome"] == "block"
    assert open_disables(house) == []
    assert records(house, "rule.enabled") == [{"rule": "threat-to-staff", "by": "ben"}]
    (body,) = records(house, "rule.disabled")
    assert (body["rule"], body["until"], "Smith" in str(body)) == ("threat-to-staff", "2026-11-21T13:00:00.000Z", False)
    with pytest.raises(NotFound):
        enable(house, "ben", "threat-to-staff")


def test_the_certificate_is_tried_without_the_rule(house):
    """It holds for the starter: automation goes on, and a new release is tried again before it decides."""
    off = disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")
    assert off["certificates"] == {NAME: True}
    assert asked(house, CLEAR)["outcome"] == "allow"
    edit(policy(house.home), "sla_hours: 24", "sla_hours: 12")
    reload(house, "ann")
    house.clock.at += timedelta(seconds=11)
    assert asked(house, CLEAR)["reasons"] == ["no_certificate"], "what was tried was another release"
    assert recheck(house) == {NAME: True}
    assert asked(house, CLEAR)["outcome"] == "allow"
    assert records(house, "rule.rechecked") == [], "all is as it was: nothing to tell"


def test_a_certificate_that_does_not_hold_stops_automation_until_the_rule_is_back(house, monkeypatch):
    """People decide meanwhile."""
    monkeypatch.setattr(disable_rule, "certify", lambda *_, **__: REFUSED)
    assert disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")["certificates"] == {NAME: False}
    assert asked(house, CLEAR)["reasons"] == ["no_certificate"]
    enable(house, "ann", "threat-to-staff")
    assert asked(house, CLEAR)["outcome"] == "allow"


def test_a_certificate_that_could_not_be_tried_holds_for_ten_seconds(house, clock, monkeypatch):
    """The rule is off all the same, nobody gets an error, and others step in after a while."""

    def broken(*_, **__):
        raise MemoryError

    monkeypatch.setattr(disable_rule, "certify", broken)
    off = disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")
    assert off["certificates"] == {NAME: None}
    assert recheck(house) == {}, "whoever disabled it is at it"
    clock.at += timedelta(seconds=10)
    assert asked(house, CLEAR)["outcome"] == "allow"
    clock.at += timedelta(seconds=1)
    assert asked(house, CLEAR)["reasons"] == ["no_certificate"]
    monkeypatch.undo()
    assert recheck(house) == {NAME: True}
    assert asked(house, CLEAR)["outcome"] == "allow"


def test_two_rules_off_are_tried_together_and_alone(house):
    """What held without one rule says nothing of two, and what held without two nothing of one."""
    disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")
    disable(house, "ann", "press", timedelta(hours=1), "a test")
    with house.store.read() as connection:
        rows = disables.unended(connection)
    assert [row.rechecked[NAME]["off"] for row in rows] == [["threat-to-staff"], ["press", "threat-to-staff"]]
    house.clock.at += timedelta(hours=1)
    assert asked(house, CLEAR)["outcome"] == "allow", "that was tried first"
    assert asked(house, THREAT)["outcome"] != "block"


def test_the_ledger_tells_once_that_a_certificate_does_not_hold_and_that_it_holds_again(house, monkeypatch):
    """Not after each reload, and not by each of the workers that tried it."""
    held = certify
    monkeypatch.setattr(disable_rule, "certify", lambda *_, **__: REFUSED)
    disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")
    for hours in (12, 13):
        edit(policy(house.home), "sla_hours: 24" if hours == 12 else "sla_hours: 12", f"sla_hours: {hours}")
        reload(house, "ann")
        house.clock.at += timedelta(seconds=11)
        assert recheck(house) == {NAME: False}
    assert [body["holds"] for body in records(house, "rule.rechecked")] == [False]
    monkeypatch.setattr(disable_rule, "certify", held)
    edit(policy(house.home), "sla_hours: 13", "sla_hours: 14")
    reload(house, "ann")
    assert recheck(house) == {NAME: True}
    assert [body["holds"] for body in records(house, "rule.rechecked")] == [False, True]


def test_disabling_another_rule_buys_no_time_for_a_certificate_that_does_not_hold(house, clock, monkeypatch):
    """While two rules off are being tried, what is known of one of them counts."""
    monkeypatch.setattr(disable_rule, "certify", lambda *_, **__: REFUSED)
    disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")

    def broken(*_, **__):
        raise MemoryError

    monkeypatch.setattr(disable_rule, "certify", broken)
    for wait in (timedelta(seconds=2), timedelta(hours=1)):
        clock.at += wait
        disable(house, "ann", "press", timedelta(minutes=1), "a test")
        assert asked(house, CLEAR)["reasons"] == ["no_certificate"]
        enable(house, "ann", "press")


def test_disabling_another_rule_buys_no_time_for_a_release_that_was_not_tried(house, clock, monkeypatch):
    """A reload while a rule is off: its certificate counts once it was tried without the rule, not before."""
    disable(house, "ann", "threat-to-staff", FOUR_HOURS, "a test")
    clock.at += timedelta(hours=1)
    edit(policy(house.home), "sla_hours: 24", "sla_hours: 12")
    reload(house, "ann")

    def broken(*_, **__):
        raise MemoryError

    monkeypatch.setattr(disable_rule, "certify", broken)
    disable(house, "ann", "press", FOUR_HOURS, "a test")
    assert asked(house, CLEAR)["reasons"] == ["no_certificate"]


@pytest.mark.parametrize(
    "rule, lasting, why, error, says",
    [
        ("threat-to-stafff", FOUR_HOURS, "a", NotFound, "did you mean `threat-to-staff`"),
        ("channel-missing", FOUR_HOURS, "a", Conflict, "shadow"),
        ("press", timedelta(days=7, seconds=1), "a", InvalidRequest, "minutes"),
        ("press", timedelta(0), "a", InvalidRequest, "minutes"),
        ("press", FOUR_HOURS, " ", InvalidRequest, "why"),
    ],
)
def test_what_cannot_be_disabled_says_why(house, rule, lasting, why, error, says):
    """An unknown rule with the nearest name, one without effect, too long, not at all, no reason."""
    with pytest.raises(error) as raised:
        disable(house, "ann", rule, lasting, why)
    assert says in f"{raised.value.detail} {raised.value.remedy}"
    assert pointer_now(house).disable_sequence == 0


def test_disabling_twice_says_until_when(house):
    """And what to do about it."""
    disable(house, "ann", "press", timedelta(days=7), "a test")
    with pytest.raises(Conflict) as error:
        disable(house, "ben", "press", FOUR_HOURS, "a test")
    assert "2026-11-28T09:00:00.000Z" in error.value.detail
    assert "enable press" in error.value.remedy


def test_nothing_is_read_while_nothing_is_disabled(house, monkeypatch):
    """The path of a request costs no query for it."""
    asked(house, CLEAR)
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
    assert pointer is not None
    monkeypatch.setattr(house.store, "read", None)
    assert house.disables.off(pointer, house.clock()).rules == frozenset()
