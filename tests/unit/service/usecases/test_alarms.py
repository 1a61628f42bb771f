"""Alarms: raised once, with the rule that did it; rolled back where the policy says so; silent when all is well."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from service.errors import Conflict, NotFound
from service.store import alarms as stored
from service.store import pointers, rule_hours, tables
from service.usecases import alarms, reload_rules
from service.usecases.rollback_rules import rollback

NAME = "retail-banking"
PACK = "retail-banking"
HOUR = timedelta(hours=1)
RULES = """\
- id: parking-question
  title: Parking
  status: {status}
  severity: low
  effect: {effect}
  owner: tests
  citation: [tests]
  review_by: 2030-01-01
  reason: asks about parking
  reason_code: X-01
  when: {{all: ["matched('parking')"]}}
  tests:
    - {{name: hit, text: where to find parking, expect: match}}
    - {{name: miss, text: where is my card, expect: no_match}}
"""


def write_rule(house, *, status="enforce", effect="block", more=""):
    folder = house.home / "packs" / PACK
    pack = folder / "pack.yaml"
    if "parking:" not in pack.read_text():
        pack.write_text(pack.read_text().rstrip() + "\n  parking:\n    phrases: [parking]\n")
    (folder / "parking.rule.yaml").write_text(RULES.format(status=status, effect=effect) + more)


def edit_policy(house, old, new):
    path = house.home / "workflows" / NAME / "workflow.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def active(house):
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
    assert pointer is not None
    return pointer


def reload(house):
    before = active(house).release
    reload_rules.reload(house, "tests", allow_removal=True)
    assert active(house).release != before
    return active(house).release


def happened(house, release, *, decisions, blocked=0, held=0, hours_ago=0, rules=()):
    at = rule_hours.hour_of(house.clock()) - hours_ago * HOUR
    whole = {"workflow": NAME, "release": release, "hour": at, "decisions": decisions, "blocked": blocked, "held": held}
    counted = [{"workflow": NAME, "release": release, "hour": at, "rule": rule, **counts} for rule, counts in rules]
    house.store.commit(lambda c: rule_hours.add_workflows(c, [whole]))
    house.store.commit(lambda c: rule_hours.add_rules(c, counted))


def records(house, kind):
    with house.store.read() as connection:
        rows = connection.execute(sa.select(tables.ledger.c.record).where(tables.ledger.c.kind == kind))
        return [json.loads(row.record)["body"] for row in rows]


@pytest.fixture
def changed(house):
    """A house with a usual week behind it and a new rule in force; its old and its new release."""
    old = active(house).release
    happened(house, old, decisions=5_000, blocked=50, held=1_500, hours_ago=24)
    write_rule(house)
    return old, reload(house)


def test_a_rule_that_blocks_far_too_much_is_named_once(house, changed):
    """Blocks went from 1 % to 40 %: one alarm, on the ledger, with the new rule; looking again adds nothing."""
    happened(house, changed[1], decisions=100, blocked=40, held=30, rules=[("parking-question", {"matched": 39})])
    alarms.watch(house)
    alarms.watch(house)
    (raised,) = alarms.page(house)
    assert (raised["kind"], raised["rule"], raised["release"]) == ("blocks", "parking-question", changed[1])
    assert raised["usual"] == {"share": 0.01, "hits": 50, "of": 5_000}
    assert raised["seen"] == {"share": 0.4, "hits": 40, "of": 100}
    (told,) = records(house, "rules.alarm_raised")
    assert told["rule"] == "parking-question"
    assert told["seen"] == {"hits": 40, "of": 100}
    assert active(house).release == changed[1]  # it only tells


def test_a_share_as_usual_is_no_alarm(house, changed):
    """Nor is a change of documents the start of a new period."""
    happened(house, changed[1], decisions=1_000, blocked=12, held=290)
    alarms.watch(house)
    assert alarms.page(house) == []


def test_too_few_decisions_say_nothing(house, changed):
    """Forty-nine, all of them blocked."""
    happened(house, changed[1], decisions=49, blocked=49)
    alarms.watch(house)
    assert alarms.page(house) == []


def test_the_week_before_is_what_is_usual(house, changed):
    """What lies further back does not count: without history there is no alarm."""
    old, new = changed
    house.store.commit(lambda c: c.execute(tables.workflow_hours.delete()))
    happened(house, old, decisions=5_000, hours_ago=24 * 9)
    happened(house, new, decisions=100, blocked=100)
    alarms.watch(house)
    assert alarms.page(house) == []


def test_a_rule_that_was_loosened_is_told_by_its_matches(house, changed):
    """A rule that stays, and fires ten times as often: its own alarm. Promoted from shadow as it was, it has none."""
    _, first = changed
    write_rule(house, effect="flag")
    happened(house, first, decisions=5_000, blocked=50, held=1_500, rules=[("parking-question", {"shadow": 50})])
    second = reload(house)
    happened(house, second, decisions=200, blocked=2, held=60, rules=[("parking-question", {"matched": 2})])
    alarms.watch(house)
    assert alarms.page(house) == []
    happened(house, second, decisions=200, blocked=2, held=60, rules=[("parking-question", {"matched": 38})])
    alarms.watch(house)
    assert [(one["kind"], one["rule"]) for one in alarms.page(house)] == [("matches", "parking-question")]


def test_the_policy_may_roll_back_by_itself(house):
    """The rules before the change answer again, pinned, and the alarm stays until somebody has seen it."""
    edit_policy(house, "queue:", "changes: {on_alarm: roll_back}\nqueue:")
    old = reload(house)
    happened(house, old, decisions=5_000, blocked=50, held=1_500)
    write_rule(house)
    new = reload(house)
    happened(house, new, decisions=100, blocked=60, held=10, rules=[("parking-question", {"matched": 60})])
    alarms.watch(house)
    pointer = active(house)
    assert (pointer.release, pointer.pinned_by) == (old, "alarm")
    assert "blocks" in {one["kind"] for one in alarms.page(house)}
    alarms.watch(house)
    assert active(house).release == old
    assert len(records(house, "rules.rolled_back")) == 1


def test_holds_that_vanish_are_an_alarm_too(house):
    """A review rule that was taken out: half of what people saw goes out unseen."""
    write_rule(house, effect="review")
    old = reload(house)
    happened(house, old, decisions=5_000, held=2_500, rules=[("parking-question", {"matched": 2_000})])
    write_rule(house, status="retired", effect="review")
    new = reload(house)
    happened(house, new, decisions=400, held=40)
    alarms.watch(house)
    (raised,) = alarms.page(house)
    assert (raised["kind"], raised["rule"]) == ("holds", "parking-question")


def test_an_alarm_ends_when_somebody_has_seen_it(house, changed):
    """By name, on the ledger, once."""
    happened(house, changed[1], decisions=100, blocked=40, held=30)
    alarms.watch(house)
    (raised,) = alarms.page(house)
    assert alarms.acknowledge(house, "Ann", raised["id"])["ended_by"] == "Ann"
    assert alarms.page(house) == []
    assert alarms.page(house, open_only=False)[0]["ended_by"] == "Ann"
    assert records(house, "rules.alarm_ended")[0]["by"] == "Ann"
    with pytest.raises(Conflict, match="Ann"):
        alarms.acknowledge(house, "Ben", raised["id"])
    with pytest.raises(NotFound):
        alarms.acknowledge(house, "Ben", "alm_none")
    alarms.watch(house)
    assert alarms.page(house) == []  # once for good


def test_what_is_counted_since_a_change_lies_within_thirty_days(house, changed):
    """However long ago the change was, so that looking costs no more each day."""
    happened(house, changed[1], decisions=100, blocked=60)
    later = dataclasses.replace(house, clock=lambda: datetime.now(UTC) + alarms.AFTER + 2 * HOUR)
    alarms.watch(later)
    assert alarms.page(house) == []


def test_one_workflow_that_cannot_be_watched_leaves_the_others_watched(house, changed, monkeypatch):
    """Its trouble is logged with its name."""
    happened(house, changed[1], decisions=100, blocked=60)
    with house.store.read() as connection:
        (pointer,) = pointers.pointers(connection)
    both = [dataclasses.replace(pointer, workflow="broken", release="rel_gone"), pointer]
    real = stored.versions

    def versions(connection, workflow):
        if workflow == "broken":
            raise OSError("gone")
        return real(connection, workflow)

    monkeypatch.setattr(pointers, "pointers", lambda _: both)
    monkeypatch.setattr(stored, "versions", versions)
    with capture_logs() as logs:
        alarms.watch(house)
    assert [entry["workflow"] for entry in logs if entry["event"] == "alarms_not_watched"] == ["broken"]
    assert "blocks" in {one["kind"] for one in alarms.page(house)}


def test_an_alarm_does_not_roll_back_what_somebody_rolled_back_meanwhile(house, monkeypatch):
    """One change is undone once, whoever is faster."""
    edit_policy(house, "queue:", "changes: {on_alarm: roll_back}\nqueue:")
    old = reload(house)
    happened(house, old, decisions=5_000, blocked=50, held=1_500)
    write_rule(house)
    new = reload(house)
    happened(house, new, decisions=100, blocked=60, rules=[("parking-question", {"matched": 60})])
    real = alarms._raise

    def slow(*given):
        if active(house).release == new:
            rollback(house, "ann", NAME, None, "it blocks everybody")
        return real(*given)

    monkeypatch.setattr(alarms, "_raise", slow)
    alarms.watch(house)
    assert (active(house).release, active(house).pinned_by) == (old, "ann")
