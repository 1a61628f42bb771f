"""Rules and evidence as pages show them."""

from __future__ import annotations

from service.console.findings import bar, evidence_views, rules_view
from tests.unit.service.console.material import RULES, document


def test_matches_come_before_what_could_not_be_settled() -> None:
    """An unsettled rule says what it lacks."""
    matched, unsettled = rules_view(RULES).findings
    assert (matched.rule, matched.settled, matched.places) == ("pii-card-number", True, 1)
    assert (unsettled.rule, unsettled.settled, unsettled.missing) == ("large-amount", False, ("amount",))


def test_rules_that_may_not_be_seen_are_not_shown_as_none() -> None:
    """Hidden is not the same as nothing matched."""
    assert rules_view(None).hidden
    assert not rules_view({"effect": None, "findings": [], "unknown": [], "no_match": 4}).hidden


def test_evidence_shows_the_parts_of_its_score_in_words() -> None:
    """Meaning and words, not dense and lexical; a part of our users' own keeps its name."""
    (found,) = evidence_views([document(parts={"dense": 1.0, "lexical": 0.25, "same_product": 1.0})])
    assert [(part.name, part.figure) for part in found.parts] == [
        ("Meaning", "1.00"),
        ("Words", "0.25"),
        ("Same product", "1.00"),
    ]


def test_evidence_leads_to_the_very_version_it_was_found_in() -> None:
    """A later version may say something else."""
    (found,) = evidence_views([document()])
    assert found.address == "/console/documents/retail-banking/dispute-duplicate?version=3"
    assert found.reference == "dispute-duplicate, version 3"


def test_highlights_are_marked_in_the_passage() -> None:
    """The sentences that speak to the request stand out."""
    (found,) = evidence_views([document()])
    assert [piece.text for piece in found.pieces if piece.marks] == ["A duplicate"]


def test_a_bar_stays_within_its_track() -> None:
    """A score outside 0 to 1 is drawn at the end, and told as it is."""
    assert (bar("x", 1.4).value, bar("x", 1.4).figure) == (1.0, "1.40")
    assert bar("x", -0.2).value == 0.0
