"""After documents change the certificate is tried again; while it fails, people decide everything."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from service.domain.access import ROLES, Principal
from service.domain.types import Certificate, Refusal
from service.store import document_checks, ledger, pointers
from service.usecases import alarms, disable_rule, recheck_documents
from service.usecases import certify as certifying
from service.usecases import document_checks as checks
from service.usecases.document_checks import Tried
from service.usecases.make_decision import Ask, decide
from service.usecases.publish_document import approve, retire, save_draft, submit
from service.usecases.recheck_documents import certificate_stands, recheck
from service.usecases.snapshots import SnapshotLost
from service.usecases.trace_decision import trace
from tests.house import moved_by
from tests.unit.service.usecases.edits import records

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["operations"])
BEN = Principal("k2", "Ben", ROLES["operations"])
CLEAR = "I was charged twice for the same card payment yesterday, please refund me."
PARKING = {"collection": NAME, "id": "parking", "title": "Parking", "text": "Park behind the branch."}


@dataclass
class Trial:
    """What certifying comes to, and with which documents it was asked."""

    holds: bool = True
    sequences: list[int] = field(default_factory=list)


@pytest.fixture
def trial(monkeypatch):
    """Certificates are tried in no time, and come out as the test wants it."""
    outcome = Trial()

    def certify(house, release, cases, sequence, sample, *, off=(), again=None):
        outcome.sequences.append(sequence)
        if outcome.holds:
            return Certificate(0.05, 0.1, 460, 400, 3, release.certificate.threshold)
        return Refusal(0.05, 0.1, 460, 400, 0, "too many errors")

    monkeypatch.setattr(recheck_documents, "certify", certify)
    return outcome


@pytest.fixture
def attended(house):
    """A house with a steward, as a serving process is."""
    house.shelf.attend(True)
    yield house
    house.shelf.attend(False)


def pointer_of(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
    assert found is not None
    house.shelf.open(found.release)
    return found


def publish(house, document=PARKING):
    version = submit(house, ANN, document)["version"]
    approve(house, BEN, document["collection"], document["id"], version)


def state(house):
    pointer = pointer_of(house)
    return house.checks.state(pointer, house.shelf.open(pointer.release), house.clock())


def asked(house):
    """How a clear request comes out."""
    made = json.loads(decide(house, ANN, Ask(NAME, CLEAR)).body)
    return made["state"], made["reasons"]


def test_until_it_was_tried_the_certificate_stands(attended, trial):
    """Right after an approval decisions go on as before; the steward's round tries it, once."""
    assert state(attended) is Tried.HOLDS
    publish(attended)
    assert state(attended) is Tried.DUE
    assert asked(attended) == ("final", [])
    assert recheck(attended) == {NAME: True}
    assert trial.sequences == [pointer_of(attended).document_sequence]
    assert state(attended) is Tried.HOLDS
    assert recheck(attended) == {}
    assert records(attended, "certificate.paused") == []


def test_while_it_fails_people_decide(attended, trial):
    """`no_certificate` for every request, an alarm, a record, an event; a later trial that holds resumes."""
    publish(attended)
    trial.holds = False
    recheck(attended)
    assert state(attended) is Tried.FAILS
    assert asked(attended) == ("waiting", ["no_certificate"])
    (paused,) = records(attended, "certificate.paused")
    assert (paused["workflow"], paused["accepted"], paused["cases"]) == (NAME, 400, 460)
    (alarm,) = alarms.page(attended)
    assert (alarm["kind"], alarm["workflow"], alarm["rule"]) == ("certificate", NAME, None)
    routing = trace(attended, ANN, Ask(NAME, CLEAR))["rooms"][-1]
    assert routing["result"]["threshold"] is None
    assert "not known to hold" in routing["notes"][0]
    retire(attended, BEN, NAME, "parking", 1, "no more")
    assert asked(attended) == ("waiting", ["no_certificate"]), "not before it was tried"
    trial.holds = True
    recheck(attended)
    assert asked(attended) == ("final", [])
    assert len(records(attended, "certificate.resumed")) == 1


def test_a_trial_that_does_not_come_pauses_too(attended, trial, monkeypatch):
    """What nobody tried within a minute is not known to hold."""
    publish(attended)
    assert asked(attended) == ("final", [])
    monkeypatch.setattr(checks, "GRACE", timedelta(seconds=-1))
    assert asked(attended) == ("waiting", ["no_certificate"])
    recheck(attended)
    assert asked(attended) == ("final", [])


def test_without_a_steward_whoever_decides_tries_it_first(house, trial):
    """At the command line nobody else would: nothing is decided on documents that no certificate was tried with."""
    publish(house)
    trial.holds = False
    assert asked(house) == ("waiting", ["no_certificate"])
    assert len(trial.sequences) == 1
    assert asked(house) == ("waiting", ["no_certificate"])
    assert len(trial.sequences) == 1


def test_what_no_request_can_find_is_no_change(attended, trial):
    """Drafts, submissions and other collections' documents void nothing."""
    save_draft(attended, ANN, PARKING)
    submit(attended, ANN, PARKING | {"id": "other"})
    publish(attended, PARKING | {"collection": "branches"})
    assert state(attended) is Tried.HOLDS
    assert recheck(attended) == {}


def test_a_first_day_that_comes_is_a_change(attended, trial):
    """A version approved ahead of its day is tried when it is approved, and when the day has come."""
    begin = attended.clock() + timedelta(days=1)
    publish(attended, PARKING | {"effective_from": begin.isoformat()})
    recheck(attended)
    assert state(attended) is Tried.HOLDS
    tomorrow = moved_by(attended, timedelta(days=1, minutes=1))
    assert state(tomorrow) is Tried.DUE
    assert recheck(tomorrow) == {NAME: True}
    assert state(tomorrow) is Tried.HOLDS


def test_rules_that_are_off_are_left_out_as_well(attended, trial, monkeypatch):
    """The certificate has to hold as the rules are now, and as they are once the rule is back."""
    seen: list[frozenset[str]] = []
    original = certifying.certify

    def certify(*arguments, off=(), again=None):
        seen.append(frozenset(off))
        return original(*arguments, off=off, again=again)

    monkeypatch.setattr(recheck_documents, "certify", certify)
    monkeypatch.setattr(disable_rule, "certify", original)
    release = attended.shelf.open(pointer_of(attended).release)
    rule = next(each.id for each in release.ruleset.rules if each.status == "enforce")
    disable_rule.disable(attended, "Ann", rule, timedelta(hours=1), "fires too often")
    publish(attended)
    recheck(attended)
    assert seen == [frozenset(), frozenset({rule})]


def test_a_rule_that_is_back_is_a_change(attended, trial, monkeypatch):
    """A trial that failed without a rule says nothing of the time after it: automation goes on once the rule counts."""
    monkeypatch.setattr(disable_rule, "certify", vars(recheck_documents)["certify"])
    release = attended.shelf.open(pointer_of(attended).release)
    rule = next(each.id for each in release.ruleset.rules if each.status == "enforce")
    disable_rule.disable(attended, "Ann", rule, timedelta(hours=1), "fires too often")
    assert state(attended) is Tried.DUE, "rules that are off are a change as well"
    publish(attended)
    trial.holds = False
    recheck(attended)
    assert state(attended) is Tried.FAILS
    trial.holds = True
    assert recheck(attended) == {}, "nothing has changed yet"
    disable_rule.enable(attended, "Ann", rule)
    assert state(attended) is Tried.DUE
    assert recheck(attended) == {NAME: True}
    assert asked(attended) == ("final", [])


def test_a_release_of_before_these_checks_is_tried_at_once(attended, trial):
    """No row says that its certificate holds, so it is due; it stands meanwhile."""
    pointer = replace(pointer_of(attended), checked=None)
    release = attended.shelf.open(pointer.release)
    assert attended.checks.state(pointer, release, attended.clock()) is Tried.DUE
    assert certificate_stands(attended, pointer, release, attended.clock())


def test_one_that_cannot_be_tried_leaves_the_others(attended, trial, monkeypatch):
    """What fails is logged; nothing is written, so automation pauses in time."""
    publish(attended)

    def broken(*arguments, **more):
        raise RuntimeError("no index")

    monkeypatch.setattr(recheck_documents, "certify", broken)
    with capture_logs() as logs:
        assert recheck(attended) == {}
    assert [entry["event"] for entry in logs] == ["certificate_not_rechecked"]
    with attended.store.read() as connection:
        check = document_checks.latest(connection, pointer_of(attended).release)
    assert check is not None
    assert check.sequence < pointer_of(attended).document_sequence


def test_the_ledger_says_whether_a_certificate_counted(attended, trial):
    """So that a replay knows what the decision was made under."""
    publish(attended)
    asked(attended)
    trial.holds = False
    recheck(attended)
    asked(attended)
    with attended.store.read() as connection:
        told = [json.loads(record) for _, record, _ in ledger.walk(connection)]
    assert [each["body"]["certified"] for each in told if each["kind"] == "decision.made"] == [True, False]


def test_what_was_taken_back_untried_uses_up_no_time(attended, trial, monkeypatch):
    """An approval undone before it was tried leaves nothing to try; the next one, hours later, has its full minute."""
    publish(attended)
    asked(attended)
    retire(attended, BEN, NAME, "parking", 1, "no more")
    assert asked(attended) == ("final", [])
    assert recheck(attended) == {}
    begun = time.monotonic()
    monkeypatch.setattr(checks, "time", SimpleNamespace(monotonic=lambda: begun + 3_600))
    publish(attended, PARKING | {"id": "parking-again"})
    assert state(attended) is Tried.DUE
    assert asked(attended) == ("final", [])


def test_a_lost_snapshot_is_told_by_whoever_opens_it(attended, trial, monkeypatch):
    """It is tried again every second; the log does not say so every second."""
    publish(attended)

    def lost(release):
        raise SnapshotLost("snapshot abc is gone", remedy="restore it")

    monkeypatch.setattr(attended.shelf, "open", lost)
    with capture_logs() as logs:
        assert recheck(attended) == {}
    assert logs == []
