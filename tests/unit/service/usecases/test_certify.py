"""Certifying anew after a change of rules: the same certificate to the last bit, without encoding anything again."""

from __future__ import annotations

import dataclasses
import time

import pytest

from index.latest import Latest
from rules.compile import compile_rules
from rules.normalize import normalize
from rules.reading.reader import read_pack
from service.domain.types import Certificate, Guarantee, LabelGroup, Outcome
from service.settings import Settings
from service.store import pointers
from service.usecases.certify import certify, walk
from service.usecases.consider import Rooms, Stopwatch, rooms_at
from service.usecases.house import open_house
from service.usecases.stage_release import calibration_bytes, calibration_cases, current_parts, stage

NAME = "retail-banking"


@pytest.fixture(scope="module")
def house(starter):
    """Read only, so that what is thought of the cases is worked out once for all tests."""
    opened = open_house(Settings(home=starter))
    yield opened
    opened.close()


def active(house):
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
        assert pointer is not None
        row = pointers.release(connection, pointer.release)
        assert row is not None
        return house.shelf.open(pointer.release), current_parts(connection, row), pointer.document_sequence


def test_what_is_remembered_gives_the_same_certificate(house):
    """Known from before, warm, and by a house that has to work it out: equal in every field, and quick once warm."""
    release, parts, sequence = active(house)
    cases = calibration_cases(parts.calibration)
    known = certify(house, release, cases, sequence, parts.sample)
    begun = time.thread_time()
    warm = certify(house, release, cases, sequence, parts.sample)
    seconds = time.thread_time() - begun
    other = dataclasses.replace(open_house(house.settings), opinions=Latest(8_192), readings=Latest(8_192))
    try:
        apart = certify(other, other.shelf.open(release.id), cases, sequence, parts.sample)
    finally:
        other.close()
    assert known == warm == apart == release.certificate
    assert len(cases) > 400
    assert seconds < 2  # of processor; a fraction of this where nobody else wants it


def test_a_change_of_rules_asks_nobody_again(house, monkeypatch):
    """Staging other rules works out no opinion that was worked out before."""
    _, parts, _ = active(house)
    stage(house, parts, "tests", "warm")
    asked = count(monkeypatch, "find")
    edited = parts.rules.replace(b"Regulator, ombudsman or lawyer named", b"Regulator, ombudsman or lawyer told")
    assert edited != parts.rules
    assert stage(house, dataclasses.replace(parts, rules=edited), "tests", "edited").release.certificate is not None
    assert asked == []
    wider = house.settings.model_copy(update={"evidence_k": 6})
    stage(dataclasses.replace(house, settings=wider), parts, "tests", "another route")
    assert asked


def count(monkeypatch, room):
    """The texts that a room is asked about from now on."""
    asked: list[str] = []
    original = getattr(Rooms, room)

    def counted(self, *arguments):
        asked.extend(each for each in arguments if isinstance(each, str))
        return original(self, *arguments)

    monkeypatch.setattr(Rooms, room, counted)
    return asked


def test_a_change_of_documents_encodes_nothing_again(house, monkeypatch):
    """With one document less, every case is searched anew; what the encoder and the classifier made of it stands."""
    release, parts, sequence = active(house)
    cases = calibration_cases(parts.calibration)[:40]
    certify(house, release, cases, sequence, parts.sample)
    read, found = count(monkeypatch, "read"), count(monkeypatch, "find")
    now = house.clock()
    gone = min(house.register.at((NAME,), sequence).each_key())
    versions = [each for each in house.register.at((NAME,), sequence).all() if each.key != gone]
    view = house.views.over(release, [each.key for each in versions])
    rooms = dataclasses.replace(rooms_at(house, release, sequence, now), view=lambda: view)
    allowed = house.allowed.of(versions, frozenset(), now, {})
    considered = list(walk(house, cases, rooms, lambda narrow: allowed, now, certificate=release.certificate))
    assert len(considered) == len(cases)
    assert read == []
    assert set(found) == {normalize(case.text).clean for case in cases}
    assert all(evidence.key != gone for each in considered for evidence in each.evidence)


def test_cases_that_are_read_together_come_out_as_alone(house):
    """What is thought of a case does not depend on which others there are: not one bit of it, in any order."""
    release, parts, sequence = active(house)
    cases = calibration_cases(parts.calibration)[:60]
    now = house.clock()
    forgetful = dataclasses.replace(house, opinions=Latest(0), readings=Latest(0))
    rooms = rooms_at(house, release, sequence, now)
    allowed = house.allowed.get(release.workflow.collections, sequence, frozenset(), now, {})
    found = list(walk(forgetful, [*cases, *cases[::-1]], rooms, lambda narrow: allowed, now))
    for case, each, again in zip(cases, found, found[::-1], strict=False):
        alone = rooms.opinion(normalize(case.text).clean, case.attributes, allowed, Stopwatch())
        assert each.opinion is not None
        assert again.opinion is not None
        for one in (each.opinion, again.opinion):
            assert (one.evidence, one.verdict) == (alone.evidence, alone.verdict)
            assert one.windows.vectors.tobytes() == alone.windows.vectors.tobytes()
            assert one.windows.pooled.tobytes() == alone.windows.pooled.tobytes()


def test_a_part_that_fails_stops_the_certificate(house, monkeypatch):
    """A case that could not be worked out must not pass for one that people would have got."""
    release, parts, sequence = active(house)

    def find(self, *arguments):
        raise RuntimeError("no index")

    monkeypatch.setattr(Rooms, "find", find)
    forgetful = dataclasses.replace(house, opinions=Latest(8))
    with pytest.raises(RuntimeError, match="no index"):
        certify(forgetful, release, calibration_cases(parts.calibration), sequence, parts.sample)


WATCHED = {
    "watched/pack.yaml": b"""\
apiVersion: signoff/rules/v1
pack: {id: watched, owner: tests, title: Holds every card}
matchers: {card: {phrases: [card]}}
""",
    "watched/all.rule.yaml": b"""\
- id: every-card
  title: Holds every request about a card
  status: enforce
  severity: low
  effect: review
  reason_code: T-1
  reason: about a card
  when: {all: [matched('card')]}
  tests: [{name: hit, text: my card, expect: match}, {name: miss, text: cash, expect: no_match}]
""",
}


def test_a_rule_that_is_off_is_left_out(house):
    """Without the rule that holds every card, more cases are decided automatically than with it."""
    release, parts, sequence = active(house)
    lax = dataclasses.replace(release.workflow, guarantee=Guarantee(0.9, 0.1))
    ruleset = compile_rules([read_pack(WATCHED)], release.ruleset.schema)
    release = dataclasses.replace(release, workflow=lax, ruleset=ruleset)
    cases = calibration_cases(parts.calibration)
    held = certify(house, release, cases, sequence, parts.sample)
    without = certify(house, release, cases, sequence, parts.sample, off=frozenset({"every-card"}))
    assert without.accepted > held.accepted


def test_the_right_label_with_the_wrong_outcome_is_wrong(house):
    """Where people decided otherwise than the label settles, the automatic outcome would have been an error; what they
    decided is kept with the cases."""
    release, parts, sequence = active(house)
    cases = calibration_cases(parts.calibration)
    lax = dataclasses.replace(release.workflow, guarantee=Guarantee(0.9, 0.1))
    release = dataclasses.replace(release, workflow=lax)

    def errors(outcome):
        said = [dataclasses.replace(case, outcome=outcome) for case in cases]
        assert calibration_cases(calibration_bytes(said)) == said
        found = certify(house, release, said, sequence, parts.sample, again=loose)
        return found.errors if isinstance(found, Certificate) else found.accepted

    loose = dataclasses.replace(release.certificate, alpha=0.9, threshold=0.0, level=None)
    blocks = {label.id for label in lax.labels if label.automatic and label.outcome is Outcome.BLOCK}
    assert blocks
    usual = certify(house, release, cases, sequence, parts.sample, again=loose)
    assert isinstance(usual, Certificate)
    assert errors("block") > usual.errors
    assert errors("allow") > usual.errors
    assert errors(None) == usual.errors


def test_groups_of_labels_are_certified_each_by_itself(house):
    """Each group's promise has a threshold of its own; tried again on the same route they hold as they are."""
    release, parts, sequence = active(house)
    labels = [label.id for label in release.workflow.labels if label.automatic]
    asked = Guarantee(0.5, 0.1, (LabelGroup("first", tuple(labels[:4]), 0.4),))
    release = dataclasses.replace(release, workflow=dataclasses.replace(release.workflow, guarantee=asked))
    cases = calibration_cases(parts.calibration)
    found = certify(house, release, cases, sequence, "drawn", use=2)
    assert isinstance(found, Certificate)
    assert [bound.group for bound in found.bounds] == ["first", ""]
    assert found.use == 2
    assert found.level == pytest.approx(0.1 / 6)
    assert found.accepted == sum(bound.accepted for bound in found.bounds)
    assert found.threshold_for(labels[:1]) == found.bounds[0].threshold
    assert found.threshold_for(labels[4:5]) == found.bounds[1].threshold
    assert certify(house, release, cases, sequence, "drawn", again=found) == found


def test_a_certificate_tried_again_grants_nothing_looser(house):
    """A release decides by the threshold it has, so that is the one whose counts are told."""
    release, parts, sequence = active(house)
    cases = calibration_cases(parts.calibration)
    strict = dataclasses.replace(release.certificate, threshold=0.99, accepted=0, errors=0)
    found = certify(house, release, cases, sequence, parts.sample, again=strict)
    assert isinstance(found, Certificate)
    assert found.threshold == 0.99
    assert 0 < found.accepted < release.certificate.accepted
