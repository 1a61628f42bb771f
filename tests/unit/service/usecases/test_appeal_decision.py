"""An appeal: any decision that is out may be contested once by whoever asked, also a block that nobody ever saw."""

from __future__ import annotations

import json

import pytest

from service.domain.access import ROLES, Principal
from service.errors import Conflict, Erased, Forbidden, InvalidRequest, NotFound
from service.store import decisions, ledger, tables
from service.usecases import read_case, read_decision
from service.usecases.appeal_decision import appeal
from service.usecases.make_decision import Ask, decide
from tests.unit.service.usecases.case_room import ALLOW, ANN, BEN, BLOCK, LEA, SHOP, decided, told
from tests.unit.service.usecases.edits import CLEAR, NAME, THREAT

OTHER = Principal("k9", "other shop", ROLES["caller"])
AUDITOR = Principal("k8", "Aude", ROLES["auditor"])
PIGEONS = "Pigeons sat on the roof and sang of curtains."


def asked(house, text):
    return json.loads(decide(house, SHOP, Ask(NAME, text)).body)


def test_a_block_by_the_rules_that_never_had_a_case(house):
    """It stands until a person decides otherwise; then the caller hears of the correction."""
    blocked = asked(house, THREAT)
    case = appeal(house, SHOP, blocked["id"], "It is the title of a film.")["case"]
    shown = read_case.view(house, BEN, case)
    assert (shown["kind"], shown["reasons"], shown["blind"]) == ("appeal", ["appeal"], False)
    assert read_decision.view(house, SHOP, blocked["id"])["outcome"] == "block"
    assert [each["note"] for each in read_case.events(house, LEA, case)["items"] if each["note"]] == [
        "It is the title of a film."
    ]
    with house.store.read() as connection:
        record = next(row for row in ledger.about(connection, blocked["id"]) if row.kind == "decision.appealed")
    assert b"film" not in record.record
    with pytest.raises(Conflict, match=case):
        appeal(house, SHOP, blocked["id"], "Again.")
    decided(house, ANN, case, ALLOW)
    view = read_decision.view(house, SHOP, blocked["id"])
    assert (view["outcome"], view["decided_by"]) == ("allow", "reviewer")
    assert "decision.corrected" in [kind for kind, _ in told(house, case)]
    with pytest.raises(Conflict, match="decided already"):
        appeal(house, SHOP, blocked["id"], "Once more.")
    assert appeal(house, LEA, blocked["id"], "The customer rang.")["case"] != case


def test_what_a_person_decided_is_reopened(house):
    """In a case that names the one before, as a lead does it."""
    made = asked(house, PIGEONS)
    decided(house, ANN, made["case"], BLOCK)
    case = appeal(house, SHOP, made["id"], "I disagree.")["case"]
    assert read_case.view(house, LEA, case)["reopens"] == made["case"]
    assert read_case.view(house, LEA, made["case"])["state"] == "reopened"


def test_who_may_and_when(house):
    """Not what is somebody else's or waits still; not without a word of why; nothing is left of what is erased."""
    made, waiting = asked(house, CLEAR), asked(house, PIGEONS)
    with pytest.raises(NotFound):
        appeal(house, OTHER, made["id"], "No.")
    with pytest.raises(Forbidden):
        appeal(house, AUDITOR, made["id"], "No.")
    with pytest.raises(Conflict, match=waiting["case"]):
        appeal(house, SHOP, waiting["id"], "Hurry.")
    with pytest.raises(InvalidRequest):
        appeal(house, SHOP, made["id"], "  ")

    def erase(connection):
        row = decisions.get(connection, made["id"])
        assert row is not None
        gone = tables.payloads.update().where(tables.payloads.c.id.in_([row.request, row.answer]))
        connection.execute(gone.values(data=b""))

    house.store.commit(erase)
    with pytest.raises(Erased):
        appeal(house, SHOP, made["id"], "I disagree.")
