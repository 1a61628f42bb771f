from __future__ import annotations

from rules import findings
from rules.model import AttributeValue


def test_reason_is_filled_with_attributes_only():
    """Placeholders are attributes; a missing one is said to be missing, and nothing else is interpreted."""
    attributes: dict[str, AttributeValue] = {"country": "IR", "amount": 12.5, "tags": ("a", "b"), "ok": True}
    template = "{country} {amount} {tags} {ok} {gone} {} {0.__class__}"
    assert findings.fill(template, attributes) == "IR 12.5 a, b True (not given) {} {0.__class__}"
    assert findings.placeholders(template) == ["country", "amount", "tags", "ok", "gone"]


def test_values_are_not_filled_again():
    """A value that looks like a placeholder stays what it is."""
    assert findings.fill("{country}", {"country": "{amount}", "amount": 1.0}) == "{amount}"
