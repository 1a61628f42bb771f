"""Drafts, replies and exports in the database: on each kind of it the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.store import drafts, exports, replies, summaries
from service.store.engine import open_store
from service.store.tables import artefacts, cases, decisions, payloads, releases, reviews

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def store(migrated_url):
    opened = open_store(migrated_url)
    opened.commit(_fill)
    yield opened
    opened.close()


def _fill(connection):
    """A release, and two cases of it, the second one decided and out."""
    digest = {"kind": "x", "data": b"", "created_at": NOW}
    connection.execute(artefacts.insert(), [{"digest": name, **digest} for name in ("r", "p", "h")])
    parts = {"rules": "r", "policy": "p", "head": "h", "calibration": "c", "snapshot": "s", "encoder": "e", "route": {}}
    made = {"created_at": NOW, "created_by": "ann", "why": ""}
    connection.execute(releases.insert(), {"id": "rel_1", "workflow": "w", **parts, **made})
    words = ("pay_request", b'{"text": "pay me"}'), ("pay_answer", b"{}"), ("pay_review", b'{"reply": "yes"}')
    for name, data in words:
        connection.execute(payloads.insert(), {"id": name, "kind": "x", "data": data, "created_at": NOW})
    for number, (state, decided_by) in enumerate((("waiting", None), ("final", "classifier")), start=1):
        decision = {
            "id": f"dec_{number}",
            "workflow": "w",
            "release": "rel_1",
            "principal": "caller",
            "groups": [],
            "document_sequence": 0,
            "created_at": NOW,
            "request": "pay_request",
            "answer": "pay_answer",
            "state": state,
            "outcome": "allow",
            "decided_by": decided_by,
            "labels": ["refund"],
        }
        connection.execute(decisions.insert(), decision)
        case: dict[str, Any] = {
            "id": f"case_{number}",
            "decision": f"dec_{number}",
            "workflow": "w",
            "queue": f"q{number}",
            "kind": "held",
            "state": "queued" if number == 1 else "delivered",
            "priority": 30,
            "reasons": [],
            "created_at": NOW,
            "due_at": NOW,
            "version": 1,
        }
        connection.execute(cases.insert(), case)
    review = {
        "id": "rev_1",
        "case": "case_2",
        "decision": "dec_2",
        "reviewer": "rita",
        "labels": ["refund"],
        "outcome": "allow",
        "reason_code": "x",
        "passages": [],
        "payload": "pay_review",
        "created_at": NOW,
        "delivered_at": NOW,
    }
    connection.execute(reviews.insert(), [review, {**review, "id": "rev_2", "delivered_at": None}])


def want(store, name, case="case_1", decision="dec_1"):
    values = {"id": name, "case": case, "decision": decision, "workflow": "w", "release": "rel_1"}
    asked = {"labels": ["refund"], "state": drafts.WAITING, "by": "rita", "created_at": NOW}
    store.commit(lambda connection: drafts.add(connection, {**values, **asked}))


def taken(store, worker, now=NOW, lost=NOW - timedelta(minutes=1)):
    return store.commit(lambda connection: drafts.take(connection, worker, now, lost))


def test_each_draft_is_taken_once_the_oldest_first(store):
    """Until its worker is thought lost; then by another one, and the first one writes it no more."""
    want(store, "dft_1")
    want(store, "dft_2")
    first, left = taken(store, "one")
    assert (first.id, first.state, left) == ("dft_1", drafts.WRITING, False)
    second, _ = taken(store, "two")
    assert second.id == "dft_2"
    assert taken(store, "three") == (None, False)
    again, left = taken(store, "three", LATER, NOW)
    assert (again.id, left) == ("dft_1", True)
    ended = {"state": drafts.FAILED, "why": "x"}
    assert store.commit(lambda connection: drafts.write(connection, first, ended)) is False
    assert store.commit(lambda connection: drafts.write(connection, again, ended)) is True
    with store.read() as connection:
        assert [row.state for row in drafts.of_case(connection, "case_1")] == [drafts.WRITING, drafts.FAILED]
        assert drafts.any_free(connection, LATER) is True
        assert drafts.any_free(connection, NOW - timedelta(minutes=1)) is False


def test_what_drafts_cost_is_counted_from_when_they_were_begun(store):
    """What waits costs nothing yet."""
    want(store, "dft_1")
    row, _ = taken(store, "one")
    store.commit(lambda connection: drafts.write(connection, row, {"tokens": 700}))
    with store.read() as connection:
        assert (drafts.tokens_since(connection, NOW), drafts.tokens_since(connection, LATER)) == (700, 0)


def test_automatic_decisions_without_a_draft_are_found(store):
    """Not those that wait for a person, nor those that have one; a case's own draft is none of theirs."""
    want(store, "dft_1", "case_2", "dec_2")
    with store.read() as connection:
        assert [row.id for row in drafts.without(connection, "w", "rel_1", NOW, 9)] == ["dec_2"]
        assert drafts.without(connection, "w", "rel_1", LATER, 9) == []
    want(store, "dft_2", None, "dec_2")
    with store.read() as connection:
        assert drafts.without(connection, "w", "rel_1", NOW, 9) == []


def test_only_replies_that_went_out_count(store):
    """What the first of two people would have sent does not, nor does a share of nothing."""
    sent = {"case": "case_2", "decision": "dec_2", "workflow": "w", "by": "rita", "created_at": NOW, "by_model": False}
    rows = (
        {"id": "rpl_1", "review": "rev_1", "label": "refund", "draft": "d" * 64, "unedited": False, "changed": 0.25},
        {"id": "rpl_2", "review": "rev_2", "label": "refund", "draft": None, "unedited": False, "changed": None},
    )
    for row in rows:
        store.commit(lambda connection, row=row: replies.add(connection, {**sent, **row}))
    with store.read() as connection:
        (found,) = replies.counted(connection, "w", NOW)
        assert replies.counted(connection, "w", LATER) == []
        assert replies.by_model(connection, "rev_1") is False
    assert (found.label, found.sent, found.drafted, found.unedited, found.changed) == ("refund", 1, 1, 0, 0.25)


def test_cases_are_read_in_steps_with_what_went_out(store):
    """By id, of the queues one may see."""
    wanted = exports.Wanted()
    with store.read() as connection:
        one, two = exports.some_cases(connection, wanted, None, "", 9)
        assert (one.id, one.reviewer, two.reviewer, two.labels) == ("case_1", None, "rita", ["refund"])
        assert (bytes(two.request), bytes(two.written)) == (b'{"text": "pay me"}', b'{"reply": "yes"}')
        assert [row.id for row in exports.some_cases(connection, wanted, None, "case_1", 9)] == ["case_2"]
        assert [row.id for row in exports.some_cases(connection, wanted, {"q1"}, "", 9)] == ["case_1"]
        assert [row.id for row in exports.some_cases(connection, exports.Wanted(state="open"), None, "", 9)] == [
            "case_1"
        ]
        assert exports.some_examples(connection, wanted, "", 9) == []


def test_long_requests_without_a_summary_are_found_step_by_step(store):
    """Of open cases only, and each once; one look is at so many cases and no more."""
    with store.read() as connection:
        assert summaries.wanting(connection, "", 5, 1)[0][0].decision == "dec_1"
        assert summaries.wanting(connection, "", 5, 1)[1] == "case_1"
        assert summaries.wanting(connection, "case_1", 5, 9) == ([], "case_2")  # it is closed
        assert summaries.wanting(connection, "case_2", 5, 9) == ([], "case_2")
        assert summaries.wanting(connection, "", 500, 9) == ([], "case_2")  # none is long
    values = {"decision": "dec_1", "led": [{"start": 0, "end": 3}], "unled": [], "created_at": NOW}
    for _ in range(2):
        store.commit(lambda connection: summaries.add(connection, values))
    with store.read() as connection:
        assert summaries.wanting(connection, "", 5, 9) == ([], "case_2")
        kept = summaries.get(connection, "dec_1")
    assert kept is not None
    assert kept.led == [{"start": 0, "end": 3}]
