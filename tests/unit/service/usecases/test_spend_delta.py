"""Delta is spent by trying, before anybody knows what comes of it."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from service.domain.types import Certificate
from service.learn.binomial import spent
from service.store import calibration_uses, pointers, tables_learning
from service.usecases import stage_release
from service.usecases.examples import CALIBRATION, Example
from service.usecases.spend_delta import spend
from service.usecases.stage_release import calibration_bytes, calibration_cases, current_parts, stage

NAME = "retail-banking"
CASES = [Example(text, "fees", CALIBRATION) for text in ("one", "two", "three")]


def tried(desk, calibration, head, cases, workflow="w"):
    row = {"calibration": calibration.ljust(64, "0"), "head": head.ljust(64, "0"), "workflow": workflow}
    return spend(desk.house, row, cases)


def test_another_head_on_the_same_cases_is_a_further_use(desk):
    """And the same one is not, whatever else of its release changed."""
    assert tried(desk, "c1", "h1", CASES) == 1
    assert tried(desk, "c1", "h2", CASES) == 2
    assert tried(desk, "c1", "h1", CASES) == 1


def test_cases_are_the_same_by_where_their_label_was_given(desk):
    """Of the file by their words; of people's labels each by itself, as two customers may write the same."""
    assert tried(desk, "c1", "h1", CASES) == 1
    assert tried(desk, "c2", "h2", [Example("  ONE! ", "fees", CALIBRATION)]) == 2
    live = [Example("one", "fees", CALIBRATION, origin="exa_1")]
    assert tried(desk, "c3", "h3", live) == 1
    assert tried(desk, "c4", "h4", [*live, Example("four", "fees", CALIBRATION, origin="exa_2")]) == 2


def test_workflows_do_not_spend_each_others_delta(desk):
    """The same words in two workflows are two cases."""
    assert tried(desk, "c1", "h1", CASES, "w") == 1
    assert tried(desk, "c2", "h1", CASES, "v") == 1


def test_no_words_are_kept(desk):
    """Keyed digests tell cases apart, and say nothing to whoever lacks the key."""
    tried(desk, "c1", "h1", CASES)
    with desk.house.store.read() as connection:
        (row,) = connection.execute(sa.select(tables_learning.calibration_uses)).all()
    assert len(row.cases) == 3
    assert all(len(case) == 16 and int(case, 16) >= 0 for case in row.cases)


def parts_now(house):
    with house.store.read() as connection:
        found = pointers.pointer(connection, NAME)
        assert found is not None
        row = pointers.release(connection, found.release)
        assert row is not None
        return row, current_parts(connection, row)


def test_the_first_model_is_tested_at_half_of_delta(house):
    """Its certificate says so, and staging it again with other rules is the same use."""
    row, parts = parts_now(house)
    edited = parts.rules.replace(b"Regulator, ombudsman or lawyer named", b"Regulator, ombudsman or lawyer told")
    assert edited != parts.rules
    again = stage(house, dataclasses.replace(parts, rules=edited), "tests", "other rules").release
    for certificate in (Certificate.from_json(row["certificate"]), again.certificate):
        assert certificate is not None
        assert (certificate.use, certificate.level) == (1, spent(certificate.delta, 1))


def test_a_try_is_on_record_before_its_result(house, monkeypatch):
    """Whoever pulls the plug while it is certified has spent a use all the same."""
    row, parts = parts_now(house)
    fewer = calibration_bytes(calibration_cases(parts.calibration)[:-1])

    def pull(*arguments, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(stage_release, "certify", pull)
    with pytest.raises(KeyboardInterrupt):
        stage(house, dataclasses.replace(parts, calibration=fewer), "tests", "fewer cases")
    monkeypatch.undo()
    staged = stage(house, dataclasses.replace(parts, calibration=fewer), "tests", "fewer cases").release
    with house.store.read() as connection:
        assert calibration_uses.use_of(connection, staged.row["calibration"], row["head"]) == 2
    told = staged.certificate or staged.refusal
    assert told is not None
    assert told.use == 2
    assert told.level == pytest.approx(told.delta / 6)


def test_cases_with_several_labels_and_where_they_come_from_survive():
    """What is stored is read back the same; a plain case is stored as it always was."""
    cases = [
        Example("a", "x", CALIBRATION, labels=("x", "y"), origin="exa_1"),
        Example("b", None, CALIBRATION, origin="exa_2"),
        Example("c", "x", CALIBRATION, {"amount": 2.5}),
    ]
    assert calibration_cases(calibration_bytes(cases)) == cases
    assert calibration_bytes(cases[2:]) == b'{"text": "c", "label": "x", "attributes": {"amount": 2.5}}\n'
