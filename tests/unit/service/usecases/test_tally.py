"""The tally: every finding that tells something is counted once, and nothing is lost by a failed write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from rules.model import Effect, Finding, FindingStatus, Obligations, Ruling, Severity
from service.domain.types import Automatic, DecidedBy, Outcome, Reason, State
from service.settings import Settings
from service.store import rule_hours
from service.store.rule_hours import Counted, RuleHits
from service.usecases.tally import Tally
from tests.databases import new_store

AT = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)
NOON = AT.replace(minute=0, second=0)
BLOCKED = Automatic(State.FINAL, Outcome.BLOCK, DecidedBy.RULES, None)
ALLOWED = Automatic(State.FINAL, Outcome.ALLOW, DecidedBy.CLASSIFIER, "a")
QUIET = Ruling("digest", None, Obligations())


@pytest.fixture
def store(tmp_path):
    opened = new_store(Settings(home=tmp_path).database)
    yield opened
    opened.close()


def held(*reasons):
    return Automatic(State.WAITING, Outcome.REVIEW, None, None, reasons)


def finding(rule, status=FindingStatus.MATCH, exemption=None):
    return Finding(rule, "p", status, Effect.BLOCK, Severity.LOW, "R-1", "reason", exemption=exemption)


def counted(store):
    with store.read() as connection:
        return rule_hours.under(connection, "bank", NOON, ["rel_1"])


def test_each_kind_of_finding_is_counted(store):
    """Matched, unknown, exempted, and matched without counting; a shadow that cannot say is no match."""
    ruling = Ruling(
        "digest",
        Effect.BLOCK,
        Obligations(),
        matched=(finding("m"),),
        unknown=(finding("u", FindingStatus.UNKNOWN),),
        exempted=(finding("e", exemption="ex-1"),),
        shadow=(finding("s"), finding("t", FindingStatus.UNKNOWN)),
    )
    tally = Tally()
    for _ in range(3):
        tally.count("bank", "rel_1", ruling, BLOCKED, AT)
    tally.flush(store)
    totals, rules = counted(store)
    assert totals == Counted(decisions=3, blocked=3)
    assert rules == {
        "m": RuleHits(matched=3, last=NOON),
        "u": RuleHits(unknown=3),
        "e": RuleHits(exempted=3, last=NOON),
        "s": RuleHits(shadow=3, last=NOON),
    }


@pytest.mark.parametrize(
    "automatic, expected",
    [
        (ALLOWED, Counted(1, 0, 0)),
        (BLOCKED, Counted(1, 1, 0)),
        (held(Reason.RULE_REVIEW), Counted(1, 0, 1)),
        (held(Reason.BELOW_THRESHOLD, Reason.HALTED), Counted(1, 0, 1)),
        (held(Reason.HALTED), Counted(1, 0, 0)),  # a halt is no doing of the rules
        (held(Reason.DEGRADED), Counted(0, 0, 0)),  # nor is a part that failed
        (held(Reason.RULE_REVIEW, Reason.DEGRADED), Counted(1, 0, 1)),
    ],
)
def test_what_a_decision_counts_as(store, automatic, expected):
    """Blocks and holds are those that rules or policy can bring about."""
    tally = Tally()
    tally.count("bank", "rel_1", QUIET, automatic, AT)
    tally.flush(store)
    assert counted(store)[0] == expected


def test_a_failed_write_loses_nothing(store):
    """What could not be written is written the next time, together with what came in between."""

    class Broken:
        def commit(self, work):
            raise OSError("disk full")

    tally = Tally()
    tally.count("bank", "rel_1", QUIET, BLOCKED, AT)
    with pytest.raises(OSError, match="disk full"):
        tally.flush(cast("Any", Broken()))
    tally.count("bank", "rel_1", QUIET, ALLOWED, AT)
    tally.flush(store)
    tally.flush(store)
    assert counted(store)[0] == Counted(decisions=2, blocked=1)
