"""Replay: past decisions against the files, with what was asked then; nothing of what people wrote is shown."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from service.domain.access import ROLES, Principal
from service.errors import NotFound, ReplayRunning, RulesBroken
from service.store import pointers, tables
from service.usecases import replay_rules
from service.usecases.make_decision import Ask, decide
from service.usecases.reload_rules import reload
from service.usecases.replay_rules import replay

NAME = "retail-banking"
OPERATOR = Principal("k3", "operator", ROLES["operations"])
EXTRA = """\
- id: parking-question
  title: Parking
  status: {status}
  severity: low
  effect: block
  owner: tests
  citation: [tests]
  review_by: 2030-01-01
  reason: asks about parking
  reason_code: X-01
  {more}
  when: {{all: ["matched('parking')"]}}
  tests:
    - {{name: hit, text: where to find parking, expect: match}}
    - {{name: miss, text: where is my card, expect: no_match}}
"""
PARKING = "Is there parking behind the branch?"
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
GUN = "I will shoot your staff with a gun."


def write_rule(house, *, status="enforce", more=""):
    folder = house.home / "packs" / NAME
    pack = folder / "pack.yaml"
    if "parking:" not in pack.read_text():
        pack.write_text(pack.read_text().rstrip() + "\n  parking:\n    phrases: [parking]\n")
    (folder / "parking.rule.yaml").write_text(EXTRA.format(status=status, more=more))


def decided(house, *texts, **ask):
    return [json.loads(decide(house, OPERATOR, Ask(NAME, text, **ask)).body) for text in texts]


def since(house, hours=1):
    return house.clock() - timedelta(hours=hours)


def test_unchanged_files_change_nothing(house):
    """The rules that answered then say today what they said."""
    decided(house, PARKING, CLEAR, GUN)
    found = replay(house, NAME, since(house))
    assert (found["decisions"], found["changed"], found["unreadable"]) == (3, 0, 0)
    assert found["by_rule"] == found["effects"] == found["outcomes"] == found["examples"] == []
    assert not found["truncated"]


def test_a_new_rule_shows_what_it_would_have_changed(house):
    """Counts by rule, effect and outcome, and examples by id: without a word of the request."""
    parking, _, _ = decided(house, PARKING, CLEAR, GUN)
    write_rule(house)
    found = replay(house, NAME, since(house))
    assert (found["decisions"], found["changed"], found["considered"]) == (3, 1, 1)
    assert found["by_rule"] == [{"rule": "parking-question", "more": 1, "fewer": 0}]
    assert found["effects"] == [{"before": None, "after": "block", "count": 1}]
    assert found["outcomes"] == [{"before": parking["outcome"], "after": "block", "count": 1}]
    assert found["examples"] == [
        {
            "decision": parking["id"],
            "before": {"effect": None, "outcome": parking["outcome"]},
            "after": {"effect": "block", "outcome": "block"},
            "rules": {"gained": ["parking-question"], "lost": []},
        }
    ]
    assert "branch" not in json.dumps(found)


def test_a_rule_taken_away_shows_what_would_go_out(house):
    """The whole way is gone: what a rule blocked is judged by documents and classifier."""
    (gun,) = decided(house, GUN)
    assert gun["outcome"] == "block"
    (rule,) = [each["rule"] for each in gun["rules"]["findings"] if each["effect"] == "block"]
    for path in (house.home / "packs" / NAME).glob("*.rule.yaml"):
        head, marked, tail = path.read_text().partition(f"- id: {rule}\n")
        if marked:
            path.write_text(head + marked + tail.replace("status: enforce", "status: retired", 1))
    found = replay(house, NAME, since(house))
    assert found["changed"] == 1
    assert found["outcomes"] == [{"before": "block", "after": "review", "count": 1}]
    assert found["examples"][0]["rules"]["lost"] == [rule]


def test_the_rules_are_asked_with_the_clock_of_then(house):
    """A rule that is not in force yet changes nothing, unless one asks as of a later day."""
    decided(house, PARKING)
    write_rule(house, more="effective: {from: 2035-01-01}")
    assert replay(house, NAME, since(house))["changed"] == 0
    later = house.clock().replace(year=2036, month=1, day=1)
    assert replay(house, NAME, since(house), as_of=later)["changed"] == 1


def test_a_request_stays_on_its_side_of_a_canary(house):
    """The subject that chose the side then chooses it in the replay."""
    write_rule(house, status="canary", more="rollout: {percent: 50}")
    reload(house, "tests")
    for n in range(12):
        decided(house, PARKING, subject=f"customer {n}")
    found = replay(house, NAME, since(house))
    assert (found["decisions"], found["changed"]) == (12, 0)


def test_an_erased_request_is_counted_and_passed_over(house):
    """What is not there any more cannot be replayed, and is no error."""
    decided(house, PARKING, PARKING)
    (gone, _) = decided(house, GUN, CLEAR)
    with house.store.read() as connection:
        request = connection.scalar(
            tables.decisions.select()
            .with_only_columns(tables.decisions.c.request)
            .where(tables.decisions.c.id == gone["id"])
        )
    empty = tables.payloads.update().where(tables.payloads.c.id == request).values(data=b"")
    house.store.commit(lambda c: c.execute(empty))
    write_rule(house)
    found = replay(house, NAME, since(house))
    assert (found["decisions"], found["unreadable"], found["changed"]) == (4, 1, 2)


def test_the_newest_come_first_and_the_rest_is_said_to_be_missing(house, monkeypatch):
    """A limit, and a bound on whole ways: both say `truncated`."""
    decided(house, *[f"{PARKING} {n}" for n in range(5)])
    write_rule(house)
    found = replay(house, NAME, since(house), limit=3, examples=2)
    assert (found["decisions"], found["changed"], len(found["examples"]), found["truncated"]) == (3, 3, 2, True)
    monkeypatch.setattr(replay_rules, "WHOLE_WAY", 1)
    monkeypatch.setattr(replay_rules, "_PAGE", 2)
    bounded = replay(house, NAME, since(house))
    assert (bounded["decisions"], bounded["changed"], bounded["considered"]) == (5, 5, 1)
    assert bounded["truncated"]
    assert replay(house, NAME, house.clock() + timedelta(hours=1))["decisions"] == 0


def test_what_cannot_be_replayed_is_refused(house):
    """Broken files with their places, an unknown workflow by name, and a second replay at the same time."""
    with pytest.raises(NotFound):
        replay(house, "no-such", since(house))
    (house.home / "packs" / NAME / "extra.rule.yaml").write_text("- id: [oops\n")
    with pytest.raises(RulesBroken) as broken:
        replay(house, NAME, since(house))
    assert "extra.rule.yaml" in str(broken.value.extra["errors"])
    assert replay_rules._one_at_a_time.acquire(blocking=False)
    try:
        with pytest.raises(ReplayRunning):
            replay(house, NAME, since(house))
    finally:
        replay_rules._one_at_a_time.release()


def test_nothing_is_changed_by_a_replay(house):
    """The same release answers as before."""
    decided(house, PARKING)
    write_rule(house)
    with house.store.read() as connection:
        before = pointers.pointer(connection, NAME)
    replay(house, NAME, since(house))
    with house.store.read() as connection:
        assert pointers.pointer(connection, NAME) == before
