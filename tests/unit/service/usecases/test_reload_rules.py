"""Reloading: all or nothing, never by halves, never a rule lost by accident, and told in full."""

from __future__ import annotations

import threading

import pytest
from structlog.testing import capture_logs

from rules.compile import compile_rules
from service.errors import LosesAutomation, RulesBroken
from service.store import pointers
from service.usecases import stage_release
from service.usecases.edited_files import take_over
from service.usecases.reload_rules import check, diff, reload
from tests.unit.service.usecases.edits import (
    NAME,
    THREAT,
    asked,
    drop_rule,
    edit,
    edit_rule,
    pack,
    pointer_now,
    policy,
    records,
    rule_now,
)


def refused(house, **how):
    before = pointer_now(house).release
    with pytest.raises(RulesBroken) as error:
        reload(house, "ann", **how)
    assert pointer_now(house).release == before, "what was refused changed something"
    return error.value.extra["errors"]


def test_a_reload_tells_what_it_changes_to_people_and_to_the_ledger(house):
    """Every change in full in the answer; ids alone on the ledger; a dry run tells the same and changes nothing."""
    edit_rule(house.home, "channel-missing", "status: shadow", "status: enforce")
    edit_rule(house.home, "authority-or-lawyer-named", "effect: review", "effect: flag")
    edit(policy(house.home), "alpha: 0.05", "alpha: 0.08")
    before = pointer_now(house).release
    tried = reload(house, "ann", dry_run=True)
    assert (tried["changed"], tried["dry_run"], pointer_now(house).release) == (False, True, before)
    done = reload(house, "ann", accept_none=True)
    assert (done["changed"], done["proposal"], done["left_behind"]) == (True, None, [])
    (one,) = done["workflows"]
    assert one["changes"] == tried["workflows"][0]["changes"]
    assert {(each["kind"], each["rule"]) for each in one["changes"]} == {
        ("promoted", "channel-missing"),
        ("effect", "authority-or-lawyer-named"),
    }
    assert [(each["what"], each["direction"]) for each in one["policy_changes"]] == [("guarantee.alpha", "loosens")]
    assert (one["before"]["release"], one["release"]) == (before, pointer_now(house).release)
    (body,) = records(house, "rules.reloaded")
    assert (body["by"], body["before"]) == ("ann", before)
    assert body["changes"] == {
        "added": [],
        "removed": [],
        "changed": ["authority-or-lawyer-named"],
        "promoted": {"channel-missing": "shadow → enforce"},
        "demoted": {},
        "parts": [],
        "loosened": ["authority-or-lawyer-named", "guarantee.alpha"],
        "policy": ["guarantee.alpha"],
    }
    assert reload(house, "ann")["changed"] is False


def test_each_rule_set_is_compiled_once(house, monkeypatch):
    """Check, diff and reload of the same files share one compilation, and what is staged is that one."""
    made: list[int] = []

    def counted(*given):
        made.append(1)
        return compile_rules(*given)

    monkeypatch.setattr("service.usecases.rule_files.compile_rules", counted)
    house.shelf.open(pointer_now(house).release)
    made.clear()
    edit_rule(house.home, "press", "effect: review", "effect: block")
    assert check(house) == []
    assert diff(house)["workflows"][0]["workflow"] == NAME
    reload(house, "ann")
    assert len(made) == 1


def test_a_half_written_file_leaves_the_old_set_serving(house):
    """A cut off rule file refuses the reload with its place; requests are ruled as before."""
    path = pack(house.home) / "crime.rule.yaml"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    errors = refused(house)
    assert {error["file"] for error in errors} == {f"packs/{NAME}/crime.rule.yaml"}
    assert check(house) == errors
    assert asked(house, THREAT)["outcome"] == "block"


def test_a_rule_in_force_is_not_lost_with_its_file(house):
    """Deleting a file refuses the reload, naming each rule and where it stood; it takes `allow_removal`."""
    path = pack(house.home) / "crime.rule.yaml"
    lines = path.read_text().splitlines()
    path.unlink()
    errors = refused(house)
    assert len(errors) == sum(line.startswith("- id:") for line in lines)
    assert [lines[error["line"] - 1].removeprefix("- id: ") for error in errors] == [
        error["message"].split("`")[1] for error in errors
    ]
    assert "--allow-removal" in errors[0]["remedy"]
    assert "threat-to-staff" in diff(house)["workflows"][0]["removed"]
    assert asked(house, THREAT)["outcome"] == "block"


def test_a_rule_that_has_no_effect_may_go(house):
    """One in shadow is taken away without a word; one in force with `allow_removal`."""
    drop_rule(house.home, "channel-missing")
    assert reload(house, "ann")["changed"]
    drop_rule(house.home, "press")
    refused(house)
    assert reload(house, "ann", allow_removal=True)["changed"]
    assert rule_now(house, "press") is None
    assert [body["changes"]["removed"] for body in records(house, "rules.reloaded")] == [["channel-missing"], ["press"]]


def test_no_certificate_is_lost_by_accident(house):
    """A promise that the cases cannot bear refuses the reload and names the way out; a dry run tells it, start and
    watch leave it alone. Where people decide everything already there is nothing to lose."""
    edit(policy(house.home), "alpha: 0.05", "alpha: 0.0001")
    before = pointer_now(house).release
    assert reload(house, "ann", dry_run=True)["workflows"][0]["refusal"] is not None
    with pytest.raises(LosesAutomation, match=f"{NAME} would have no certificate") as refusal:
        reload(house, "ann")
    assert "--accept-none" in refusal.value.remedy
    assert "accept_no_automation" in refusal.value.remedy
    with capture_logs() as logs:
        assert take_over(house, "start"), "watching would try it again and again"
    assert NAME in next(each["detail"] for each in logs if each["event"].startswith("rules_left_to_a_person"))
    assert pointer_now(house).release == before
    assert reload(house, "ann", accept_none=True)["workflows"][0]["certificate"] is None
    edit(policy(house.home), "alpha: 0.0001", "alpha: 0.0002")
    assert reload(house, "ann")["changed"]


def test_a_pack_taken_out_of_the_policy_takes_no_rule_along(house):
    """The guard is of what answers, whichever file made it disappear."""
    other = house.home / "packs" / "other"
    other.mkdir()
    (other / "pack.yaml").write_text("apiVersion: signoff/rules/v1\npack: {id: other, owner: a, title: b}\n")
    (other / "one.rule.yaml").write_text(
        "- {id: one, title: One, status: draft, severity: low, effect: flag, reason_code: A-1, reason: a, "
        'when: {all: ["amount > 1.0"]}}\n'
    )
    edit(policy(house.home), f"packs: [{NAME}]", "packs: [other]")
    assert len(refused(house)) > 10


def test_golden_requests_refuse_a_reload(house):
    """A change that lets a golden request through is refused, though every rule's own tests pass."""
    golden = policy(house.home).with_name("golden.jsonl")
    golden.write_text(f'{{"name": "threat", "text": "{THREAT}", "effect": "block", "rules": ["threat-to-staff"]}}\n')
    assert check(house) == []
    edit_rule(house.home, "threat-to-staff", "effect: block", "effect: review")
    errors = refused(house)
    assert [(error["file"], error["line"]) for error in errors] == [(f"workflows/{NAME}/golden.jsonl", 1)]
    assert "the effect is review, not block" in errors[0]["message"]
    edit_rule(house.home, "threat-to-staff", "effect: review", "effect: block")
    golden.write_text('{"name": "fine", "text": "hello", "effect": "block"}\n')
    assert "golden" in refused(house)[0]["file"], "golden requests count for files that did not change, too"


def test_a_swapped_link_is_a_reload(house):
    """As a mounted ConfigMap changes: the folder is a link that is pointed elsewhere in one step."""
    folder = pack(house.home)
    first, second = folder.with_name(".v1"), folder.with_name(".v2")
    folder.rename(first)
    second.mkdir()
    for path in first.iterdir():
        if path.is_file():
            (second / path.name).write_bytes(path.read_bytes())
    folder.symlink_to(first.name)
    assert reload(house, "ann")["changed"] is False
    link = folder.with_name(".next")
    link.symlink_to(second.name)
    link.replace(folder)
    edit_rule(house.home, "threat-to-staff", "reason_code: SAFE-01", "reason_code: SAFE-09")
    assert reload(house, "ann")["changed"] is True
    assert asked(house, THREAT)["rules"]["findings"][0]["reason_code"] == "SAFE-09"


def test_two_reloads_at_once_settle(house, monkeypatch):
    """Both stage on the same base; the second finds that nothing is left to change."""
    edit(policy(house.home), "sla_hours: 24", "sla_hours: 12")
    meet = threading.Barrier(2, timeout=60)
    real, waited = stage_release.stage, threading.local()

    def stage_together(*arguments, **named):
        staged = real(*arguments, **named)
        if not getattr(waited, "once", False):
            waited.once = True
            meet.wait()
        return staged

    monkeypatch.setattr("service.usecases.reload_rules.stage", stage_together)
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(reload(house, "ann"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report["changed"] for report in reports) == [False, True]
    assert house.shelf.open(pointer_now(house).release).workflow.queue.sla_hours == 12
    with house.store.read() as connection:
        assert len(pointers.release_history(connection, NAME)) == 2
