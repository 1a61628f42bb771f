"""Keys: what they do, and as somebody has set them."""

from __future__ import annotations

from service.console.keys import DEEDS, keys


def test_no_two_deeds_share_a_key() -> None:
    """As they come every deed has a key of its own, and none takes a digit, which chooses a label."""
    given = [deed.key for deed in DEEDS]
    assert len(set(given)) == len(given)
    assert not any(key.isdigit() for key in given)


def test_ones_own_key_takes_the_place_of_the_one_that_comes() -> None:
    """What is not set keeps its key."""
    own = keys({"skip": "x"})
    assert (own["skip"], own["hold"]) == ("x", "h")
    assert keys(None)["skip"] == "s"
