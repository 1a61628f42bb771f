"""Who may do what, and where."""

from __future__ import annotations

import pytest

from service.domain.access import (
    QUEUE_SCOPES,
    ROLES,
    Limit,
    Principal,
    Scope,
    identity,
    is_nobody,
    rights,
    same_person,
)


def of(role, *limits):
    scopes, grants = rights(role, [Limit.read(line) for line in limits])
    return Principal("per_1", "Ann", scopes, grants=grants)


def test_a_role_holds_in_every_queue():
    """As long as nobody says otherwise."""
    ann = of("reviewer")
    assert ann.may_in("loans", Scope.REVIEW, "decide")
    assert ann.may(Scope.REVIEW)
    assert ann.queues(Scope.REVIEW) is None


def test_whoever_is_limited_to_a_queue_may_do_nothing_in_another():
    """Neither decide there nor read there, and so nothing in the deployment as a whole."""
    ann = of("reviewer", "loans")
    assert ann.may_in("loans", Scope.REVIEW, "decide")
    for scope in QUEUE_SCOPES:
        assert not ann.may_in("cards", scope)
        assert not ann.may(scope)
    assert ann.may(Scope.SEARCH)
    assert ann.may_somewhere(Scope.REVIEW)
    assert ann.queues(Scope.REVIEW) == {"loans"}
    assert not ann.may_somewhere(Scope.LEAD)


def test_actions_are_limited_by_queue():
    """In one queue everything, in the other only what is named."""
    ann = of("reviewer", "loans", "cards:reviewer:claim,skip")
    assert ann.may_in("cards", Scope.REVIEW, "skip")
    assert not ann.may_in("cards", Scope.REVIEW, "decide")
    assert ann.may_in("cards", Scope.REVIEW)
    assert ann.may_in("loans", Scope.REVIEW, "decide")


def test_a_limit_may_name_another_role_for_its_queue():
    """Lead of one queue, reviewer in another."""
    ann = of("reviewer", "loans:lead", "cards")
    assert ann.may_in("loans", Scope.LEAD, "assign")
    assert not ann.may_in("cards", Scope.LEAD, "assign")
    assert ann.queues(Scope.LEAD) == {"loans"}


def test_every_queue_is_said_with_a_star():
    """So that somebody may claim everywhere and decide nowhere."""
    ann = of("reviewer", "*::claim")
    assert ann.may_in("anything", Scope.REVIEW, "claim")
    assert not ann.may_in("anything", Scope.REVIEW, "decide")
    assert ann.queues(Scope.REVIEW) is None
    assert not ann.may(Scope.REVIEW)


def test_a_limit_never_gives_what_is_not_of_queues():
    """A limit that names operations makes nobody an operator."""
    ann = of("reviewer", "loans:operations")
    assert not any(ann.may_somewhere(scope) for scope in ROLES["operations"] - QUEUE_SCOPES - ROLES["reviewer"])


def test_an_unknown_role_holds_nothing():
    """Also when a limit names it."""
    assert rights("king") == (frozenset(), ())
    assert not of("reviewer", "loans:king").may_in("loans", Scope.REVIEW)


@pytest.mark.parametrize("line", ["loans", "loans:lead", "loans::claim", "loans:lead:claim,skip"])
def test_a_limit_is_read_as_it_is_written(line):
    """The command line, the page and the answer say it alike."""
    assert Limit.read(line).written() == line


@pytest.mark.parametrize("one, other", [("Ann", " ann "), ("cli:ann", "ANN"), ("a\u200dnn", "ann"), ("Ａnn", "ann")])
def test_one_person_is_one_identity_however_the_name_is_written(one, other):
    """At a terminal, with a key, with an account."""
    assert same_person(one, other)
    assert identity(one) == identity(other)


def test_a_name_that_names_nobody():
    """It only says where somebody came from."""
    assert is_nobody("cli:")
    assert is_nobody(" \u200b ")
    assert not is_nobody("ann")
