"""What labels given earlier are called today."""

from __future__ import annotations

import pytest

from service.domain.moved import labels_now
from service.domain.types import MovedLabel

MOVED = (
    MovedLabel("fee", ("fees",)),
    MovedLabel("charge", ("fees",)),
    MovedLabel("money", ("refund", "loan")),
    MovedLabel("fees", ("costs",)),
)


@pytest.mark.parametrize(
    "given, now",
    [
        ((), ()),
        (("card",), ("card",)),
        (("fee",), ("costs",)),
        (("charge", "fee", "card"), ("costs", "card")),
        (("money",), None),
        (("card", "money"), None),
    ],
)
def test_labels_are_followed_to_their_last_name(given, now):
    """Renamed twice, merged, each once; one that was split has to be chosen anew."""
    assert labels_now(given, MOVED) == now
