"""Pages of decisions."""

from __future__ import annotations

from service.console.decision_views import decision_rows, decision_view
from tests.unit.service.console.material import NOW, decision

TITLES = {"charged_twice": "Charged twice for one payment"}


def test_history_tells_who_did_what_in_order() -> None:
    """The automatic part first, then what people decided, under their names."""
    history = decision_view(decision(), TITLES, NOW).history
    assert [(event.what, event.who, event.outcome.value) for event in history] == [
        ("Put before a person", "Routing", "review"),
        ("Decided as Charged twice for one payment", "Maya", "allow"),
    ]


def test_a_persons_choice_has_no_probability() -> None:
    """Only the classifier's labels carry one."""
    assert decision_view(decision(), TITLES, NOW).labels == (("Charged twice for one payment", ""),)
    automatic = decision(labels=[{"label": "charged_twice", "probability": 0.97}])
    assert decision_view(automatic, TITLES, NOW).labels == (("Charged twice for one payment", "97%"),)


def test_a_label_the_policy_dropped_is_still_readable() -> None:
    """Old decisions outlive their labels."""
    (row,) = decision_rows([{**decision(), "labels": ["gone_label"]}], TITLES, NOW)
    assert row.label == "Gone label"


def test_a_decision_in_a_list_names_all_its_labels() -> None:
    """A request may have several; one without any says so."""
    shown = decision_rows([{**decision(), "labels": labels} for labels in (["charged_twice", "b"], [])], TITLES, NOW)
    assert [row.label for row in shown] == ["Charged twice for one payment, B", "–"]


def test_only_what_the_classifier_was_asked_about_is_explained() -> None:
    """Where rules blocked, nothing after them was run, whoever decided since."""
    assert decision_view(decision(), TITLES, NOW).explainable
    blocked = {"at": "2026-11-21T07:00:00.000Z", "state": "final", "outcome": "block", "decided_by": "rules"}
    assert not decision_view(decision(history=[blocked]), TITLES, NOW).explainable
