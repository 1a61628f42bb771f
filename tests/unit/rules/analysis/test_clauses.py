"""Conditions as trees: their value, what decides it, where they stand, and when two say the same."""

from __future__ import annotations

import pytest

from rules.analysis.clauses import Truth, grounds, named, normal, place, shown, swap, truth
from rules.model import Clause, Condition, Leaf


def leaf(source: str, column: int = 1) -> Leaf:
    return Leaf(source, 1, column)


A, B, C = leaf("a"), leaf("b", 2), leaf("c", 3)
VALUES: dict[str, Truth] = {"yes": True, "no": False, "huh": None}


def ask(one: Leaf) -> Truth:
    return VALUES[one.source]


YES, NO, HUH = leaf("yes"), leaf("no"), leaf("huh")


@pytest.mark.parametrize(
    "clause, expected",
    [
        (Condition(all=(YES, YES)), True),
        (Condition(all=(HUH, NO)), False),
        (Condition(all=(HUH, YES)), None),
        (Condition(any=(HUH, YES)), True),
        (Condition(any=(HUH, NO)), None),
        (Condition(none=(NO, NO)), True),
        (Condition(none=(NO, HUH)), None),
        (Condition(none=(YES, HUH)), False),
        (Condition(all=(YES,), any=(NO, Condition(none=(NO,))), none=(NO,)), True),
    ],
)
def test_conditions_follow_kleene(clause: Clause, expected: Truth):
    """False settles a conjunction and true a disjunction, whatever is unknown beside them."""
    assert truth(clause, ask) is expected


@pytest.mark.parametrize(
    "clause, expected",
    [
        (Condition(all=(YES, NO, leaf("no", 9))), [("no", True)]),
        (Condition(any=(NO, leaf("no", 9))), [("no", True), ("no", True)]),
        (Condition(any=(NO, YES), none=(NO,)), [("yes", True), ("no", False)]),
        (Condition(all=(YES,), none=(YES,)), [("yes", False)]),
        (Condition(all=(YES, HUH)), [("huh", True)]),
        (Condition(none=(Condition(all=(YES, NO)),)), [("no", False)]),
    ],
)
def test_the_clauses_that_decide_are_found(clause: Clause, expected: list[tuple[str, bool]]):
    """Of a false conjunction the first false clause, of a false disjunction all, of the rest those that bear on it."""
    assert [(ground.leaf.source, ground.wanted) for ground in grounds(clause, ask)] == expected


@pytest.mark.parametrize(
    "one, other",
    [
        (Condition(all=(A, B)), Condition(all=(B, A))),
        (Condition(all=(A, Condition(all=(B, C)))), Condition(all=(C, B, A))),
        (Condition(any=(A,)), Condition(all=(A, A))),
        (Condition(all=(leaf("x  ==\n 'y' // why"),)), Condition(all=(leaf('x=="y"'),))),
        (Condition(none=(A, B)), Condition(all=(Condition(none=(B,)), Condition(none=(A,))))),
    ],
)
def test_how_it_is_written_does_not_count(one: Condition, other: Condition):
    """Blanks, comments, quotes, repeats, order and needless nesting leave a condition the same."""
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    "one, other",
    [
        (Condition(all=(A, B)), Condition(any=(A, B))),
        (Condition(all=(A,)), Condition(none=(A,))),
        (Condition(any=(A, B)), Condition(any=(A, B, C))),
        (Condition(all=(leaf("x == 'a b'"),)), Condition(all=(leaf("x == 'ab'"),))),
        (Condition(none=(A, B)), Condition(none=(Condition(all=(A, B)),))),
    ],
)
def test_what_it_says_does_count(one: Condition, other: Condition):
    """Conditions that differ in meaning are never taken for the same."""
    assert normal(one) != normal(other)


def test_places_follow_lines_and_escapes():
    """A character's place counts lines, and uses the written columns where quoting moved them."""
    assert place(Leaf("a &&\n  b", 3, 5), 7) == (4, 7)
    assert place(Leaf("ab", 3, 5, (5, 8)), 1) == (3, 8)


def test_names_and_text_of_a_condition():
    """The matchers and lists of a condition are known, and it can be shown in one line."""
    condition = Condition(all=(leaf("matched('m') && in_list(a.b(c), 'l')"),), none=(leaf("x in lists.n"),))
    assert named(condition).matchers == {"m"}
    assert named(condition).lists == {"l", "n"}
    assert shown(condition) == "{all: [matched('m') && in_list(a.b(c), 'l')], none: [x in lists.n]}"


def test_one_leaf_can_be_swapped():
    """Only the leaf at that place changes, however deep it stands."""
    assert swap(Condition(all=(A, Condition(any=(B, C)))), B, A) == Condition(all=(A, Condition(any=(A, C))))
