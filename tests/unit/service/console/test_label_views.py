"""A label explained, as the page shows it."""

from __future__ import annotations

from service.api.examples import LABEL_EXPLANATION
from service.console.label_views import label_view

TITLES = {"card_payment_charged_twice": "Charged twice", "refund_missing": "Refund missing"}


def test_figures_are_said_in_words_and_to_a_tenth() -> None:
    """What was lacking may be less than a hundredth."""
    shown = label_view(LABEL_EXPLANATION, TITLES)
    assert shown.labels == "Charged twice"
    assert shown.model == LABEL_EXPLANATION["model"]
    assert shown.facts == (
        ("confidence", "81.3%"),
        ("runner-up", "Refund missing, 12%"),
        ("margin", "69.3%"),
        ("automatic from", "87.0%"),
    )
    assert [(reason.short, words) for reason, words in shown.lacks] == [
        ("Not sure enough", "a confidence of 87.00% or more; it is 81.32%")
    ]


def test_what_spoke_for_and_against_it_is_measured_by_the_strongest() -> None:
    """The longest bar is the strongest, on whichever side it is."""
    telling = [{"what": "twice", "weight": 1.0}, {"what": "meaning", "weight": -2.0}]
    shown = label_view({**LABEL_EXPLANATION, "telling": telling}, TITLES)
    assert [(each.what, each.figure, each.share, each.against) for each in shown.spoke] == [
        ("twice", "+1.00", 0.5, False),
        ("the meaning as a whole", "-2.00", 1.0, True),
    ]


def test_examples_are_shown_by_their_titles_and_sources() -> None:
    """An example of no label says so; without the scope to read them there is no list at all."""
    none = {"text": "Pigeons  sing.", "labels": [], "similarity": -0.1, "source": "check"}
    shown = label_view({**LABEL_EXPLANATION, "nearest": [*LABEL_EXPLANATION["nearest"], none]}, TITLES).like
    assert shown is not None
    assert [(each.labels, each.figure, each.source.short) for each in shown] == [
        ("Charged twice", "0.84", "Example of the workflow"),
        ("None of the labels", "0.00", "A blind check"),
    ]
    assert shown[1].text == "Pigeons sing."
    assert label_view({**LABEL_EXPLANATION, "nearest": None}, TITLES).like is None


def test_where_nothing_was_likely_enough_the_page_says_so() -> None:
    """And names the likeliest, for which nothing is promised."""
    shown = label_view({**LABEL_EXPLANATION, "labels": [], "threshold": None, "runner_up": None}, TITLES)
    assert (shown.given, shown.labels) == (False, "Charged twice")
    assert ("automatic from", "nothing is promised here") in shown.facts
