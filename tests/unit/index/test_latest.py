from __future__ import annotations

import pytest

from index.latest import Latest


def test_the_value_used_longest_ago_goes_first() -> None:
    """A full store drops what was used longest ago, and reading counts as use."""
    kept: Latest[str, int] = Latest(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_values_may_weigh_more_than_one() -> None:
    """Heavy values leave room for fewer, and one put again is weighed anew."""
    kept: Latest[str, str] = Latest(5, len)
    kept.put("a", "aa")
    kept.put("b", "bbb")
    kept.put("a", "a")
    assert (kept.get("b"), kept.get("a"), len(kept)) == ("bbb", "a", 2)
    kept.put("c", "cc")
    assert (kept.get("b"), kept.get("a"), kept.get("c")) == (None, "a", "cc")
    kept.put("d", "too much to keep")
    assert len(kept) == 0


def test_size_nought_keeps_nothing() -> None:
    """A cache that is switched off holds nothing."""
    kept: Latest[str, int] = Latest(0)
    kept.put("a", 1)
    assert kept.get("a") is None
    assert len(kept) == 0


def test_a_negative_size_is_refused() -> None:
    """A size below 0 is a mistake, not a switch."""
    with pytest.raises(ValueError, match="0 or more"):
        Latest(-1)
