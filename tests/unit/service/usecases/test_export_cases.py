"""Cases and labels are taken out: masked, guarded, streamed, and on the ledger."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc

import pytest

from service.domain.access import ROLES, Grant, Principal, Scope
from service.domain.export import Form, What
from service.errors import Forbidden
from service.store.exports import Wanted
from service.usecases.export_cases import Export, export
from service.usecases.export_rows import CASE, written
from tests.unit.service.usecases.reply_desk import CALLER, REFUND, RITA

AUDREY = Principal("k8", "Audrey", ROLES["auditor"])


def taken(desk, asked=None, who=RITA):
    data = b"".join(export(desk.house, who, asked or Export()))
    if asked is not None and asked.form is Form.CSV:
        return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    return [json.loads(line) for line in data.splitlines()]


def test_a_case_comes_with_what_was_decided_and_without_personal_data(replies):
    """Text, note and reply masked; whoever asks is on the ledger."""
    case = replies.case()
    replies.decide(case, "We pay to GB29 NWBK 6016 1331 9268 19.")
    waiting = replies.case(f"{REFUND} Again.")
    found = {row["id"]: row for row in taken(replies)}
    row = found[case]
    assert (row["state"], row["labels"], row["outcome"], row["reviewer"]) == ("delivered", ["refund"], "allow", "Rita")
    assert (row["suggested"], row["reason_code"], row["queue"]) == ("refund", "checked", "shop")
    assert row["text"] == REFUND.replace("4111 1111 1111 1111", "•••• •••• •••• ••••")
    assert "6016" not in row["reply"]
    assert (found[waiting]["state"], found[waiting]["labels"]) == ("queued", [])
    (body,) = replies.told("data.exported")
    assert (body["by"], body["what"], body["unmasked"]) == ("Rita", "cases", False)


def test_personal_data_needs_scope_and_flag(replies):
    """One of the two is not enough, and a refusal is no export."""
    replies.case()
    with pytest.raises(Forbidden):
        export(replies.house, RITA, Export(unmasked=True))
    assert replies.told("data.exported") == []
    assert "4111" not in taken(replies, who=AUDREY)[0]["text"]
    assert taken(replies, Export(unmasked=True), AUDREY)[0]["text"] == REFUND
    assert [body["unmasked"] for body in replies.told("data.exported")] == [False, True]


def test_labels_come_with_where_they_come_from(replies):
    """What people said of a case teaches, so it is there."""
    case = replies.case()
    replies.decide(case, None)
    (row,) = taken(replies, Export(What.LABELS))
    assert (row["labels"], row["source"], row["by"], row["probability"]) == (["refund"], "review", "Rita", 1.0)
    assert "4111" not in row["text"]


def test_filters_and_rights_limit_what_goes_out(replies):
    """By workflow, queue, state and time; of somebody limited to other queues, nothing."""
    case = replies.case()
    now = replies.clock.now
    for wanted in (Wanted(workflow="other"), Wanted(queue="other"), Wanted(state="delivered"), Wanted(until=now)):
        assert taken(replies, Export(wanted=wanted)) == []
    replies.clock.now = now.replace(hour=now.hour + 1)
    for wanted in (Wanted(workflow="shop"), Wanted(queue="shop"), Wanted(state="open"), Wanted(since=now)):
        assert [row["id"] for row in taken(replies, Export(wanted=wanted))] == [case]
    elsewhere = Principal("k5", "Ed", frozenset(), grants=(Grant("cards", frozenset({Scope.READ})),))
    here = Principal("k6", "Flo", frozenset(), grants=(Grant("shop", frozenset({Scope.READ})),))
    assert (taken(replies, who=elsewhere), len(taken(replies, who=here))) == ([], 1)
    for asked, who in ((Export(), CALLER), (Export(What.LABELS), here)):
        with pytest.raises(Forbidden):
            export(replies.house, who, asked)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "  =cmd|' /C calc'!A0", "\uff1dHYPERLINK()"])
def test_a_spreadsheet_works_nothing_out(replies, text):
    """Words that begin like a formula are words; what is in them stays."""
    request = f"{text} pay me my money for the kettle that I sent back"
    replies.case(request)
    (row,) = taken(replies, Export(form=Form.CSV))
    assert row["text"] == f"'{request}"


def test_a_csv_holds_whatever_was_written(replies):
    """Commas, quotes and line ends too; numbers stay numbers."""
    request = 'He said "pay me",\r\nmy money\nfor the kettle, that I sent back'
    replies.case(request)
    (row,) = taken(replies, Export(form=Form.CSV))
    assert (tuple(row), row["text"], row["priority"]) == (CASE, request, "30")


def test_memory_does_not_grow_with_the_rows(replies, monkeypatch):
    """Read in steps, each let go of before the next; nothing is left out at their borders."""
    monkeypatch.setattr("service.usecases.export_cases._STEP", 2)
    made = [replies.case(f"{REFUND} No. {number}") for number in range(5)]
    assert [row["id"] for row in taken(replies)] == made
    rows = ({"id": str(number), "text": "x" * 1_000} for number in range(20_000))
    tracemalloc.start()
    for _ in written(rows, ("id", "text"), Form.CSV):
        pass
    assert tracemalloc.get_traced_memory()[1] < 200_000
    tracemalloc.stop()
