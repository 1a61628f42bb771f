"""Whatever makes a release answer: automation that there is does not end unless somebody says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from service.errors import LosesAutomation
from service.settings import Settings
from service.store import alarms, pointers
from service.usecases.establish import establish
from service.usecases.house import open_house
from service.usecases.rebuild_snapshot import rebuild
from service.usecases.recheck_documents import recheck
from service.usecases.reload_rules import reload
from service.usecases.rollback_rules import rollback
from service.usecases.stage_release import activate, current_parts, stage
from tests.unit.service.usecases.edits import NAME, edit, pointer_now, policy, records

PROMISE = "alpha: 0.05"
TOO_MUCH = "alpha: 0.0001"


def parts_now(house):
    with house.store.read() as connection:
        row = pointers.release(connection, pointer_now(house).release)
        assert row is not None
        return current_parts(connection, row)


def test_fitting_anew_keeps_it(house):
    """A refit takes the files over, and so could take the certificate away; who means it says so, and the log does."""
    edit(policy(house.home), PROMISE, TOO_MUCH)
    before = pointer_now(house).release
    with pytest.raises(LosesAutomation, match=f"{NAME} would have no certificate") as refusal:
        establish(house, NAME, "ann", "refit")
    assert "--accept-none" in refusal.value.remedy
    assert pointer_now(house).release == before
    with capture_logs() as logs:
        made = establish(house, NAME, "ann", "refit", accept_none=True).release
    assert (pointer_now(house).release, made.certificate) == (made.id, None)
    assert [each["workflow"] for each in logs if each["event"] == "automation_ended"] == [NAME]


def test_going_back_keeps_it(house):
    """An earlier release that had no certificate does not come back unasked."""
    edit(policy(house.home), PROMISE, TOO_MUCH)
    reload(house, "ann", accept_none=True)
    bare = pointer_now(house).release
    edit(policy(house.home), TOO_MUCH, "alpha: 0.06")
    reload(house, "ann")
    before = pointer_now(house)
    with pytest.raises(LosesAutomation):
        rollback(house, "ben", NAME, bare, "a test")
    assert pointer_now(house) == before
    (one,) = rollback(house, "ben", NAME, bare, "a test", accept_none=True)["workflows"]
    assert (one["release"], one["certificate"]) == (bare, None)


def test_every_way_to_answer_passes_the_guard(house):
    """It stands where releases begin to answer, so a way that forgets it does not exist; and what has no certificate
    loses none."""
    parts = parts_now(house)
    bad = parts.policy.replace(PROMISE.encode(), TOO_MUCH.encode())
    assert bad != parts.policy

    def staged():
        return stage(house, replace(parts_now(house), policy=bad), "ann", "a test")

    with pytest.raises(LosesAutomation):
        activate(house, [staged()])
    activate(house, [staged()], accept_none=True)
    assert records(house, "release.activated")[-1]["certified"] is False
    activate(house, [staged()])
    (rebuilt,) = rebuild(house, NAME, "ann")
    assert pointer_now(house).release == rebuilt


def test_a_group_of_labels_keeps_it_too(house):
    """The others' certificate does not hide that these are decided by people from now on."""
    label = "card_payment_charged_twice"
    edit(policy(house.home), PROMISE, f"groups: [{{name: twice, labels: [{label}], alpha: 0.0001}}], {PROMISE}")
    with pytest.raises(LosesAutomation, match=f"no certificate for {label} and people would decide these: .+ of"):
        reload(house, "ann")
    report = reload(house, "ann", accept_none=True)["workflows"][0]
    assert report["certificate"] is not None
    establish(house, NAME, "ann", "refit")  # what is lost already is no loss


def test_other_settings_are_told_and_nothing_is_lost_by_them(house, readings):
    """A certificate of another route does not count: operations hear of it, once; a new release is not refused."""
    other = replace(open_house(Settings(home=house.home, evidence_k=3)), readings=readings)
    try:
        release = pointer_now(other).release
        with capture_logs() as logs:
            recheck(other)
            recheck(other)
        told = [each for each in logs if each["event"] == "certificate_is_of_other_settings"]
        assert [each["release"] for each in told] == [release]
        assert "evidence_k 5 → 3" in told[0]["detail"]
        with other.store.read() as connection:
            (alarm,) = alarms.open_of(connection, NAME, ["certificate"])
        assert alarm.release == release
        assert [body["release"] for body in records(other, "certificate.paused")] == [release]
        edit(policy(other.home), PROMISE, TOO_MUCH)
        assert reload(other, "ann")["changed"]
    finally:
        other.close()
