"""A request's attributes as signals read them."""

from __future__ import annotations

from rules.model import AttributeValue
from service.domain.signal_values import signal_values


def test_numbers_are_numbers_and_everything_else_is_words():
    """True and false are words too: they are no amounts."""
    given: dict[str, AttributeValue] = {
        "amount": 12,
        "rate": 0.5,
        "vulnerable": True,
        "channel": "app",
        "tags": ("a", "b"),
        "none": (),
    }
    assert signal_values(given) == {
        "amount": 12.0,
        "rate": 0.5,
        "vulnerable": ("true",),
        "channel": ("app",),
        "tags": ("a", "b"),
        "none": (),
    }
