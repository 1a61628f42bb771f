"""The page of rules: what is in force, what it did, and whether the files say something else."""

from __future__ import annotations

from datetime import timedelta

from service.usecases.disable_rule import disable
from service.usecases.reload_rules import reload, status
from service.usecases.rollback_rules import rollback
from tests.unit.service.usecases.edits import NAME, THREAT, asked, edit_rule, pack, pointer_now, two_people


def rule_of(told, name):
    return next(rule for each in told["packs"] for rule in each["rules"] if rule["id"] == name)


def test_rules_show_what_they_did_and_what_is_off(house):
    """Hits of a day and a month, when last, and who took one out of force until when."""
    asked(house, THREAT)
    house.tally.flush(house.store)
    disable(house, "ann", "press", timedelta(hours=4), "a film")
    told = status(house)
    (shown,) = told["packs"]
    assert (shown["id"], bool(shown["owner"]), bool(shown["title"])) == (NAME, True, True)
    threat, press = rule_of(told, "threat-to-staff"), rule_of(told, "press")
    assert threat["hits"] == {"24h": 1, "30d": 1}
    assert threat["last_hit"] is not None
    assert (threat["precision"], threat["reviewed"], threat["disabled"]) == (None, 0, None)
    assert (press["disabled"]["by"], press["disabled"]["why"]) == ("ann", "a film")
    assert (press["hits"], press["last_hit"]) == ({"24h": 0, "30d": 0}, None)
    assert press["last_change"]["kind"] == "rule.disabled"
    assert (told["files_differ"], told["errors"], told["alarms"], told["proposals"]) == (False, [], [], [])
    (workflow,) = told["workflows"]
    assert (workflow["workflow"], workflow["pinned"], workflow["files_differ"]) == (NAME, None, False)
    assert workflow["certificate"]["alpha"] == 0.05


def test_files_that_are_not_what_runs_are_told(house):
    """Edited, rolled back and pinned, proposed, and broken."""
    first = pointer_now(house).release
    edit_rule(house.home, "press", "effect: review", "effect: flag")
    assert status(house)["files_differ"] is True
    reload(house, "ann")
    assert status(house)["files_differ"] is False
    rollback(house, "ben", NAME, None, "a test")
    (workflow,) = status(house)["workflows"]
    assert (workflow["release"], workflow["pinned"]["by"], workflow["files_differ"]) == (first, "ben", True)
    two_people(house.home)
    reload(house, "ann", unpin=True)
    edit_rule(house.home, "press", "effect: flag", "effect: block")
    proposal = reload(house, "ann")["proposal"]
    assert [each["id"] for each in status(house)["proposals"]] == [proposal]
    (pack(house.home) / "crime.rule.yaml").write_text("- id")
    told = status(house)
    assert (told["files_differ"], told["errors"][0]["file"]) == (True, f"packs/{NAME}/crime.rule.yaml")
    assert rule_of(told, "press")["effect"] == "flag", "what is shown is what is in force"
