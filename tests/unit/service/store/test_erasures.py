"""Everything that names a payload is known: a new table cannot be forgotten when somebody is erased."""

from __future__ import annotations

from service.store.erasures import elsewhere, ways


def test_every_way_from_a_decision_to_a_payload_is_known():
    """A table that names a payload and a decision is found by itself. What leads to none is on this list, with why."""
    assert {f"{way.payload}" for way in ways()} >= {
        "decisions.request",
        "decisions.answer",
        "reviews.payload",
        "case_events.note",
        "questions.asked",
        "questions.said",
        "drafts.payload",
        "case_vectors.payload",
        "known_answers.note",
        "examples.payload",
        "resumed.answer",
        "corrections.note",
    }
    assert sorted(elsewhere()) == [
        "labelling.payload",  # handed in without a subject
        "legal_holds.note",  # lies under the key of what it holds
        "models.note",  # why somebody promoted a model
        "proposals.note",  # why somebody rejected rules
        "rule_disables.note",  # why somebody disabled a rule
    ]
