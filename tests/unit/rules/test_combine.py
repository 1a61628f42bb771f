from __future__ import annotations

from itertools import permutations

from rules.combine import Claim, join, restrictions, strongest
from rules.model import Effect, Obligations, Severity


def test_strongest_effect_wins():
    """block > review > recheck > flag, and no effect when there is none."""
    assert strongest([Effect.FLAG, Effect.REVIEW, Effect.RECHECK]) is Effect.REVIEW
    assert strongest([Effect.REVIEW, Effect.BLOCK]) is Effect.BLOCK
    assert strongest([Effect.FLAG, Effect.RECHECK]) is Effect.RECHECK
    assert strongest([]) is None


def test_obligations_join_the_same_in_any_order():
    """Redactions unite, filters intersect, the highest priority wins, the most severe rule names the queue."""
    claims = [
        Claim("b", Severity.HIGH, Obligations(frozenset({"card"}), {"f": frozenset("xy")}, 10, "second")),
        Claim("a", Severity.HIGH, Obligations(frozenset({"email"}), {"f": frozenset("yz")}, 90, "first")),
        Claim("c", Severity.LOW, Obligations(queue="third", narrow={"g": frozenset("q")})),
        Claim("d", Severity.CRITICAL, Obligations()),
    ]
    expected = Obligations(
        frozenset({"card", "email"}), {"f": frozenset("y"), "g": frozenset("q")}, priority=90, queue="first"
    )
    assert all(join(order) == expected for order in permutations(claims))


def test_filters_that_exclude_each_other_leave_nothing():
    """Two rules that allow different documents together allow none."""
    claims = [
        Claim(str(place), Severity.LOW, Obligations(narrow={"f": frozenset(value)})) for place, value in enumerate("xy")
    ]
    assert join(claims).narrow == {"f": frozenset()}


def test_priority_zero_is_a_priority():
    """A rule may ask for the lowest priority."""
    assert join([Claim("a", Severity.LOW, Obligations(priority=0))]).priority == 0
    assert join([]) == Obligations()


def test_restrictions_take_away_only():
    """Of an unknown rule, only what it hides and narrows holds."""
    full = Obligations(frozenset({"card"}), {"f": frozenset("x")}, 50, "q")
    assert restrictions(full) == Obligations(frozenset({"card"}), {"f": frozenset("x")})
