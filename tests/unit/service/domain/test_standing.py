"""What the tables have to say follows from the records alone."""

from __future__ import annotations

import pytest

from service.domain.standing import Standing, is_new

MADE = ("decision.made", "d", {"state": "waiting", "outcome": "review", "labels": []})
SAID = {"decision": "d", "case": "c", "reviewer": "Ann", "labels": ["x"], "outcome": "allow"}


def after(*records):
    standing = Standing()
    for kind, subject, body in (MADE, *records):
        standing.take(kind, subject, body)
    return standing


def said(review, **more):
    return ("case.decided", "d", {**SAID, "review": review, **more})


OUT = ("case.delivered", "c", {"decision": "d", "case": "c"})
FINAL = {"state": "final", "decided_by": "reviewer", "outcome": "allow", "labels": ["x"]}


def test_an_opinion_counts_once_it_is_out():
    """Not before, and the last one that was not taken back."""
    assert after(said("r1")).changed == {}
    found = after(said("r1"), OUT)
    assert found.changed == {"d": FINAL}
    assert found.delivered == {"r1"}
    undone = ("case.undone", "c", {"decision": "d", "case": "c", "review": "r2"})
    found = after(said("r1"), said("r2", outcome="block"), undone, OUT)
    assert found.changed == {"d": FINAL}
    assert (found.undone, found.delivered) == ({"r2"}, {"r1"})


def test_what_waited_and_was_cancelled_is_superseded():
    """What was final already stays as it was."""
    cancelled = ("case.cancelled", "c", {"decision": "d", "case": "c"})
    assert after(cancelled).changed == {"d": {"state": "superseded"}}
    assert after(said("r1"), OUT, cancelled).changed == {"d": FINAL}
    apart = {"decision": "d", "case": "c", "attached": "d"}
    assert after(("case.detached", "c", apart)).changed == {"d": {"state": "superseded"}}
    assert after(("case.detached", "c", {**apart, "other": "c2"})).changed == {}


@pytest.mark.parametrize(
    "record, now",
    [
        (("decision.decided_with", "d", {**SAID, "review": "r"}), FINAL),
        (("decision.cancelled_with", "d", {"decision": "d"}), {"state": "superseded"}),
        (("decision.superseded", "d", {"superseded_by": "e"}), {"state": "superseded"}),
        (
            ("decision.resumed", "d", {"outcome": "allow", "labels": ["y"], "decided_by": "classifier"}),
            {"state": "final", "outcome": "allow", "labels": ["y"], "decided_by": "classifier"},
        ),
        (("decision.overturned", "d", {**FINAL, "was": {"outcome": "block"}}), FINAL),
    ],
)
def test_later_records_of_a_decision_say_how_it_stands(record, now):
    """Each kind by what it says, and by what it implies."""
    assert after(record).changed == {"d": now}


def test_a_decision_in_place_of_another_is_new():
    """A correction has a row of its own; the record of a reviewer's correction has not."""
    assert is_new("decision.made", {})
    assert is_new("decision.corrected", {"supersedes": "d"})
    assert not is_new("decision.corrected", {})
    found = after(("decision.corrected", "e", {"supersedes": "d", "state": "waiting"}))
    assert found.changed == {}
    found.take("case.cancelled", "c2", {"decision": "e", "case": "c2"})
    assert found.changed == {"e": {"state": "superseded"}}


def test_keys_and_people_hold_what_was_said_of_them_last():
    """Made, changed, turned over, ended, and let in again."""
    standing = Standing()
    standing.take("key.created", "k", {"name": "shop", "role": "caller", "groups": [], "expires_at": None})
    standing.take("key.rotated", "k", {"name": "shop", "successor": "l", "until": "2026-12-01T00:00:00.000Z"})
    assert standing.keys["k"]["expires_at"] == "2026-12-01T00:00:00.000Z"
    assert not standing.keys["k"]["ended"]
    standing.take("key.revoked", "k", {"by": "ops"})
    assert standing.keys["k"]["ended"]
    standing.take("person.created", "p", {"name": "Ann", "role": "reviewer", "limits": [], "groups": []})
    standing.take("person.changed", "p", {"name": "Ann", "role": "lead", "limits": [], "groups": []})
    standing.take("person.disabled", "p", {"by": "ops"})
    assert (standing.people["p"]["role"], standing.people["p"]["ended"]) == ("lead", True)
    standing.take("person.enabled", "p", {"by": "ops"})
    assert not standing.people["p"]["ended"]


def test_releases_and_pointers_are_those_recorded_last():
    """Whatever kind of record lets a release answer; and whether it was stopped."""
    parts = dict.fromkeys(("rules", "policy", "head", "snapshot", "encoder", "calibration"), "0")
    standing = Standing()
    standing.take("release.activated", "rel_1", {**parts, "workflow": "w"})
    standing.take("rules.reloaded", "rel_2", {**parts, "workflow": "w", "certificate_digest": None})
    standing.take("workflow.halted", "w", {"by": "ops"})
    assert standing.active == {"w": "rel_2"}
    assert standing.releases["rel_2"]["certificate_digest"] is None
    assert standing.halted == {"w": True}
    standing.take("workflow.resumed", "w", {"by": "ops"})
    assert standing.halted == {"w": False}


def test_documents_are_known_by_their_digests():
    """One at a time, or as they came in together; an id may hold a colon."""
    standing = Standing()
    standing.take("document.approved", "a", {"collection": "c", "id": "a", "version": 2, "digest": "ff", "by": "x"})
    standing.take("documents.attested", "c", {"collection": "c", "documents": ["b:1@3:ee"], "by": "x"})
    assert standing.documents == {("c", "a", 2): "ff", ("c", "b:1", 3): "ee"}
