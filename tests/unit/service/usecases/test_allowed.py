"""The allowed set, exactly, whatever came before: on a real database, in two workers, against the rule in words."""

from __future__ import annotations

import contextlib
import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import DocumentKey
from service.domain.document import Version
from service.errors import Conflict
from service.store import tables
from service.usecases import allowed as allowed_sets
from service.usecases.allowed import AllowedSets
from service.usecases.publish_document import retire
from tests.unit.service.usecases.words import (
    BEN,
    Clock,
    found,
    names,
    publish,
    release_over,
    sequence_of,
    word_house,
)

GROUPS = ("staff", "branch")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    """Two processes over one database, with one clock."""
    home, clock = tmp_path_factory.mktemp("home"), Clock()
    with word_house(home, clock=clock) as one, word_house(home, clock=clock) as other:
        yield one, other, clock


def by_the_rule(house, collection: str, groups: frozenset[str], now: datetime, narrow: dict[str, Any]) -> set[str]:
    """Of each document the newest approved version in force, if its audience and the narrowing admit it."""
    columns = tables.documents
    with house.store.read() as connection:
        rows = connection.execute(
            sa.select(columns)
            .where(columns.c.collection == collection, columns.c.status == "approved")
            .order_by(columns.c.version)
        ).all()
    newest = {}
    for row in rows:
        if (row.effective_from is None or row.effective_from <= now) and (
            row.effective_until is None or now < row.effective_until
        ):
            newest[row.id] = row
    return {
        f"{row.id}@{row.version}"
        for row in newest.values()
        if (not row.audience or set(row.audience) & groups)
        and all(set(row.jurisdiction) & values for values in narrow.values())
    }


days = st.one_of(st.none(), st.integers(-2, 3))
publications = st.tuples(
    st.just("publish"),
    st.sampled_from(["a", "b", "c"]),
    days,
    st.one_of(st.none(), st.integers(1, 4)),
    st.sets(st.sampled_from(GROUPS)),
    st.sets(st.sampled_from(["EU", "UK"])),
)
retirements = st.tuples(st.just("retire"), st.integers(0, 9))
nights = st.tuples(st.just("wait"), st.integers(1, 40))  # hours
looks = st.tuples(
    st.just("look"),
    st.sets(st.sampled_from(GROUPS)).map(frozenset),
    st.sampled_from([{}, {"jurisdiction": frozenset({"EU"})}, {"shoe size": frozenset({"42"})}]),
)
steps = st.lists(st.one_of(publications, publications, retirements, nights, looks, looks), min_size=3, max_size=12)


def take(house, clock, collection, step, approved) -> None:
    """One step of a history."""
    match step:
        case "publish", name, begins, lasts, audience, places:
            more: dict[str, Any] = {"audience": sorted(audience), "jurisdiction": sorted(places)}
            begin = clock.now if begins is None else clock.now + timedelta(days=begins)
            if begins is not None:
                more["effective_from"] = begin.isoformat()
            if lasts is not None:
                more["effective_until"] = (begin + timedelta(days=lasts)).isoformat()
            text = f"Words of {name}, number {next(_numbers)}."
            with contextlib.suppress(Conflict):  # older than what is in force: nobody may find it
                approved.append((name, publish(house, collection, name, text, **more)))
        case "retire", number if approved:
            name, version = approved[number % len(approved)]
            with contextlib.suppress(Conflict):  # ended already
                retire(house, BEN, collection, name, version, "no more")
        case "wait", hours:
            clock.now += timedelta(hours=hours)


@settings(max_examples=20)
@given(history=steps, base=st.integers(0, 4))
def test_nothing_outside_the_allowed_set_is_ever_found(workers, history, base):
    """Whatever the history of approvals, retirements, dates and audiences, a search returns just what the rule allows:
    in the worker that made the change and in the other one, with a base from any moment of the history."""
    one, other, clock = workers
    collection = f"c{next(_numbers)}"
    approved: list[tuple[str, int]] = []
    releases = None
    for number, step in enumerate(history):
        take(one, clock, collection, step, approved)
        if releases is None and (number >= base or number == len(history) - 1):
            first = release_over(one, (collection,))
            releases = [(one, first), (other, release_over(other, (collection,), first.row["snapshot"]))]
        groups, narrow = (step[1], step[2]) if step[0] == "look" else (frozenset({"staff"}), {})
        expected = by_the_rule(one, collection, groups, clock.now, narrow)
        for house, release in releases or ():
            evidence = found(house, release, "words number", groups=groups, narrow=narrow)
            assert set(names(evidence)) == expected
            allowed = house.allowed.get((collection,), sequence_of(house), groups, clock.now, narrow)
            assert {f"{key.id}@{key.version}" for key in allowed.documents} == expected


def test_a_set_at_a_past_sequence_is_what_it_was_then(workers):
    """As a replay asks for it: with the clock of then."""
    house, other, clock = workers
    past = []
    for name in ("x", "y", "z"):
        publish(house, "past", name, "Words.")
        past.append(
            (sequence_of(house), clock.now, house.allowed.get(("past",), sequence_of(house), *everybody(clock)))
        )
        clock.now += timedelta(hours=1)
    retire(house, BEN, "past", "x", 1, "no more")
    for sequence, then, expected in past:
        for worker in (house, other):
            again = worker.allowed.get(("past",), sequence, frozenset(), then, {})
            assert again == expected


def everybody(clock):
    return frozenset(), clock.now, {}


def test_a_change_of_one_document_looks_at_no_other(workers, monkeypatch):
    """Of a thousand documents one is retired: the set is brought up to date, and its token is that of a fresh one."""
    house, other, clock = workers
    for name in ("x", "y", "z"):
        publish(house, "few", name, "Words.")
    house.allowed.get(("few",), sequence_of(house), *everybody(clock))
    retire(house, BEN, "few", "y", 1, "no more")
    with monkeypatch.context() as patch:
        patch.setattr(allowed_sets, "_whole", None)
        onward = house.allowed.get(("few",), sequence_of(house), *everybody(clock))
    whole = other.allowed.get(("few",), sequence_of(house), *everybody(clock))
    assert onward == whole
    assert {key.id for key in onward.documents} == {"x", "z"}


def test_tokens_name_what_is_in_a_set():
    """Same documents, same token, however the set came about; other documents, another token."""
    now = Clock().now

    def version(name):
        return Version(DocumentKey("bank", name, 1), "o", frozenset(), frozenset(), None, None, 1)

    one = AllowedSets.of([version("a"), version("b")], frozenset(), now, {})
    same = AllowedSets.of([version("b"), version("a")], frozenset(), now, {})
    less = AllowedSets.of([version("a")], frozenset(), now, {})
    assert one == same
    assert one.token != less.token


def test_dates_take_effect_by_themselves(workers):
    """A version with a first and a last day comes and goes with the clock, without any change of documents."""
    house, other, clock = workers
    begin, end = clock.now + timedelta(days=1), clock.now + timedelta(days=2)
    dates = {"effective_from": begin.isoformat(), "effective_until": end.isoformat()}
    publish(house, "dated", "sale", "Words.", **dates)
    sequence = sequence_of(house)
    for moment, there in ((clock.now, False), (begin, True), (end - timedelta(seconds=1), True), (end, False)):
        for worker in (house, other):
            got = worker.allowed.get(("dated",), sequence, frozenset(), moment, {})
            assert bool(got.documents) is there
