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
    (row,) = decision_rows([{**decision(), "label": "gone_label"}], TITLES, NOW)
    assert row.label == "Gone label"
