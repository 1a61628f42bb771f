"""The page of rules."""

from __future__ import annotations

from service.console.rule_views import file_errors, promise, reload_words, status_view

CERTIFICATE = {"alpha": 0.05, "delta": 0.1, "cases": 400, "accepted": 300, "errors": 6, "threshold": 0.7}


def test_what_a_certificate_promises_is_one_sentence_with_its_limits() -> None:
    """Confidence, bound, and for which traffic."""
    assert promise(CERTIFICATE, None) == (
        "With 90% confidence at most 5% of automatic decisions are wrong, for traffic like the 400 calibration "
        "cases, of which 75% were decided automatically."
    )


def test_without_a_certificate_the_page_says_why() -> None:
    """And that nothing is automatic."""
    assert promise(None, {"why": "too few cases"}) == (
        "No certificate, so nothing is decided automatically: too few cases."
    )


def test_errors_are_places_a_person_can_go_to() -> None:
    """File, line and column, the reason, the remedy."""
    (error,) = file_errors([{"file": "a.yaml", "line": 3, "column": 7, "message": "bad", "remedy": "mend"}])
    assert (error.place, error.message, error.remedy) == ("a.yaml:3:7", "bad", "mend")


def test_a_reload_says_how_automation_changes() -> None:
    """Before and after, for each workflow."""
    report = {
        "changed": True,
        "workflows": [{"workflow": "w", "before": {"coverage": 0.82}, "after": {"coverage": 0.79}}],
    }
    assert reload_words(report) == ("In force from now on. w: automation 82% → 79% of the calibration cases.")
    assert "already in force" in reload_words({"changed": False, "workflows": []})


def test_rules_are_shown_with_place_and_owner() -> None:
    """The table of a pack, in the words of the rest of the product."""
    rule = {
        "id": "r",
        "title": "R",
        "status": "enforce",
        "severity": "high",
        "effect": "recheck",
        "owner": "",
        "file": "a.rule.yaml",
        "line": 4,
    }
    release = {"workflow": "w", "release": "rel", "ruleset": "f" * 64, "certificate": None, "refusal": None}
    status = {"packs": [{"id": "p", "rules": [rule]}], "workflows": [release], "files_differ": True, "errors": []}
    shown = status_view(status)
    (row,) = shown.packs[0].rules
    assert (row.effect.short, row.status.short, row.place, row.owner) == ("Recheck", "Enforced", "a.rule.yaml:4", "–")
    assert shown.files_differ
    assert shown.workflows[0].ruleset == "f" * 12
