"""Two versions side by side, and what approving would change."""

from __future__ import annotations

from typing import Any

from service.console.diff_views import CONTEXT, diff_view, preview_view
from service.console.marks import Piece
from tests.unit.service.console.document_material import diff, preview

_SAME = ("same", "as before", "as before")


def test_words_that_changed_are_marked_on_both_sides() -> None:
    """And a line that is new, or gone, has another side that is none."""
    shown = diff_view(diff(("changed", "in *five* days", "in *seven* days"), ("added", None, "*Really.*")))
    changed, added = shown.stretches[0].lines
    assert changed.older == (Piece("in "), Piece("five", (0,)), Piece(" days"))
    assert added.older is None
    assert (shown.changed, shown.added, shown.removed, shown.same) == (1, 1, 0, False)


def test_what_is_far_from_any_change_is_folded_away() -> None:
    """Never what changed, and never a single line; together the stretches are all lines in order."""
    lines = [_SAME] * 10 + [("removed", "gone", None)] + [_SAME] * (CONTEXT + 1)
    shown = diff_view(diff(*lines))
    assert [(len(each.lines), each.folded) for each in shown.stretches] == [
        (10 - CONTEXT, True),
        (2 * CONTEXT + 1, False),
        (1, False),
    ]
    assert sum(len(each.lines) for each in shown.stretches) == len(lines)


def test_versions_that_say_the_same_are_told_to() -> None:
    """All lines are folded then."""
    shown = diff_view(diff(_SAME, _SAME))
    assert shown.same
    assert [each.folded for each in shown.stretches] == [True]
    assert diff_view(diff()).same


def test_fields_that_changed_read_as_words() -> None:
    """Lists, days, fields of its own, and nothing at all."""
    changed: list[dict[str, Any]] = [
        {"field": "audience", "older": [], "newer": ["staff", "tellers"]},
        {"field": "effective_from", "older": None, "newer": "2026-11-21T00:00:00.000Z"},
        {"field": "fields", "older": {"level": ["guide"]}, "newer": {"level": ["handbook"], "pages": 12.0}},
    ]
    assert diff_view(diff(changed=changed)).fields == (
        ("for", "everyone", "staff, tellers"),
        ("in force from", "–", "2026-11-21"),
        ("fields", "level: guide", "level: handbook; pages: 12"),
    )


def test_a_preview_tells_automation_certificate_and_cases() -> None:
    """Labels by their titles; a text that may not be read is left out."""
    (shown,) = preview_view(preview(), {"charged_twice": "Charged twice"}).workflows
    assert (shown.before, shown.after, shown.certificate, shown.tone) == (
        "82.2%",
        "82.5%",
        "The certificate holds",
        "allow",
    )
    (example,) = shown.examples
    assert (example.before.label, example.after.label) == ("no label", "Charged twice")
    assert example.after.documents == (Piece("disputes", (0,)), Piece("fees", (0,)))
    hidden = [{**preview()["workflows"][0]["examples"][0], "text": None}]
    (kept,) = preview_view(preview(holds=False, examples=hidden), {}).workflows
    assert (kept.examples[0].text, kept.tone) == ("", "block")
    (none,) = preview_view(preview(holds=None), {}).workflows
    assert none.certificate == "There is no certificate"
