"""Live traffic is looked at: what moved is told, what alarms goes to people, until one of them or a look says well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from service.domain.access import ROLES, Principal
from service.domain.types import OnDrift, Outcome, Reference
from service.errors import Conflict, NotFound
from service.usecases import alarms, halt, watch_chores
from service.usecases.watch_chores import WatchChores
from service.usecases.watch_pause import resume
from service.usecases.watch_traffic import due, latest, look
from tests.unit.service.usecases.traffic import KIOSK, OLGA, OTHERS, usual

BEN = Principal("k8", "Ben", ROLES["operations"])


def texts(number, seed=1):
    return [text for text, _ in usual(number, seed)]


def reasons(kiosk):
    (answer,) = kiosk.send([usual(1, 9)[0][0]])
    return answer["state"], set(answer["reasons"]) - {"random_check"}


def signal(report, name, measure):
    return next(each for each in report["signals"] if (each["name"], each["measure"]) == (name, measure))


def test_the_same_kind_of_traffic_is_quiet(kiosk):
    """Nothing moved, nobody is alarmed, and automation goes on."""
    answers = kiosk.send(texts(80))
    kiosk.check(answers)
    report = look(kiosk.house, KIOSK)
    assert report["enough"]
    assert (report["decisions"], report["compared_with"]["cases"]) == (80, 120)
    assert not any(each["alarming"] for each in report["signals"]), report["signals"]
    assert (report["alarms"], report["alarming"], report["paused"]) == ([], False, False)
    (promise, _) = report["live_error"]
    assert 30 <= promise["checked"] <= 40
    assert (promise["wrong"], promise["low"], promise["waiting"]) == (0, 0.0, 0)
    assert 0.8 < report["automation"]["now"] <= 1
    assert alarms.page(kiosk.house) == []
    assert reasons(kiosk) == ("final", set())


def test_other_requests_alarm_and_go_to_people(kiosk):
    """Telling which ones, on the ledger and as an alarm; from the next request on people decide."""
    kiosk.send([*texts(50), *OTHERS])
    assert reasons(kiosk) == ("final", set())
    report = look(kiosk.house, KIOSK)
    assert signal(report, "energy", "psi")["alarming"]
    assert signal(report, "requests", "two_sample")["alarming"]
    assert [each["kind"] for each in report["alarms"]] == ["drift"]
    assert len(report["unlike"]) == 20
    assert report["paused"]
    (alarm,) = alarms.page(kiosk.house)
    assert (alarm["kind"], alarm["workflow"]) == ("drift", KIOSK)
    assert 0.2 < alarm["seen"]["share"] <= 1
    assert len(kiosk.told("watch.alarm_raised")) == 1
    assert kiosk.told("watch.paused") == [{"workflow": KIOSK}]
    assert reasons(kiosk) == ("waiting", {"degraded"})


def test_where_the_policy_only_tells_automation_goes_on(kiosk):
    """The alarm is raised all the same, once for as long as it lasts."""
    kiosk.under(on_alarm=OnDrift.TELL)
    kiosk.send([*texts(50), *OTHERS])
    look(kiosk.house, KIOSK)
    assert not look(kiosk.house, KIOSK)["paused"]
    assert len(alarms.page(kiosk.house)) == 1
    alarms.acknowledge(kiosk.house, "Ben", alarms.page(kiosk.house)[0]["id"])
    look(kiosk.house, KIOSK)
    assert alarms.page(kiosk.house) == []
    assert len(kiosk.told("watch.alarm_raised")) == 1


def test_a_person_lets_it_go_on(kiosk):
    """From then on only what comes afterwards counts; what alarmed is no reason any more."""
    kiosk.send([*texts(50), *OTHERS])
    look(kiosk.house, KIOSK)
    kiosk.later(0.5)
    resume(kiosk.house, OLGA, KIOSK)
    assert reasons(kiosk) == ("final", set())
    assert kiosk.told("watch.resumed") == [{"workflow": KIOSK, "by": "Olga"}]
    kiosk.later(0.5)
    kiosk.send(texts(60, 2))
    report = look(kiosk.house, KIOSK)
    assert report["decisions"] == 61
    assert not report["paused"]
    with pytest.raises(Conflict):
        resume(kiosk.house, OLGA, KIOSK)


def test_the_general_resume_lets_it_go_on_as_well(kiosk):
    """Whoever says that a workflow is to decide again means it."""
    kiosk.send([*texts(50), *OTHERS])
    look(kiosk.house, KIOSK)
    halt.resume(kiosk.house, BEN, KIOSK)
    assert reasons(kiosk) == ("final", set())


def test_a_quiet_look_lets_it_go_on(kiosk):
    """Held requests are looked at as if nothing held them; a look at too few says nothing, and ends nothing."""
    kiosk.send([*texts(50), *OTHERS])
    look(kiosk.house, KIOSK)
    kiosk.later(40)
    kiosk.send(texts(10, 2))
    assert look(kiosk.house, KIOSK)["paused"]
    held = kiosk.send(texts(60, 3))
    assert {each["state"] for each in held} == {"waiting"}
    kiosk.check(held)
    report = look(kiosk.house, KIOSK)
    assert (report["alarms"], report["paused"]) == ([], False)
    assert report["live_error"][0]["checked"] >= 25
    assert report["automation"]["now"] > 0.8
    assert kiosk.told("watch.resumed")[-1]["by"] == "watch"
    assert alarms.page(kiosk.house) == []
    assert kiosk.told("rules.alarm_ended")[-1]["kind"] == "drift"
    kiosk.send([*OTHERS, *OTHERS])
    look(kiosk.house, KIOSK)
    (again,) = alarms.page(kiosk.house)
    assert (again["kind"], again["ended_by"]) == ("drift", None)


def test_a_broken_promise_alarms_whatever_else_is_well(kiosk):
    """By blind checks of what was drawn: the lower end of the interval is above alpha."""
    answers = kiosk.send(texts(60))
    kiosk.check(answers[:40], "repair")
    report = look(kiosk.house, KIOSK)
    promise = report["live_error"][0]
    assert promise["low"] > promise["alpha"] == 0.2
    assert promise["broken"]
    assert promise["waiting"] == 10
    assert "live_error" in [each["kind"] for each in report["alarms"]]
    assert report["paused"]


def test_an_outcome_that_people_overturn_is_an_error(kiosk):
    """Though they give the label that the model gave; what they let stand is none."""
    answers = kiosk.send(texts(60))
    kiosk.check(answers[:20], outcome=Outcome.BLOCK)
    kiosk.check(answers[20:])
    promise = look(kiosk.house, KIOSK)["live_error"][0]
    assert (promise["checked"], promise["wrong"]) == (30, 10)


def test_a_slice_that_fares_worse_is_named(kiosk):
    """The model is wrong for those who ask by the app; elsewhere it is right."""
    web, app = kiosk.send(texts(90, 2), channel="web"), kiosk.send(texts(50, 4), channel="app")
    kiosk.check(web)
    kiosk.check(app[:40], "repair")
    kiosk.check(app[40:])
    report = look(kiosk.house, KIOSK)
    worse = [each for each in report["slices"]["errors"] if each["worse"]]
    assert [(each["attribute"], each["value"]) for each in worse] == [("channel", "app")]
    assert "channel app" in next(each["says"] for each in report["alarms"] if each["kind"] == "slices")
    reviewed = {each["value"] for each in report["slices"]["reviews"]}
    assert reviewed == {"app", "web"}


def test_the_first_weeks_may_be_what_it_is_compared_with(kiosk):
    """Where the calibration cases are not the workflow's own traffic."""
    kiosk.under(compare_with=Reference.FIRST_WEEKS)
    kiosk.send(texts(60))
    kiosk.later(20)
    kiosk.send([*texts(50, 2), *OTHERS])
    report = look(kiosk.house, KIOSK)
    assert (report["compared_with"]["cases"], report["decisions"]) == (60, 98)
    assert "first two weeks" in report["compared_with"]["words"]
    assert [each["kind"] for each in report["alarms"]] == ["drift"]


def test_looks_are_due_by_the_policy(kiosk):
    """Once there is enough to look at, then every so many days as long as anything is decided."""
    assert due(kiosk.house) == []
    kiosk.send(texts(40))
    assert due(kiosk.house) == [KIOSK]
    chores = WatchChores(kiosk.house)
    go_round(chores, first_of_all=True)  # not right after the start
    with pytest.raises(NotFound, match="nobody has looked"):
        latest(kiosk.house, KIOSK)
    chores._due = 0.0
    kiosk.later(0.01)
    go_round(chores, first_of_all=False)
    assert due(kiosk.house) == [KIOSK]
    go_round(chores, first_of_all=True)
    assert latest(kiosk.house, KIOSK)["decisions"] == 40
    assert due(kiosk.house) == []
    kiosk.later(1.1)
    assert due(kiosk.house) == []
    kiosk.send(texts(1))
    assert due(kiosk.house) == [KIOSK]


def go_round(chores, *, first_of_all):
    """On a thread of its own, as in service: it gives way to requests from then on."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(chores.round, first_of_all=first_of_all).result()


def test_one_that_cannot_be_looked_at_is_tried_again_later(kiosk, monkeypatch):
    """It is told in the log, and holds up nothing else."""
    kiosk.send(texts(40))
    tries = []

    def fails(_house, workflow):
        tries.append(workflow)
        raise RuntimeError("a disk")

    monkeypatch.setattr(watch_chores, "look", fails)
    chores = WatchChores(kiosk.house)
    for _ in range(2):
        chores._due = 0.0
        with capture_logs() as logs:
            go_round(chores, first_of_all=True)
    assert tries == [KIOSK]
    assert logs == []


def test_a_look_goes_back_as_far_as_it_is_told(kiosk):
    """And shows the figures of the looks before it."""
    kiosk.send(texts(40))
    look(kiosk.house, KIOSK)
    kiosk.later(10)
    kiosk.send(texts(45, 2))
    assert look(kiosk.house, KIOSK, days=5)["decisions"] == 45
    report = look(kiosk.house, KIOSK)
    assert report["decisions"] == 85
    assert [each["decisions"] for each in report["history"]] == [40, 45, 85]
    with pytest.raises(NotFound, match="no workflow"):
        look(kiosk.house, "none")


def test_no_word_of_a_request_is_written_down(kiosk):
    """Neither texts nor attribute values that may name somebody."""
    kiosk.send([*texts(50), *OTHERS], channel="app")
    report = str(look(kiosk.house, KIOSK))
    assert not any(word in report for word in ("volcano", "sonnet", "kettle", "bicycle"))
